"""Dynamic blocks in Terraform's JSON form."""

from __future__ import annotations

import pytest

from generator.hcl.dynamic import Dynamic, block_arguments
from generator.hcl.expression import Expr, null

ITEMS = Expr("var.items")


def test_a_dynamic_block_moves_below_dynamic() -> None:
    assert block_arguments({"a": 1, "rule": Dynamic(ITEMS, lambda rule: {"port": rule.value.port})}) == {
        "a": 1,
        "dynamic": {"rule": [{"for_each": "${var.items}", "content": {"port": "${rule.value.port}"}}]},
    }


def test_static_and_dynamic_blocks_of_one_name_stand_side_by_side() -> None:
    values = {"rule": [{"port": 1}, Dynamic(ITEMS, lambda rule: {"port": rule.key}), {"port": 2}]}
    assert block_arguments(values) == {
        "rule": [{"port": 1}, {"port": 2}],
        "dynamic": {"rule": [{"for_each": "${var.items}", "content": {"port": "${rule.key}"}}]},
    }


def test_several_dynamic_blocks_of_one_name() -> None:
    found = block_arguments({"rule": [Dynamic(["a"], lambda _: {}), Dynamic(["b"], lambda _: {})]})
    assert found == {"dynamic": {"rule": [{"for_each": ["a"], "content": {}}, {"for_each": ["b"], "content": {}}]}}


def test_an_iterator_of_its_own() -> None:
    found = block_arguments({"rule": Dynamic(ITEMS, lambda it: {"port": it.value}, iterator="it")})
    assert found == {
        "dynamic": {"rule": [{"for_each": "${var.items}", "iterator": "it", "content": {"port": "${it.value}"}}]}
    }


def test_dynamic_inside_dynamic_inside_a_static_block() -> None:
    inner = Dynamic(Expr("rule.value.hosts"), lambda host: {"name": host.value})
    found = block_arguments({"set": {"rule": Dynamic(ITEMS, lambda _: {"host": inner, "fixed": {"a": None, "b": 1}})}})
    content = {
        "fixed": {"b": 1},
        "dynamic": {"host": [{"for_each": "${rule.value.hosts}", "content": {"name": "${host.value}"}}]},
    }
    assert found == {"set": {"dynamic": {"rule": [{"for_each": "${var.items}", "content": content}]}}}


def test_what_is_none_is_left_out_and_null_is_not() -> None:
    assert block_arguments({"a": None, "b": {"c": None}, "d": null, "e": False, "f": 0, "g": ""}) == {
        "b": {},
        "d": "${null}",
        "e": False,
        "f": 0,
        "g": "",
    }


def test_none_in_a_list_raises() -> None:
    with pytest.raises(TypeError, match="use null"):
        block_arguments({"a": [1, None]})
