"""A CDKTN stack that is written as one directory of .tf files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from generator.hcl.constructs import Construct, TerraformLocal, TerraformOutput, TerraformStack
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
        self.calls: dict[str, tuple[type[Stack], Mapping[str, Any]]] = {}
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
        self._scopes: dict[str, Construct] = {}
        self._overrides: dict[str, Any] = {}
        self.override("terraform", settings)

    def scope(self, kind: str) -> Construct:
        """Where the constructs of a *kind* (of block, or of resource) stand: labels are unique in there only.

        CDKTN makes a Terraform name of the ids from the stack down. An id "Default" it leaves out, and a name of one id
        has no hash: so each of these is the "Default" of the one before.
        """
        if kind not in self._scopes:
            outer = next(reversed(self._scopes.values()), self.construct)
            self._scopes[kind] = Construct(outer, "Default")
        return self._scopes[kind]

    def override(self, *path_and_value: Any) -> None:
        """Set what `configuration` has at a path of keys: ``override("output", name, "depends_on", value)``."""
        *path, key, value = path_and_value
        place = self._overrides
        for step in path:
            place = place.setdefault(step, {})
        place[key] = value

    def configuration(self) -> dict[str, Any]:
        """Return Terraform's JSON of the stack: ``{"resource": {type: {label: arguments}}, ...}``."""
        # Few large messages to jsii's kernel instead of some for each block: they are what a synth spends its time on.
        for key, value in self._overrides.items():
            self.construct.add_override(key, value)
        configuration: dict[str, Any] = self.construct.to_terraform()
        return configuration

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
        self.place(("local", "", name), why)
        TerraformLocal(self.scope("local"), name, plain(value))
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
        self.place(("output", "", name))
        TerraformOutput(self.scope("output"), name, value=plain(value), description=description, sensitive=sensitive)
        if depends_on:
            self.override("output", name, "depends_on", addresses(depends_on))

    def moved(self, before: str, after: str) -> None:
        """Say that the object at address *before* is now at *after*, so that an upgrade replaces nothing."""
        self.moves.append({"from": before, "to": after})
        self.override("moved", self.moves)


def addresses(items: Sequence[Referenced]) -> list[str]:
    """Return what ``depends_on`` and ``replace_triggered_by`` take: bare addresses."""
    return [item.reference().code for item in items]
