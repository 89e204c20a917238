"""Stacks: what is declared, once, and in which file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.hcl.expression import Expr, null
from generator.hcl.stack import Stack
from generator.hcl.template import literal
from tests.unit.hcl.stacks import Data, new_stack, written


@pytest.mark.parametrize(
    "declare",
    [
        lambda s: Data(s, "a"),
        lambda s: s.local("a", 1),
        lambda s: s.output("a", 1, "An output."),
    ],
    ids=["resource", "local", "output"],
)
def test_a_second_declaration_raises(declare: Callable[[Stack], object]) -> None:
    stack = new_stack()
    declare(stack)
    with pytest.raises((ValueError, RuntimeError), match=r"declared twice|already"):
        declare(stack)


def test_the_error_of_a_second_resource_names_its_address() -> None:
    stack = new_stack()
    Data(stack, "a")
    with pytest.raises(ValueError, match=r"^resource\.terraform_data\.a is declared twice$"):
        Data(stack, "a")


def test_a_variable_like_name_may_be_local_output_and_resource_at_once() -> None:
    stack = new_stack()
    Data(stack, "a")
    stack.output("a", stack.local("a", 1), "An output.")
    files = written(stack)
    assert 'resource "terraform_data" "a"' in files["main.tf"]
    assert "  a = 1" in files["main.tf"]
    assert 'output "a"' in files["outputs.tf"]


def test_files_by_concern_in_the_order_of_declaration() -> None:
    stack = new_stack()
    Data(stack, "z")
    with stack.file("network"):
        Data(stack, "y")
        with stack.file("routes"):
            Data(stack, "x")
        Data(stack, "b")
        stack.local("inner", 1)
    Data(stack, "a")
    files = written(stack)
    assert sorted(files) == ["main.tf", "network.tf", "routes.tf", "versions.tf"]
    assert files["main.tf"].index('"z"') < files["main.tf"].index('"a"')
    assert files["network.tf"].index("locals") < files["network.tf"].index('"y"') < files["network.tf"].index('"b"')


def test_an_error_in_a_file_block_goes_back_to_the_file_before() -> None:
    stack = new_stack()
    with pytest.raises(ZeroDivisionError), stack.file("network"):
        raise ZeroDivisionError
    Data(stack, "a")
    assert "main.tf" in written(stack)


def test_locals_are_one_block_a_file_with_their_reasons() -> None:
    stack = new_stack()
    assert stack.local("a", 1).code == "local.a"
    stack.local("long_name", [Expr("var.x")])
    stack.local("why", null, why="Because.")
    stack.local("off", False)
    assert written(stack)["main.tf"].split("\n\n", 1)[1] == (
        "locals {\n  a         = 1\n  long_name = [var.x]\n\n  # Because.\n  why = null\n  off = false\n}\n"
    )


def test_outputs_say_what_they_are() -> None:
    stack = new_stack()
    data = Data(stack, "a")
    stack.output("plain", data.id, "An id.")
    stack.output("secret", "x", "A secret.", sensitive=True, depends_on=[data])
    assert written(stack)["outputs.tf"].split("\n\n", 1)[1] == (
        'output "plain" {\n  description = "An id."\n  value       = terraform_data.a.id\n}\n'
        "\n"
        'output "secret" {\n  description = "A secret."\n  value       = "x"\n  sensitive   = true\n'
        "  depends_on  = [terraform_data.a]\n}\n"
    )


@pytest.mark.parametrize(("key", "as_written"), [("é", '"é"'), ("\n", r'"\n"'), ('"', r'"\""')])
def test_a_key_of_one_character_is_kept_after_a_backslash(key: str, as_written: str) -> None:
    # The JSON.parse of Node 24 and 26 then takes any escaped character for a backslash (nodejs/node issue 63785).
    stack = new_stack()
    stack.output("first", {"a": [], literal("\\"): 1}, "Brings the backslash into a cache of keys.")
    stack.output("second", {"a": 1, literal(key): 2}, "Looks its key up in there.")
    assert f"{as_written} = 2" in " ".join(written(stack)["outputs.tf"].split())


def test_moves_are_written_in_their_order() -> None:
    stack = new_stack()
    stack.moved("terraform_data.a", 'terraform_data.b["x"]')
    stack.moved("module.c", "module.d")
    assert written(stack)["moved.tf"].split("\n\n", 1)[1] == (
        'moved {\n  from = terraform_data.a\n  to   = terraform_data.b["x"]\n}\n'
        "\n"
        "moved {\n  from = module.c\n  to   = module.d\n}\n"
    )
