"""A module with everything that a module may have; it is emitted to the folder of this file's name."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings.meta import RegionData
from generator.hcl.expression import Expr, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional, set_of
from tests.unit.hcl.stacks import Data


class Replica(Module):
    """Copies of data in another region.

    A second paragraph.
    """

    example: ClassVar = {"items": {"a": {"size": 1}}, "name": "example"}
    provider_aliases: ClassVar = ("replica",)

    enabled = Variable("bool", "Whether to copy.", default=False)
    number = Variable("number", "A number | with a bar.", default=0)
    text = Variable("string", "Text.", default="")
    nothing = Variable("string", "May be absent.", default=None)
    maybe = Variable("string", "May be absent, and is not by default.", default="x", nullable=True)
    password = Variable("string", "A secret.", default="s", sensitive=True)
    name = Variable(
        "string",
        "A name.",
        checks=lambda v: [(v != "", "name must not be empty."), (v != "x", f'name must not be "x", but is "{v}".')],
    )
    items = Variable(
        map_of(object_of({"size": "number", "tags": optional(map_of("string"), {}), "zone": optional("string")})),
        "Items by key.",
    )
    sets = Variable(set_of(list_of("string")), "Sets of lists.", default=[["a"]])

    def build(self) -> None:
        region = RegionData(self, "other", provider=Expr("aws.replica"))
        data = Data(self, "this", for_each=self.items, content={"region": region.id, "size": Expr("each.value.size")})
        self.output("ids", for_map(data, lambda k, v: (k, v.id)), "IDs by key.")
        self.output("password", self.password, "The secret.", sensitive=True)
        self.output("text", self.enabled.then(self.text, null), "The text | or null.", depends_on=[data])
