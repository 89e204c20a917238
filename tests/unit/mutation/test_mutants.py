"""Mutants: each is another module, still HCL, and nothing that could be noticed is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.modules import all_modules
from tests.mutation.expressions import edits
from tests.mutation.hcl import parse
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.run import sample

PROJECT = Path(__file__).resolve().parents[3]
MODULE = """resource "aws_s3_bucket" "this" {
  bucket        = var.name
  force_destroy = false
  tags          = { Team = "a", Size = var.size }

  lifecycle {
    ignore_changes        = [tags]
    create_before_destroy = true

    precondition {
      condition     = var.size > 1
      error_message = "size must exceed 1."
    }
  }

  depends_on = [aws_sns_topic.this]
}

variable "size" {
  description = "Size."
  type        = object({ a = optional(number, 3) })
  default     = { a = 2 }
  nullable    = false
}

output "name" {
  description = "Name."
  value       = var.size == 1 ? "one" : "many"
}
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket/main.tf").write_text(MODULE, encoding="utf-8")
    return tmp_path


def changes(source: str) -> set[str]:
    """Every text that *source*, an expression, is changed to."""
    text = f"locals {{\n  x = {source}\n}}\n"
    (block,) = parse(text)
    found = set()
    for edit in edits(block.attributes[0].value, text):
        changed = text[: edit.start] + edit.replacements[0] + text[edit.end :]
        parse(changed)
        found.add(" ".join(changed[15:-3].split()))
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    {
        "true": {"false"},
        "30": {"31"},
        "0": {"1"},
        "1.5": {"2.5"},
        '"a"': {'"ax"'},
        '"Allow"': {'"Deny"'},
        '"${a}-b"': {'"${a}-bx"'},
        '["a", "b"]': {'[ "b"]', '["a"]'},
        "[a, [1]]": {"[ [1]]", "[a]", "[a, []]"},
        "{ a = 1, b = c }": {"{ a = 2, b = c }", "{ a = 1 }"},
        "a ? 1 : 0": {"a ? 0 : 1", "a ? 2 : 0", "a ? 1 : 1"},
        "a == 1 && b ? x : y": {"a == 1 && b ? y : x", "a == 1 || b ? x : y"},
        "a >= 30": {"a < 30"},
        "a || !b": {"a && !b", "a || b"},
        "a * 2": {"a + 2", "a * 3"},
        "[for x in y : x if x.z]": {"[for x in y : x if true]", "[for x in y : x if false]"},
        "merge(a, b)": {"merge( b)", "merge(a)"},
        "lower(a)": set(),
        "a.b": set(),
        "<<-EOT\n  # why\n  a\n  b\n  EOT": {"<<-EOT # why b EOT", "<<-EOT # why a EOT"},
    }.items(),
)
def test_an_expression_has_these_mutants(source: str, expected: set[str]) -> None:
    assert changes(source) == expected


def test_what_a_plan_shows_is_mutated_and_nothing_else(modules: Path) -> None:
    found = {(mutant.place, mutant.what) for mutant in mutants(modules, "bucket")}
    assert found == {
        ("aws_s3_bucket.this.bucket", "the argument is gone"),
        ("aws_s3_bucket.this.force_destroy", "false is true"),
        ("aws_s3_bucket.this.tags", "the argument is gone"),
        ("aws_s3_bucket.this.tags.Team", '"a" with x added'),
        ("aws_s3_bucket.this.tags", "without Size = var.size"),
        ("aws_s3_bucket.this.lifecycle.ignore_changes", "without tags"),
        ("var.size.a", "3 is 4"),
        ("var.size.default.a", "2 is 3"),
        ("output.name.value", "branches of var.size == 1 swapped"),
        ("output.name.value", '"one" with x added'),
        ("output.name.value", '"many" with x added'),
    }


@pytest.mark.parametrize("module", all_modules())
def test_mutants_of_every_module_are_other_modules_in_hcl(module: str) -> None:
    found = mutants(PROJECT / "modules", module)
    assert len({mutant.name for mutant in found}) == len(found) > 0
    for mutant in sample(found, min(1, 20 / len(found)), "any"):
        source = (PROJECT / "modules" / module / mutant.file).read_text(encoding="utf-8")
        for replacement in mutant.replacements:
            text = mutant.text(source, replacement)
            assert text != source
            assert text.count("\n") == source.count("\n"), "a case may expect an error at a line"
            parse(text)


def test_a_sample_is_a_share_that_another_commit_chooses_otherwise() -> None:
    found = [Mutant("bucket", "main.tf", n, n, n, ("",), f"a.b{n}", "gone") for n in range(100)]
    one, other = sample(found, 0.1, "one"), sample(found, 0.1, "other")
    assert len(one) == len(other) == 10
    assert one != other
    assert sample(found, 0.1, "one") == one
    assert sample(found, 1, "one") == found
    assert len(sample(found, 0.0001, "one")) == 1
