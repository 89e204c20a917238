"""Calls of modules: what is unknown or missing is an error in Python, with a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from generator.hcl.expression import Expr, source
from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.stack import Stack
from tests.unit.hcl.replica import Replica
from tests.unit.hcl.stacks import Data, body, new_stack

INPUTS: Mapping[str, Any] = {"name": "n", "items": {"a": {"size": 1}}}


def called(stack: Stack, **options: Any) -> ModuleCall:
    return call_module(stack, "copies", Replica, INPUTS, **options)


def test_outputs_are_references() -> None:
    call = called(new_stack())
    assert call.ids["a"].code == 'module.copies.ids["a"]'
    assert source([call]) == "[module.copies]"


def test_an_unknown_output_raises() -> None:
    with pytest.raises(AttributeError, match=r"^module replica has no output idz$"):
        called(new_stack()).idz  # noqa: B018


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({**INPUTS, "nam": 1, "b": 2}, "^module replica has no variable b, nam$"),
        ({"enabled": True}, "^a call of module replica needs items, name$"),
        ({**INPUTS, "text": None}, "use null"),
    ],
)
def test_wrong_inputs_raise(inputs: Mapping[str, Any], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        call_module(new_stack(), "copies", Replica, inputs)


def test_a_second_call_of_one_label_raises() -> None:
    stack = new_stack()
    called(stack)
    with pytest.raises(ValueError, match=r"module\.copies is declared twice"):
        called(stack)


def test_a_repeated_call_is_indexed_before_its_outputs() -> None:
    call = called(new_stack(), for_each={"x": 1})
    assert call["x"].ids.code == 'module.copies["x"].ids'
    with pytest.raises(TypeError, match="has for_each"):
        call.ids  # noqa: B018


def test_a_single_call_has_no_index() -> None:
    with pytest.raises(TypeError, match="called once"):
        called(new_stack())["x"]


def test_a_call_is_neither_text_nor_a_loop() -> None:
    call = called(new_stack(), for_each={"x": 1})
    with pytest.raises(TypeError, match="is an object, not text"):
        f"{call}"
    with pytest.raises(TypeError, match="cannot be iterated"):
        list(call)


def test_what_is_written() -> None:
    stack = new_stack()
    data = Data(stack, "first")
    called(
        stack,
        for_each=Expr("var.copies"),
        providers={"aws": Expr("aws"), "aws.replica": Expr("aws.east")},
        depends_on=[data],
        why="Two regions.",
    )
    assert body(stack).split("\n\n", 1)[1] == (
        "# Two regions.\n"
        'module "copies" {\n'
        '  source   = "../replica"\n'
        "  for_each = var.copies\n"
        "  providers = {\n"
        "    aws         = aws\n"
        "    aws.replica = aws.east\n"
        "  }\n"
        "\n"
        '  name = "n"\n'
        "  items = {\n"
        "    a = { size = 1 }\n"
        "  }\n"
        "\n"
        "  depends_on = [terraform_data.first]\n"
        "}\n"
    )
