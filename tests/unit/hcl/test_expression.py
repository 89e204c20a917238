"""Expressions build Terraform's source, and raise where Python would need the value."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from generator.hcl.expression import (
    LARGEST_INTEGER,
    Expr,
    call,
    count,
    each,
    for_list,
    for_map,
    key,
    null,
    plain,
    source,
)

A, B, C = Expr("var.a"), Expr("var.b"), Expr("var.c")

OPERATORS: list[tuple[Expr, str]] = [
    (A + 1, "var.a + 1"),
    (1 + A, "1 + var.a"),
    (A - 1.5, "var.a - 1.5"),
    (10 - A, "10 - var.a"),
    (A * B, "var.a * var.b"),
    (2 * A, "2 * var.a"),
    (A / 2, "var.a / 2"),
    (A % 2, "var.a % 2"),
    (-A, "-var.a"),
    (A - -1, "var.a - -1"),
    (A == "x", 'var.a == "x"'),
    (A != null, "var.a != null"),  # noqa: SIM300
    (null == A, "null == var.a"),
    ("x" == A, 'var.a == "x"'),  # type: ignore[list-item]  # noqa: SIM300
    (A < 3, "var.a < 3"),
    (3 < A, "var.a > 3"),  # noqa: SIM300
    (A >= B, "var.a >= var.b"),
    (A <= 2, "var.a <= 2"),
    (~A, "!var.a"),
    (A & B, "var.a && var.b"),
    (A | B, "var.a || var.b"),
    (True & A, "true && var.a"),
    (A | False, "var.a || false"),
    (False | A, "false || var.a"),
]
PRECEDENCE: list[tuple[Expr, str]] = [
    (A + B * C, "var.a + var.b * var.c"),
    ((A + B) * C, "(var.a + var.b) * var.c"),
    (A - (B - C), "var.a - (var.b - var.c)"),
    (A - B - C, "var.a - var.b - var.c"),
    (A / (B * C), "var.a / (var.b * var.c)"),
    (-(A + B), "-(var.a + var.b)"),
    (-A * B, "-var.a * var.b"),
    (~(A == B), "!(var.a == var.b)"),
    (~A == B, "!var.a == var.b"),
    ((A == B) == C, "(var.a == var.b) == var.c"),
    ((A < B) == (B < C), "var.a < var.b == var.b < var.c"),
    ((A < 1) & (B > 2), "var.a < 1 && var.b > 2"),
    (A | B & C, "var.a || var.b && var.c"),
    ((A | B) & C, "(var.a || var.b) && var.c"),
    (A & B & C, "var.a && var.b && var.c"),
    ((A + B).then(1, 2), "var.a + var.b ? 1 : 2"),
    (A.then(B, C).then(1, 2), "(var.a ? var.b : var.c) ? 1 : 2"),
    (A.then(1, B.then(2, 3)), "var.a ? 1 : var.b ? 2 : 3"),
    (A.then(B.then(1, 2), 3), "var.a ? (var.b ? 1 : 2) : 3"),
    (A.then(1, 2) + 3, "(var.a ? 1 : 2) + 3"),
    ((A + B).x, "(var.a + var.b).x"),
    (A.then(B, C)[0], "(var.a ? var.b : var.c)[0]"),
    ((-A).splat, "(-var.a)[*]"),
]
REFERENCES: list[tuple[Expr, str]] = [
    (A.name, "var.a.name"),
    (A.format, "var.a.format"),
    (count.index, "count.index"),
    (each.value["x"], 'each.value["x"]'),
    (A[0].id, "var.a[0].id"),
    (A[B], "var.a[var.b]"),
    (A[f"{B}-x"], 'var.a["${var.b}-x"]'),
    (A[f"{B}"], "var.a[var.b]"),
    (A.splat.id, "var.a[*].id"),
]


@pytest.mark.parametrize(("built", "code"), OPERATORS + PRECEDENCE + REFERENCES, ids=str)
def test_renders(built: Expr, code: str) -> None:
    assert built.code == code


NEEDS_A_VALUE: dict[str, tuple[Callable[[], object], str]] = {
    "truth": (lambda: bool(A), "neither true nor false"),
    "if": (lambda: 1 if A else 2, "neither true nor false"),
    "and": (lambda: A and B, "neither true nor false"),  # type: ignore[unreachable]
    "not": (lambda: not A, "neither true nor false"),
    "comparison chain": (lambda: 1 < A < 3, "neither true nor false"),
    "in a list of text": (lambda: A in ["x", "y"], "neither true nor false"),
    "sorted": (lambda: sorted([A, B]), "neither true nor false"),
    "max": (lambda: max(A, B), "neither true nor false"),
    "iteration": (lambda: list(A), "cannot be iterated"),
    "unpacking": (lambda: [*A], "cannot be iterated"),
    "len": (lambda: len(A), "no length"),
    "in": (lambda: "x" in A, "cannot be searched"),
    "format spec": (lambda: f"{A:>10}", "cannot be formatted"),
    "old formatting with a number": (lambda: "%d" % A, "number is required"),  # type: ignore[str-format]  # noqa: UP031
    "slice": (lambda: A[1:2], "cannot be sliced"),
    "negative index": (lambda: A[-1], "not an index"),
    "truth as index": (lambda: A[True], "not an index"),
    "null as index": (lambda: A[None], "use null"),
    "adding text": (lambda: A + "-x", "join text with an f-string"),
    "adding to text": (lambda: "x-" + A, "join text with an f-string"),
    "adding a truth": (lambda: A + True, "takes numbers"),
    "adding a list": (lambda: A + [1], "takes numbers"),  # noqa: RUF005
    "and with a number": (lambda: (A == 1) & 1, "takes conditions"),
    "precedence of &": (lambda: A == 1 & B, "takes conditions"),
    "or with text": (lambda: A | "x", "takes conditions"),
    "None as operand": (lambda: A == None, "use null"),  # noqa: E711
    "setting an attribute": (lambda: setattr(A, "name", "x"), "cannot be assigned"),
    "int": (lambda: int(A), "int"),  # type: ignore[call-overload]
    "float": (lambda: float(A), "float"),  # type: ignore[arg-type]
    "round": (lambda: round(A), "round"),  # type: ignore[call-overload]
    "floor division": (lambda: A // 2, "unsupported operand"),  # type: ignore[operator]
    "power": (lambda: A**2, "unsupported operand"),  # type: ignore[operator]
    "range": (lambda: range(A), "integer"),  # type: ignore[call-overload]
    "join": (lambda: "-".join([A, B]), "expected str"),  # type: ignore[list-item]
    "json": (lambda: json.dumps(A), "not JSON serializable"),
}


@pytest.mark.parametrize(("use", "complaint"), NEEDS_A_VALUE.values(), ids=NEEDS_A_VALUE.keys())
def test_what_needs_the_value_raises(use: Callable[[], object], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        use()


def test_an_f_string_is_a_template() -> None:
    assert source(f"{A}-{B.name}") == '"${var.a}-${var.b.name}"'


def test_a_template_that_is_one_expression_is_that_expression() -> None:
    assert source(f"{A + 1}") == "var.a + 1"


def test_text_around_a_template_is_quoted() -> None:
    assert source(f'say "{A}"\n') == '"say \\"${var.a}\\"\\n"'


@pytest.mark.parametrize(("code", "text"), [("-var.a", "x${(-var.a)}"), ("{ a = 1 }.a", "x${({ a = 1 }.a)}")])
def test_a_minus_or_brace_in_a_template_is_in_parentheses(code: str, text: str) -> None:
    assert source(f"x{Expr(code)}") == f'"{text}"'


def test_expressions_are_keys_of_dicts_by_their_code() -> None:
    assert hash(Expr("var.a")) == hash(A)
    assert {A: 1}[A] == 1


def test_a_private_protocol_of_python_is_no_attribute_of_terraform() -> None:
    assert not hasattr(A, "__json__")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "true"),
        (0, "0"),
        (-1.5, "-1.5"),
        (LARGEST_INTEGER, "9007199254740992"),
        ("", '""'),
        ([], "[]"),
        ({}, "{}"),
        ([1, "a", A], '[1, "a", var.a]'),
        ((1, 2), "[1, 2]"),
        ({"a": 1, "b c": A}, '{ a = 1, "b c" = var.a }'),
        ({A: 1, f"{A}-x": 2}, '{ (var.a) = 1, "${var.a}-x" = 2 }'),
        ({f"{A}": 1}, "{ (var.a) = 1 }"),
        ([null], "[null]"),
    ],
)
def test_values_of_python_become_source(value: object, code: str) -> None:
    assert source(value) == code


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a", "a"),
        ("a-b_c", "a-b_c"),
        ("_a", "_a"),
        ("", '""'),
        ("0a", '"0a"'),
        ("-a", '"-a"'),
        ("a.b", '"a.b"'),
        ("é", '"é"'),
        ("for", '"for"'),
        ("null", '"null"'),
        ("a/b:c", '"a/b:c"'),
        (5, '"5"'),
    ],
)
def test_keys_are_bare_where_terraform_allows_it(name: object, written: str) -> None:
    assert key(name) == written


WRONG_VALUES: dict[str, Any] = {
    "none": None,
    "none in a map": {"a": None},
    "none in a list": [1, None],
    "set": {1, 2},
    "bytes": b"ab",
    "object": object(),
    "iterator": iter([1]),
    "not a number": float("nan"),
    "infinity": float("inf"),
    "large": LARGEST_INTEGER + 1,
    "large and negative": -LARGEST_INTEGER - 1,
    "larger than any float": 10**400,
}


@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
@pytest.mark.parametrize("convert", [plain, source])
def test_what_terraform_could_not_hold_raises(convert: Callable[[object], object], value: object) -> None:
    with pytest.raises(TypeError, match=r"no Terraform|too large"):
        convert(value)


def test_plain_makes_templates_of_expressions_at_any_depth() -> None:
    assert plain({A: [A, {"x": (A, True, 1.5, "t")}]}) == {
        "${var.a}": ["${var.a}", {"x": ["${var.a}", True, 1.5, "t"]}]
    }


def test_for_list() -> None:
    assert for_list(A, lambda item: item.id).code == "[for item in var.a : item.id]"


def test_for_list_with_two_names_and_a_condition() -> None:
    built = for_list(A, lambda i, x: f"{i}-{x}", names=("i", "x"), when=lambda i, _: i > 0)
    assert built.code == '[for i, x in var.a : "${i}-${x}" if i > 0]'


def test_for_map() -> None:
    built = for_map(A, lambda k, v: (k, -v), when=lambda _, v: v != null)
    assert built.code == "{ for key, value in var.a : key => (-value) if value != null }"


def test_a_call_takes_values_and_expressions() -> None:
    assert call("merge", A, {"x": [True, null]}).code == "merge(var.a, { x = [true, null] })"


LONG = {f"a_long_name_{n}": "a value that fills the line" for n in range(4)}


def test_operands_of_several_lines_stand_in_parentheses_of_their_own() -> None:
    both = A.then(LONG, LONG).code.split("\n")
    assert (both[0], both[1], both[-1]) == ("(", "  var.a", ")")
    assert [line for line in both if line.lstrip().startswith(("?", ":"))] == ["  ? {", "  : {"]
    equal = (call("f", LONG) == call("g", LONG)).code.split("\n")
    assert (equal[0], equal[-1]) == ("(", ")")
    assert for_list(call("f", LONG), lambda item: {**LONG, "id": item}).code.startswith("[\n  for item in f(")
    assert for_map(call("f", LONG), lambda k, v: (k, {**LONG, "id": v})).code.startswith("{\n  for key, value in f(")
