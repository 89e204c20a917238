"""One resource of a plan, as it will be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from generator.policy.plan.values import value_at


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource instance. *key* is its count or for_each key; *module* the address of its module, empty for the root.

    *after*, *unknown* and *sensitive* mirror each other: values, marks of what is known after the apply, marks of what
    is secret. Read values with ``get``.
    """

    address: str
    type: str
    name: str
    module: str = ""
    key: str | int | None = None
    mode: str = "managed"
    actions: tuple[str, ...] = ("no-op",)
    after: dict[str, Any] = field(default_factory=dict, repr=False)
    unknown: dict[str, Any] = field(default_factory=dict, repr=False)
    sensitive: Any = field(default=False, repr=False)

    def get(self, path: str) -> Any:
        """The value at *path*, such as ``vpc_config.0.subnet_ids``; UNKNOWN in each part known after the apply."""
        return value_at(self.after, self.unknown, path)

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """The nested blocks *name*; an empty list when there is none or when they are unknown as a whole."""
        found = self.get(name)
        return [block for block in found if isinstance(block, dict)] if isinstance(found, list) else []

    def is_sensitive(self, path: str) -> bool:
        """Whether a part of what stands at *path* is marked as secret."""
        marks = self.sensitive
        for step in path.split("."):
            if marks is True or not marks:
                break
            if isinstance(marks, dict):
                marks = marks.get(step, False)
            elif isinstance(marks, list):
                marks = marks[int(step)] if step.isdigit() and int(step) < len(marks) else False
            else:
                marks = False
        return _any_mark(marks)

    @property
    def block_address(self) -> str:
        """The address of the block that makes it, without any key: ``module.a.aws_subnet.this``."""
        return ".".join(part for part in (without_keys(self.module), self.type, self.name) if part)

    @property
    def block(self) -> str:
        """The block within its module: ``aws_subnet.this``."""
        return f"{self.type}.{self.name}"


def without_keys(address: str) -> str:
    """*address* without count and for_each keys. Keys may hold dots and brackets, inside their quotes."""
    if "[" not in address:
        return address
    kept: list[str] = []
    inside = quoted = escaped = False
    for character in address:
        if inside:
            if quoted:
                quoted = escaped or character != '"'
                escaped = not escaped and character == "\\"
            else:
                quoted = character == '"'
                inside = character != "]"
        elif character == "[":
            inside = True
        else:
            kept.append(character)
    return "".join(kept)


def _any_mark(marks: Any) -> bool:
    if isinstance(marks, dict):
        return any(_any_mark(part) for part in marks.values())
    if isinstance(marks, list):
        return any(_any_mark(part) for part in marks)
    return marks is True
