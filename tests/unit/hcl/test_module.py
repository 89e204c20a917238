"""Modules: variables with their defaults and checks, and the calls that Python checks."""

from __future__ import annotations

import pytest

from generator.hcl.module import Module, Variable
from generator.hcl.module_call import built, scratch_app
from generator.hcl.writer import write
from tests.unit.hcl.replica import Replica
from tests.unit.hcl.stacks import body, written


def variable(name: str) -> str:
    """The block of one variable, without its first and last line."""
    text = body(built(Replica), "variables")
    return text.split(f'variable "{name}" {{\n')[1].split("\n}\n")[0]


@pytest.mark.parametrize(
    ("name", "default"),
    [("enabled", "false"), ("number", "0"), ("text", '""'), ("nothing", "null"), ("maybe", '"x"'), ("sets", '[["a"]]')],
)
def test_defaults_that_python_calls_false_are_kept(name: str, default: str) -> None:
    lines = [line.split("=", 1) for line in variable(name).splitlines() if "=" in line]
    assert {key.strip(): value.strip() for key, value in lines}["default"] == default


def test_only_what_may_be_null_is_nullable() -> None:
    nullable = {name for name in Replica.variables() if "nullable" not in variable(name)}
    assert nullable == {"nothing", "maybe"}
    assert all("nullable = false" in " ".join(variable(n).split()) for n in Replica.variables() if n not in nullable)


def test_a_required_variable_has_no_default() -> None:
    assert {name for name in Replica.variables() if "default" not in variable(name)} == {"name", "items"}


def test_a_sensitive_variable_says_so() -> None:
    assert "  sensitive   = true" in variable("password").splitlines()


def test_required_variables_come_first() -> None:
    assert list(Replica.variables())[:2] == ["name", "items"]
    text = body(built(Replica), "variables")
    assert text.index('"items"') < text.index('"enabled"')


def test_checks_become_validations_in_their_order() -> None:
    assert variable("name") == (
        '  description = "A name."\n'
        "  type        = string\n"
        "  nullable    = false\n"
        "\n"
        "  validation {\n"
        '    condition     = var.name != ""\n'
        '    error_message = "name must not be empty."\n'
        "  }\n"
        "\n"
        "  validation {\n"
        '    condition     = var.name != "x"\n'
        '    error_message = "name must not be \\"x\\", but is \\"${var.name}\\"."\n'
        "  }"
    )


def test_a_type_of_several_lines_is_code() -> None:
    assert variable("items").splitlines()[1:6] == [
        "  type = map(object({",
        "    size = number",
        "    tags = optional(map(string), {})",
        "    zone = optional(string)",
        "  }))",
    ]


def test_configuration_aliases_come_from_the_class() -> None:
    assert "configuration_aliases = [aws.replica]" in written(built(Replica))["versions.tf"]


def test_a_module_is_called_like_its_file_and_says_its_purpose() -> None:
    assert Replica.module_name() == "replica"
    assert Replica.purpose() == "Copies of data in another region.\n\nA second paragraph."


def test_variables_are_inherited_and_overridden() -> None:
    class Child(Replica):
        name = Variable("string", "Another name.", default="n")
        extra = Variable("string", "More.")

    assert set(Child.variables()) == {*Replica.variables(), "extra"}
    assert Child.variables()["name"].description == "Another name."


def test_variables_are_written_to_the_file_of_their_concern() -> None:
    class Split(Module):
        name = Variable("string", "A name.")
        routes = Variable("string", "Routes.", file="variables_routes")

        def build(self) -> None:
            pass

    files = write(Split(scratch_app()), {}, "Generated")
    assert 'variable "name"' in files["variables.tf"]
    assert 'variable "routes"' in files["variables_routes.tf"]
    assert "routes" not in files["variables.tf"]


def test_a_variable_of_the_class_is_its_declaration_and_of_the_instance_a_reference() -> None:
    assert Replica.name.description == "A name."
    assert built(Replica).name.code == "var.name"  # type: ignore[attr-defined]


def test_a_module_without_build_raises() -> None:
    class Empty(Module):
        """Nothing."""

    with pytest.raises(NotImplementedError):
        Empty(scratch_app())
