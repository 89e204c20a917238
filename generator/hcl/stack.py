"""A CDKTN stack that is written as one directory of .tf files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from generator.hcl.constructs import Construct, TerraformElement, TerraformLocal, TerraformOutput, TerraformStack
from generator.hcl.expression import Expr, Referenced, plain

REQUIRED_TERRAFORM = ">= 1.11"
REQUIRED_AWS = ">= 5.100.0, < 7.0.0"

Address = tuple[str, str, str]


@dataclass(frozen=True)
class Placement:
    """Where a block is written and what is said about it: *file* without ``.tf``, *why* above, *skip* inside."""

    file: str
    why: str = ""
    skip: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """The resources, data sources, calls, locals and outputs of one directory, in the order Python declared them.

    It holds a CDKTN stack instead of being one, so that a module's variables may have any name.
    """

    modules_path: ClassVar[str]
    """Where local modules stand, seen from this directory."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider_aliases: Sequence[str] = (),
        backend: Mapping[str, object] | None = None,
    ) -> None:
        self.construct = TerraformStack(scope, construct_id)
        self.placements: dict[Address, Placement] = {}
        self.moves: list[dict[str, str]] = []
        self._file = "main"
        provider: dict[str, object] = {"source": "hashicorp/aws", "version": REQUIRED_AWS}
        if provider_aliases:
            provider["configuration_aliases"] = [f"aws.{alias}" for alias in provider_aliases]
        settings: dict[str, object] = {
            "required_version": REQUIRED_TERRAFORM,
            "required_providers": {"aws": provider},
        }
        if backend is not None:
            settings["backend"] = {"s3": backend}
        self.construct.add_override("terraform", settings)

    @contextmanager
    def file(self, name: str) -> Iterator[None]:
        """Write what is declared inside the ``with`` block to *name*.tf: one file a concern."""
        before, self._file = self._file, name
        try:
            yield
        finally:
            self._file = before

    def place(self, address: Address, why: str = "", skip: Mapping[str, str] | None = None) -> None:
        """Remember where the block at *address* (kind, type, label) belongs. Raises ValueError for a second one."""
        if address in self.placements:
            raise ValueError(f"{'.'.join(p for p in address if p)} is declared twice")
        self.placements[address] = Placement(self._file, why, skip or {})

    def local(self, name: str, value: object, why: str = "") -> Expr:
        """Declare ``local.<name>`` and return its reference."""
        named(TerraformLocal(self.construct, f"local_{name}", plain(value)), name)
        self.place(("local", "", name), why)
        return Expr(f"local.{name}")

    def output(
        self,
        name: str,
        value: object,
        description: str,
        *,
        sensitive: bool | None = None,
        depends_on: Sequence[Referenced] = (),
    ) -> None:
        """Declare an output; *depends_on* names what must exist before a caller uses it."""
        output = TerraformOutput(
            self.construct, f"output_{name}", value=plain(value), description=description, sensitive=sensitive
        )
        named(output, name)
        if depends_on:
            output.add_override("depends_on", addresses(depends_on))
        self.place(("output", "", name))

    def moved(self, before: str, after: str) -> None:
        """Say that the object at address *before* is now at *after*, so that an upgrade replaces nothing."""
        self.moves.append({"from": before, "to": after})
        self.construct.add_override("moved", self.moves)


def named(element: TerraformElement, name: str) -> None:
    """Give *element* its Terraform name: CDKTN's own would carry a hash."""
    element.override_logical_id(name)


def addresses(items: Sequence[Referenced]) -> list[str]:
    """Return what ``depends_on`` and ``replace_triggered_by`` take: bare addresses."""
    return [item.reference().code for item in items]
