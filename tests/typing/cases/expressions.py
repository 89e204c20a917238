"""Misuse of expressions and functions."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr

A = Expr("var.a")


def as_text() -> str:
    return A  # E: Incompatible return value type (got "Expr", expected "str")


def as_argument_of_python() -> None:
    "-".join([A])  # E: List item 0 has incompatible type "Expr"; expected "str"


def as_number() -> int:
    return A + 1  # E: Incompatible return value type (got "Expr", expected "int")


def as_truth() -> bool:
    return A == 1  # E: Incompatible return value type (got "Expr", expected "bool")


def too_many_arguments() -> Expr:
    return fn.upper("a", "b")  # E: Too many arguments for "upper"


def too_few_arguments() -> Expr:
    return fn.replace("a", "b")  # E: Too few arguments for "replace"


def wrong_type_of_an_argument() -> Expr:
    return fn.substr("a", "b", 1)  # E: Argument 2 to "substr" has incompatible type "str"


def an_argument_by_name() -> Expr:
    return fn.upper(str="a")  # E: Unexpected keyword argument "str"


def no_operator_of_terraform() -> None:
    A // 2  # E: Unsupported operand types for //
