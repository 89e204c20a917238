"""What is a difference between an expectation and a plan, and what is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.plan_tests import MISSING, differences

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1, "d": 2}], "e": 3}}),
        ({"a": MISSING}, {}),
        ({"a": MISSING}, {"a": None}),
        ({"a": None}, {"a": None}),
        ([1, 2], (1, 2)),
        (1, 1.0),
        ({"policy": {"Statement": [{"Sid": "A"}]}}, {"policy": '{"Version": "1", "Statement": [{"Sid": "A"}]}'}),
        ({"container_definitions": [{"name": "main"}]}, {"container_definitions": '[{"name": "main", "cpu": 1}]'}),
    ],
)
def test_a_part_of_the_plan_is_enough(expected: object, found: object) -> None:
    assert differences(expected, found) == []


@pytest.mark.parametrize(
    ("expected", "found", "line"),
    [
        ({"a": 1}, {"a": 2}, "a: expected 1, found 2"),
        ({"a": 1}, {}, "a: expected 1, found MISSING"),
        ({"a": None}, {}, "a: expected None, found MISSING"),
        ({"a": 1}, {"a": None}, "a: expected 1, found None"),
        ({"a": MISSING}, {"a": ""}, "a: expected MISSING, found ''"),
        ({"a": MISSING}, {"a": False}, "a: expected MISSING, found False"),
        ({"a": True}, {"a": 1}, "a: expected True, found 1"),
        ({"a": 1}, {"a": True}, "a: expected 1, found True"),
        ({"a": "1"}, {"a": 1}, "a: expected '1', found 1"),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}}, "a.b[0].c: expected 1, found 2"),
        ({"a": [1]}, {"a": [1, 2]}, "a: expected 1 elements [1], found 2 [1, 2]"),
        ({"a": [1, 2]}, {"a": [1]}, "a: expected 2 elements [1, 2], found 1 [1]"),
        ({"a": {"b": 1}}, {"a": "b"}, "a: expected {'b': 1}, found 'b'"),
        ({"a": ["b"]}, {"a": "b"}, "a: expected ['b'], found 'b'"),
        ({"a": "b"}, {"a": ["b"]}, "a: expected 'b', found ['b']"),
        ({"a": {"b": 1}}, {"a": '{"b": 2}'}, "a.b: expected 1, found 2"),
        ({"a": [1]}, {"a": "1"}, "a: expected [1], found '1'"),
        ({"a": '{"b": 1}'}, {"a": '{"b":1}'}, """a: expected '{"b": 1}', found '{"b":1}'"""),
    ],
)
def test_a_difference_names_its_place_and_both_values(expected: object, found: object, line: str) -> None:
    assert differences(expected, found) == [line]


def test_the_order_of_a_list_counts() -> None:
    assert differences(["a", "b"], ["b", "a"]) == ["[0]: expected 'a', found 'b'", "[1]: expected 'b', found 'a'"]


def test_every_difference_is_told() -> None:
    assert len(differences({"a": 1, "b": 2, "c": 3}, {"a": 0, "b": 2})) == 2


def test_a_long_value_is_cut() -> None:
    (line,) = differences({"policy": "x"}, {"policy": "y" * 10_000})
    assert len(line) < 500
    assert line.endswith("…")


def test_an_exact_comparison_sees_what_was_not_expected_at_any_depth() -> None:
    expected, found = {"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3}
    assert differences(expected, found) == []
    assert sorted(differences(expected, found, exact=True)) == [
        "a[0].c: expected MISSING, found 2",
        "d: expected MISSING, found 3",
    ]


@given(JSON)
def test_everything_equals_itself(value: object) -> None:
    assert differences(value, value, exact=True) == []


@given(JSON, JSON)
def test_an_exact_comparison_finds_nothing_only_in_equal_values(one: object, other: object) -> None:
    if differences(one, other, exact=True) == []:
        assert one == other
        assert differences(other, one, exact=True) == []
