"""Merging an environment's override onto the base, by the rules of Copilot's manifests."""

from __future__ import annotations

from generator.systems.manifest.nodes import Entry, ListNode, MapNode, Node, ScalarNode, matches
from generator.systems.manifest.problems import Path

# Keys of one map of which only one group makes sense: writing one group in the override clears the others.
_EXCLUSIVE: tuple[tuple[tuple[str, ...], tuple[frozenset[str], ...]], ...] = (
    (
        ("services", "*", "secrets", "*"),
        (frozenset({"ssm", "value"}), frozenset({"secretsmanager", "key", "replicas"})),
    ),
    (("services", "*", "count"), (frozenset({"spot"}), frozenset({"range", "cpu_percentage", "memory_percentage"}))),
)


def merge(base: Node, override: Node, path: Path = ()) -> Node:
    """*base* completed and changed by *override*; every value keeps the place that wrote it.

    Maps merge by key. Lists replace wholly. A written scalar wins, 0, false and "" included; null keeps what the base
    says. Two forms of one thing (a number and a map, a text and a list) replace each other, and so do the exclusive
    keys of a map.
    """
    if isinstance(override, ScalarNode) and override.value is None:
        return base
    if not (isinstance(base, MapNode) and isinstance(override, MapNode)):
        return override
    entries = dict(_without_siblings(base, override, path).entries)
    for key, entry in override.entries.items():
        entries[key] = _entry(entries.get(key), entry, (*path, key))
    return MapNode(base.where, entries)


def _entry(base: Entry | None, override: Entry, path: Path) -> Entry:
    if base is None:
        return override
    node = merge(base.node, override.node, path)
    kept = node is base.node or (isinstance(node, MapNode) and isinstance(base.node, MapNode))
    return Entry(base.where if kept else override.where, node)


def _without_siblings(base: MapNode, override: MapNode, path: Path) -> MapNode:
    for pattern, groups in _EXCLUSIVE:
        if matches(path, pattern):
            written = [group for group in groups if _writes(override, group)]
            others = frozenset[str]().union(*(group for group in groups if group not in written)) if written else ()
            return base.without(*others)
    return base


def _writes(override: MapNode, group: frozenset[str]) -> bool:
    nodes = (override.entries[key].node for key in group if key in override.entries)
    return any(isinstance(node, (MapNode, ListNode)) or node.value is not None for node in nodes)
