"""Values of a trace read as a programmer would write them."""

from __future__ import annotations

from typing import Any

import pytest

from generator.traces.values import as_text


def characters(*values: str) -> list[Any]:
    return [["C_DATA", hex(at), "char", value] for at, value in enumerate(values)]


def numbers(count: int) -> list[Any]:
    return [["C_DATA", hex(at), "int", at] for at in range(count)]


UNKNOWN = "<UNINITIALIZED>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["C_DATA", "0x1", "int", -3], "-3"),
        (["C_DATA", "0x1", "bool", "true"], "true"),
        (["C_DATA", "0x1", "char", "a"], "'a'"),
        (["C_DATA", "0x1", "int", UNKNOWN], "?"),
        (["C_DATA", "0x1", "pointer", "0x0"], "null"),
        (["C_DATA", "0x1", "ref", "0x20"], "→ 0x20"),
        (["C_STRUCT", "0x1", "Point", ["x", numbers(1)[0]], ["y", numbers(2)[1]]], "Point {x: 0, y: 1}"),
        (["C_ARRAY", "0x1", *numbers(3)], "[0, 1, 2]"),
        (["C_ARRAY", "0x1", *numbers(20)], "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, …]"),
        (["C_ARRAY", "0x1"], "[]"),
        (["C_ARRAY", "0x1", *characters("o", "k", "\\0", UNKNOWN, UNKNOWN)], '"ok\\0" ? x 2'),
        (["C_ARRAY", "0x1", *characters("a", UNKNOWN, "c")], '"a\ufffdc"'),
        (["C_ARRAY", "0x1", *characters(UNKNOWN)], "? x 1"),
        (["C_MULTIDIMENSIONAL_ARRAY", "0x1", [2, 3], *numbers(6)], "[[0, 1, 2], [3, 4, 5]]"),
        (["C_MULTIDIMENSIONAL_ARRAY", "0x1", [2, 2, 2], *numbers(8)], "[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]"),
        (["C_MULTIDIMENSIONAL_ARRAY", "0x1", [9, 3], *numbers(3)], "[[0, 1, 2]]"),
    ],
)
def test_it_reads(value: list[Any], text: str) -> None:
    assert as_text(value) == text


def test_a_structure_around_nothing_but_another_is_shown_as_that() -> None:
    inner = ["C_STRUCT", "0x1", "Inner", ["x", ["C_DATA", "0x1", "int", 1]]]
    assert as_text(["C_STRUCT", "0x1", "Outer", ["<Inner>", inner]]) == "Outer {x: 1}"
    beside = ["C_STRUCT", "0x1", "Outer", ["<Inner>", inner], ["y", ["C_DATA", "0x5", "int", 2]]]
    assert as_text(beside) == "Outer {<Inner>: Inner {x: 1}, y: 2}"


def test_what_is_no_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="no value of a trace"):
        as_text(["C_UNION", "0x1"])
