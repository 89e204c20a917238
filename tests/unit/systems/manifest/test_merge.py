"""Merging an environment's override onto the base."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import Location
from generator.systems.manifest.merge import merge
from generator.systems.manifest.nodes import Entry, ListNode, MapNode, Node, ScalarNode, locate, plain
from generator.systems.manifest.problems import Path

BASE, OVERRIDE = Location(FilePath("base"), 1), Location(FilePath("override"), 1)

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "1-10"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
MAPS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def node(value: Any, where: Location) -> Node:
    if isinstance(value, dict):
        return MapNode(where, {key: Entry(where, node(item, where)) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return ListNode(where, tuple(node(item, where) for item in value))
    return ScalarNode(where, value, str(value))


def merged(base: Any, override: Any, path: Path = ()) -> Any:
    return plain(merge(node(base, BASE), node(override, OVERRIDE), path))


@pytest.mark.parametrize("value", [0, False, "", "x", 7])
def test_a_written_scalar_wins(value: object) -> None:
    assert merged({"key": "base"}, {"key": value}) == {"key": value}


def test_null_keeps_the_base() -> None:
    assert merged({"key": "base", "map": {"a": 1}}, {"key": None, "map": None}) == {"key": "base", "map": {"a": 1}}


def test_maps_merge_by_key_at_every_depth() -> None:
    base = {"services": {"web": {"cpu": 256, "memory": 512}, "api": {"cpu": 512}}}
    override = {"services": {"web": {"cpu": 1024}, "worker": {"cpu": 256}}}
    assert merged(base, override) == {
        "services": {"web": {"cpu": 1024, "memory": 512}, "api": {"cpu": 512}, "worker": {"cpu": 256}}
    }


def test_lists_replace_wholly() -> None:
    assert merged({"alias": ["a", "b"]}, {"alias": ["c"]}) == {"alias": ("c",)}
    assert merged({"alias": ["a", "b"]}, {"alias": []}) == {"alias": ()}


@pytest.mark.parametrize(
    ("base", "override"),
    [
        ({"range": "1-10", "cpu_percentage": 70}, 1),
        (1, {"range": "1-10", "cpu_percentage": 70}),
        ("/health", {"path": "/health", "interval": 10}),
        ({"path": "/", "interval": 10}, "/health"),
        ({"path": "/"}, False),
        (False, {"path": "/"}),
        ("one.example.org", ["two.example.org"]),
        (["one.example.org"], "two.example.org"),
        ("1-10", {"min": 1, "max": 2}),
        ("ssm:/path", {"secretsmanager": "name"}),
        (True, {"retention": 30}),
    ],
)
def test_one_form_clears_the_other(base: Any, override: Any) -> None:
    assert merged({"key": base}, {"key": override}) == {"key": plain(node(override, OVERRIDE))}


def test_one_store_of_a_secret_clears_the_other() -> None:
    path = ("services", "web", "secrets", "KEY")
    assert merged({"secretsmanager": "name", "key": "a"}, {"ssm": "/path"}, path) == {"ssm": "/path"}
    assert merged({"ssm": "/path"}, {"secretsmanager": "name"}, path) == {"secretsmanager": "name"}
    assert merged({"secretsmanager": "name"}, {"key": "b"}, path) == {"secretsmanager": "name", "key": "b"}
    assert merged({"ssm": "/path"}, {"ssm": None}, path) == {"ssm": "/path"}
    assert merged({"ssm": "/path"}, {"secretsmanager": None}, path) == {"ssm": "/path", "secretsmanager": None}


def test_every_value_keeps_the_place_that_wrote_it() -> None:
    tree = merge(node({"a": {"b": 1, "c": 2}, "d": {"e": 1}}, BASE), node({"a": {"c": 3}, "d": None, "f": 4}, OVERRIDE))
    places = {path: locate(tree, path) for path in [("a", "b"), ("a", "c"), ("a",), ("d", "e"), ("f",)]}
    assert places == {("a", "b"): BASE, ("a", "c"): OVERRIDE, ("a",): BASE, ("d", "e"): BASE, ("f",): OVERRIDE}


@settings(deadline=None)
@given(MAPS)
def test_an_empty_override_changes_nothing(base: dict[str, Any]) -> None:
    assert merged(base, {}) == merged(base, None) == plain(node(base, BASE))


@settings(deadline=None)
@given(MAPS)
def test_a_manifest_merged_with_itself_is_itself(base: dict[str, Any]) -> None:
    assert merged(base, base) == plain(node(base, BASE))


@settings(deadline=None)
@given(MAPS, MAPS)
def test_an_override_written_twice_acts_once(base: dict[str, Any], override: dict[str, Any]) -> None:
    once = merge(node(base, BASE), node(override, OVERRIDE))
    assert plain(merge(once, node(override, OVERRIDE))) == plain(once)


@settings(deadline=None)
@given(MAPS, MAPS)
def test_no_key_is_lost_and_none_invented(base: dict[str, Any], override: dict[str, Any]) -> None:
    assert set(merged(base, override)) == set(base) | set(override)


@settings(deadline=None)
@given(MAPS, MAPS)
def test_what_the_override_does_not_name_stays(base: dict[str, Any], override: dict[str, Any]) -> None:
    result = merged(base, override)
    expected = plain(node(base, BASE))
    assert all(result[key] == expected[key] for key in base if override.get(key) is None)


@settings(deadline=None)
@given(MAPS, MAPS)
def test_lists_and_scalars_of_the_override_win(base: dict[str, Any], override: dict[str, Any]) -> None:
    result = merged(base, override)
    wanted = plain(node(override, OVERRIDE))
    decided = {key for key, value in override.items() if value is not None and not isinstance(value, dict)}
    assert {key: result[key] for key in decided} == {key: wanted[key] for key in decided}


@pytest.mark.parametrize(
    ("base", "override", "result"),
    [
        ({"range": "1-3", "cpu_percentage": 70}, {"spot": 1}, {"spot": 1}),
        ({"spot": 1}, {"range": "1-3", "cpu_percentage": 70}, {"range": "1-3", "cpu_percentage": 70}),
        ({"range": "1-3", "cpu_percentage": 70}, {"range": "2-4"}, {"range": "2-4", "cpu_percentage": 70}),
    ],
)
def test_a_count_on_spot_and_a_range_replace_each_other(
    base: dict[str, object], override: dict[str, object], result: dict[str, object]
) -> None:
    assert merged(base, override, ("services", "web", "count")) == result


def test_a_setting_that_becomes_a_secret_loses_its_value() -> None:
    path = ("services", "web", "secrets", "TTL")
    assert merged({"ssm": "/ttl", "value": "1"}, {"secretsmanager": "ttl"}, path) == {"secretsmanager": "ttl"}
    copied = {"secretsmanager": "ttl", "replicas": ["us-west-2"]}
    assert merged(copied, {"ssm": "/ttl"}, path) == {"ssm": "/ttl"}
