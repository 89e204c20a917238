"""YAML 1.2 as a tree of values that remember the file, line and column that wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.errors import Location
from generator.systems.manifest.problems import Path

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class ScalarNode:
    """A single value; *text* is the value as it stands in the file."""

    where: Location
    value: Scalar
    text: str


@dataclass(frozen=True)
class ListNode:
    """A list."""

    where: Location
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Entry:
    """A key of a map with its value."""

    where: Location
    node: Node


@dataclass(frozen=True)
class MapNode:
    """A map, in the order of the file."""

    where: Location
    entries: Mapping[str, Entry]

    def without(self, *keys: str) -> MapNode:
        """The map without *keys*."""
        return MapNode(self.where, {key: entry for key, entry in self.entries.items() if key not in keys})


Node = ScalarNode | ListNode | MapNode

_VERBATIM = (
    ("services", "*", "variables", "*"),
    ("services", "*", "secrets", "*", "value"),
    ("code_runner", "variables", "*"),
    ("hosting", "*", "variables", "*"),
)


def matches(path: Path, pattern: tuple[str, ...]) -> bool:
    """Whether *path* has the form of *pattern*, where ``*`` stands for any one part."""
    return len(path) == len(pattern) and all(want in ("*", part) for part, want in zip(path, pattern, strict=True))


def plain(node: Node, path: Path = ()) -> Any:
    """The values alone: dicts, tuples and scalars.

    Values of environment variables and settings are their text as written, so that ``1.10`` stays ``1.10``; null is
    the empty text.
    """
    if isinstance(node, MapNode):
        return {key: plain(entry.node, (*path, key)) for key, entry in node.entries.items()}
    if isinstance(node, ListNode):
        return tuple(plain(item, (*path, index)) for index, item in enumerate(node.items))
    if any(matches(path, pattern) for pattern in _VERBATIM):
        return _verbatim(node)
    return node.value


def _verbatim(node: ScalarNode) -> str:
    if node.value is None:
        return ""
    # true and false have one spelling whatever the file says (True, TRUE).
    return str(node.value).lower() if isinstance(node.value, bool) else node.text


def locate(node: Node, path: Path, *, at_key: bool = False) -> Location:
    """The place of the value at *path*, or of the innermost thing around it that was written.

    A map or list is where its key stands; *at_key* asks for the key of a scalar too.
    """
    where = node.where
    for part in path:
        if isinstance(node, MapNode) and isinstance(part, str) and part in node.entries:
            entry = node.entries[part]
            node = entry.node
            where = node.where if isinstance(node, ScalarNode) and not at_key else entry.where
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            where = node.where
        else:
            break
    return where
