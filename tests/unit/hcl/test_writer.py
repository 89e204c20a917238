"""The writer, block by block."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from generator.bindings.elb import LbListenerRule
from generator.hcl.constructs import TerraformProvider
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, null
from generator.hcl.resource import Resource
from generator.hcl.writer import comment, module_call, write
from tests.unit.hcl.stacks import HEADER, Data, RandomPassword, RootStack, body, new_stack, written


def test_every_file_starts_with_the_header() -> None:
    stack = new_stack()
    Data(stack, "a")
    stack.output("a", 1, "One.")
    assert {text.split("\n", 1)[0] for text in written(stack).values()} == {f"# {HEADER}"}


def test_versions_and_backend() -> None:
    stack = new_stack(backend={"key": "a/b.tfstate", "region": "us-west-2", "encrypt": True})
    assert body(stack, "versions") == (
        "terraform {\n"
        '  required_version = ">= 1.11"\n'
        "\n"
        "  required_providers {\n"
        "    aws = {\n"
        '      source  = "hashicorp/aws"\n'
        '      version = ">= 5.100.0, < 7.0.0"\n'
        "    }\n"
        "  }\n"
        "}\n"
    )
    assert body(stack, "backend") == (
        'terraform {\n  backend "s3" {\n    key     = "a/b.tfstate"\n    region  = "us-west-2"\n'
        "    encrypt = true\n  }\n}\n"
    )


def test_configuration_aliases_are_references() -> None:
    stack = new_stack(provider_aliases=("replica", "audit"))
    assert "      configuration_aliases = [aws.replica, aws.audit]\n" in body(stack, "versions")


def test_several_configurations_of_a_provider() -> None:
    stack = new_stack()
    for arguments in ({"region": "us-west-2"}, {"alias": "replica", "region": "us-east-1"}):
        provider = TerraformProvider(stack.construct, arguments["region"], terraform_resource_type="aws")
        for name, value in {**arguments, "default_tags": {"tags": {"Owner": "us"}}}.items():
            provider.add_override(name, value)
    text = body(stack, "providers")
    assert text.count('provider "aws" {') == 2
    assert text.count("  default_tags {\n    tags = {\n") == 2
    assert '  alias  = "replica"\n  region = "us-east-1"\n' in text


def test_an_ephemeral_resource_has_a_block_of_its_own() -> None:
    stack = new_stack()
    RandomPassword(stack, "db", password_length=20)
    assert body(stack) == 'ephemeral "aws_secretsmanager_random_password" "db" {\n  password_length = 20\n}\n'


def test_nested_static_and_dynamic_blocks() -> None:
    stack = new_stack()
    LbListenerRule(
        stack,
        "this",
        listener_arn=Expr("var.listener"),
        action={"type": "forward", "target_group_arn": Expr("var.group")},
        condition=[
            {"host_header": {"values": ["a.example"]}},
            Dynamic(
                Expr("var.paths"),
                lambda condition: {
                    "path_pattern": Dynamic([condition.value], lambda path_pattern: {"values": [path_pattern.value]})
                },
            ),
        ],
        tags={"a": "b"},
    )
    assert body(stack) == (
        'resource "aws_lb_listener_rule" "this" {\n'
        "  listener_arn = var.listener\n"
        "  tags = {\n"
        '    a = "b"\n'
        "  }\n"
        "\n"
        "  action {\n"
        '    type             = "forward"\n'
        "    target_group_arn = var.group\n"
        "  }\n"
        "\n"
        "  condition {\n"
        "    host_header {\n"
        '      values = ["a.example"]\n'
        "    }\n"
        "  }\n"
        "\n"
        '  dynamic "condition" {\n'
        "    for_each = var.paths\n"
        "\n"
        "    content {\n"
        '      dynamic "path_pattern" {\n'
        "        for_each = [condition.value]\n"
        "\n"
        "        content {\n"
        "          values = [path_pattern.value]\n"
        "        }\n"
        "      }\n"
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_a_nested_argument_named_like_a_meta_argument_is_a_value() -> None:
    class Pipeline(Resource):
        type_ = "aws_pipeline"

    nested = {"attributes": {name: {"type": "string"} for name in ("provider", "count", "depends_on", "lifecycle")}}
    schema = {"resource": {"aws_pipeline": {"attributes": {}, "block_types": {"action": {"block": nested}}}}}
    stack = new_stack()
    values = {"action": {"provider": "CodeBuild", "count": 1, "depends_on": ["Source"], "lifecycle": "x"}}
    Pipeline(stack, "this", values, {})
    assert write(stack, schema, HEADER)["main.tf"].endswith(
        "  action {\n"
        '    provider   = "CodeBuild"\n'
        "    count      = 1\n"
        '    depends_on = ["Source"]\n'
        '    lifecycle  = "x"\n'
        "  }\n}\n"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("one\ntwo\n", "  a = <<-EOT\n    one\n    two\n  EOT\n"),
        ("one\ntwo", "  a = chomp(<<-EOT\n    one\n    two\n  EOT\n  )\n"),
        ("one\n\ntwo\n", "  a = <<-EOT\n    one\n\n    two\n  EOT\n"),
        ('say "${var.x}"\n\\d\n', '  a = <<-EOT\n    say "${var.x}"\n    \\d\n  EOT\n'),
        ("a ${-var.x}\nb\n", "  a = <<-EOT\n    a ${(-var.x)}\n    b\n  EOT\n"),
        ("one\n", '  a = "one\\n"\n'),
        ("one\nEOT\n", '  a = "one\\nEOT\\n"\n'),
        ("  one\ntwo\n", '  a = "  one\\ntwo\\n"\n'),
        ("one\n  two\n", '  a = "one\\n  two\\n"\n'),
        ("one\n\ttwo\n", '  a = "one\\n\\ttwo\\n"\n'),
        ("\none\ntwo", '  a = "\\none\\ntwo"\n'),
        ("one\ntwo\n\n", '  a = "one\\ntwo\\n\\n"\n'),
        ("one\r\ntwo\n", '  a = "one\\r\\ntwo\\n"\n'),
        ("one\x00\ntwo\n", '  a = "one\\u0000\\ntwo\\n"\n'),
    ],
)
def test_text_of_several_plain_lines_is_a_heredoc(text: str, code: str) -> None:
    stack = new_stack()
    stack.local("a", text)
    assert body(stack) == f"locals {{\n{code}}}\n"


@pytest.mark.parametrize(
    ("value", "code"),
    [(False, "false"), (0, "0"), ("", '""'), (null, "null"), ({}, "{}"), ([], "[]"), ({"a": {}}, "{\n    a = {}\n  }")],
)
def test_empty_and_false_values_are_kept(value: object, code: str) -> None:
    stack = new_stack()
    stack.local("a", value)
    assert body(stack) == f"locals {{\n  a = {code}\n}}\n"


def test_a_module_call_is_written_for_examples() -> None:
    arguments: dict[str, Any] = {"source": "../x", "name": "n", "tags": {"a": "b"}, "list": ["c"]}
    assert module_call("x", arguments) == (
        'module "x" {\n  source = "../x"\n\n  name = "n"\n  list = ["c"]\n  tags = {\n    a = "b"\n  }\n}\n'
    )


def test_comments_are_wrapped_and_paragraphs_kept_apart() -> None:
    text = comment("word " * 30 + "\n\nsecond")
    lines = text.splitlines()
    assert max(map(len, lines)) <= 98
    assert lines[-2:] == ["#", "# second"]
    assert comment("") == ""


def example() -> RootStack:
    stack = new_stack(backend={"key": "k"})
    for name in ("zeta", "alpha", "mid"):
        Data(stack, name, content={"z": 1, "a": [name]}, trigger=Expr("local.a"))
        stack.output(name, {"b": 1, "a": 2}, "An output.")
    stack.local("a", ["y", "x"])
    return stack


def test_two_runs_in_one_process_write_the_same() -> None:
    assert written(example()) == written(example())


def test_the_hash_seed_changes_nothing() -> None:
    program = (
        "import json; from tests.unit.hcl.test_writer import example, written; print(json.dumps(written(example())))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1] != ""
