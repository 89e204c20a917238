"""Resources, data sources and ephemeral resources: what the generated bindings are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, overload

from generator.hcl.constructs import (
    TerraformDataSource,
    TerraformElement,
    TerraformEphemeralResource,
    TerraformResource,
)
from generator.hcl.dynamic import block_arguments
from generator.hcl.expression import Expr, ReferencedObject, call, plain
from generator.hcl.stack import Stack, addresses
from generator.hcl.types import Meta, ResourceMeta


class Attribute:
    """An attribute that other expressions may read: ``role.arn``."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    @overload
    def __get__(self, instance: None, owner: type) -> Attribute: ...

    @overload
    def __get__(self, instance: Block, owner: type) -> Expr: ...

    def __get__(self, instance: Block | None, owner: type) -> Expr | Attribute:
        return self if instance is None else Expr(f"{instance.single().code}.{self.name}")


class Block(ReferencedObject):
    """A labelled block with instances: the common part of resources and data sources.

    It holds a CDKTN construct instead of being one, so that no argument's name can clash with a construct's member.
    """

    type_: ClassVar[str]
    _kind: ClassVar[str]
    _construct: ClassVar[type[TerraformElement]]

    def __init__(self, stack: Stack, label: str, values: Mapping[str, object], meta: Meta | ResourceMeta, /) -> None:
        rest: dict[str, Any] = dict(meta)
        why, skip = rest.pop("why", ""), rest.pop("skip", None)
        self._address = f"{self.type_}.{label}" if self._kind == "resource" else f"{self._kind}.{self.type_}.{label}"
        self._repeated = next((name for name in ("count", "for_each") if rest.get(name) is not None), "")
        stack.place((self._kind, self.type_, label), why, skip)
        scope = stack.scope(f"{self._kind}.{self.type_}")
        self._construct(scope, label, terraform_resource_type=self.type_)  # type: ignore[call-arg]
        stack.override(self._kind, self.type_, label, {**_meta_arguments(rest), **block_arguments(values)})

    def reference(self) -> Expr:
        """The whole object: one instance, or the list or map of them."""
        return Expr(self._address)

    def single(self) -> Expr:
        """The object, known to be one. Raises TypeError for a block with ``count`` or ``for_each``."""
        if self._repeated:
            raise TypeError(
                f"{self._address} has {self._repeated}, so it is a collection: use [...], .splat, .one() or for_map()"
            )
        return Expr(self._address)

    def __getitem__(self, key: object) -> Expr:
        if not self._repeated:
            raise TypeError(f"{self._address} is one object: it has neither count nor for_each")
        return Expr(self._address)[key]

    @property
    def splat(self) -> Expr:
        """The list of all instances, ``x[*]``; those of ``for_each`` in the order of their keys."""
        instances = Expr(self._address)
        return (call("values", instances) if self._repeated == "for_each" else instances).splat

    def one(self) -> Expr:
        """The only instance of a block with ``count = condition ? 1 : 0``, or null."""
        if self._repeated != "count":
            raise TypeError(f"{self._address} has no count: .one() is for what may be absent")
        return call("one", Expr(self._address).splat)

    def attribute_of_one(self, name: str) -> Expr:
        """The attribute *name* of the only instance, or null."""
        return call("one", Expr(f"{self.splat.code}.{name}"))


class Resource(Block):
    """A managed resource."""

    _kind = "resource"
    _construct = TerraformResource


class DataSource(Block):
    """A data source."""

    _kind = "data"
    _construct = TerraformDataSource


class EphemeralResource(Block):
    """An ephemeral resource: its values reach no plan and no state."""

    _kind = "ephemeral"
    _construct = TerraformEphemeralResource


def _meta_arguments(meta: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in meta.items():
        if name == "depends_on":
            found[name] = addresses(value)
        elif name == "provider":
            found[name] = value.code
        elif name == "lifecycle":
            triggers = (
                {"replace_triggered_by": addresses(value["replace_triggered_by"])}
                if "replace_triggered_by" in value
                else {}
            )
            found[name] = plain({**value, **triggers})
        elif value is not None:
            found[name] = plain(value)
    return found
