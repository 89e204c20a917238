"""The summary of a plan: counts by module and type, outputs, and no secret."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from generator.errors import TerraformError
from generator.terraform.driver import Terraform
from generator.terraform.plan_summary import OutputChange, PlannedChanges, SummaryRow, render, summarise
from tests.unit.terraform.conftest import MakeTerraform

CONFIGURATION = """
variable "kept" { default = "one" }
variable "key" { default = "k" }
variable "items" {
  type    = set(string)
  default = ["a", "b"]
}
variable "password" {
  default   = "hunter2"
  sensitive = true
}
resource "terraform_data" "updated" { input = var.kept }
resource "terraform_data" "replaced" { triggers_replace = var.key }
resource "terraform_data" "secret" { input = var.password }
module "inner" {
  source = "./inner"
  items  = var.items
}
output "plain" { value = var.kept }
output "unknown" { value = terraform_data.updated.id }
output "hidden" {
  value     = { user = "u", password = var.password }
  sensitive = true
}
"""
INNER = """
variable "items" {}
resource "terraform_data" "each" {
  for_each = var.items
  input    = each.key
}
"""


@pytest.fixture
def terraform(make_terraform: MakeTerraform, tmp_path: Path) -> Terraform:
    (tmp_path / "workspace/inner").mkdir(parents=True)
    (tmp_path / "workspace/inner/main.tf").write_text(INNER)
    return make_terraform(CONFIGURATION)


def summary_of(terraform: Terraform, tmp_path: Path, **variables: Any) -> PlannedChanges:
    terraform.plan(out=tmp_path / "plan", variables=variables)
    return summarise(terraform.show_plan(tmp_path / "plan"))


def text(summary: PlannedChanges) -> str:
    stream = io.StringIO()
    Console(file=stream, width=120).print(render(summary))
    return stream.getvalue()


def test_a_first_plan_counts_what_is_created(terraform: Terraform, tmp_path: Path) -> None:
    summary = summary_of(terraform, tmp_path)
    assert summary.rows == (
        SummaryRow("", "terraform_data", {"create": 3}),
        SummaryRow("module.inner", "terraform_data", {"create": 2}),
    )
    assert summary.totals == {"create": 5}
    assert summary.outputs == (
        OutputChange("hidden", "create", "(sensitive)"),
        OutputChange("plain", "create", "one"),
        OutputChange("unknown", "create", "(known after apply)"),
    )


def test_update_replace_and_delete_are_told_apart(terraform: Terraform, tmp_path: Path) -> None:
    terraform.apply()
    summary = summary_of(terraform, tmp_path, kept="two", key="l", items=["b"])
    assert summary.totals == {"update": 1, "replace": 1, "delete": 1}
    assert summary.replaced == ("terraform_data.replaced",)
    assert summary.deleted == ('module.inner.terraform_data.each["a"]',)
    shown = text(summary)
    assert 'module.inner.terraform_data.each["a"]' in shown
    assert "terraform_data.replaced" in shown


def test_an_empty_plan_is_empty(terraform: Terraform, tmp_path: Path) -> None:
    terraform.apply()
    summary = summary_of(terraform, tmp_path)
    assert summary.is_empty
    assert text(summary).startswith("No changes")


def test_a_changed_output_alone_is_shown(terraform: Terraform, tmp_path: Path) -> None:
    terraform.apply()
    with (tmp_path / "workspace/more.tf").open("w") as file:
        file.write('output "more" { value = "new" }\n')
    summary = summary_of(terraform, tmp_path)
    assert not summary.is_empty
    assert summary.rows == ()
    assert "new" in text(summary)


def test_no_sensitive_value_is_shown(terraform: Terraform, tmp_path: Path) -> None:
    first = summary_of(terraform, tmp_path)
    terraform.apply()
    changed = summary_of(terraform, tmp_path, password="hunter3")
    assert changed.totals == {"update": 1}
    for summary in (first, changed):
        assert "hunter" not in text(summary) + repr(summary)


@pytest.mark.parametrize("mark", [True, {"a": True}, {"a": {"b": [False, True]}}, [True]])
@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
def test_an_output_with_a_sensitive_part_is_hidden(mark: Any, side: str) -> None:
    change = {"actions": ["update"], "before": "s3cret", "after": {"a": "s3cret"}, side: mark}
    summary = summarise({"format_version": "1.2", "output_changes": {"o": change}})
    assert summary.outputs == (OutputChange("o", "update", "(sensitive)"),)


def test_a_long_output_is_cut() -> None:
    change = {"actions": ["create"], "after": "x" * 500}
    [output] = summarise({"format_version": "1.2", "output_changes": {"o": change}}).outputs
    assert len(output.value) == 100


def test_reads_imports_and_forgotten_resources() -> None:
    def entry(mode: str, actions: list[str], **more: Any) -> dict[str, Any]:
        return {"address": "x", "mode": mode, "type": "t", "change": {"actions": actions, **more}}

    plan = {
        "format_version": "1.2",
        "resource_changes": [
            entry("data", ["read"]),
            entry("managed", ["no-op"]),
            entry("managed", ["no-op"], importing={"id": "i"}),
            entry("managed", ["forget"]),
            entry("managed", ["create", "delete"]),
        ],
    }
    assert summarise(plan).totals == {"import": 1, "forget": 1, "replace": 1}


def test_markup_in_an_output_is_shown_as_it_is() -> None:
    change = {"actions": ["create"], "after": "[/red] [bold]"}
    summary = summarise({"format_version": "1.2", "output_changes": {"o": change}})
    assert "[/red] [bold]" in text(summary)


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({}, "not a plan"),
        ({"version": 4, "resources": []}, "not a plan"),
        ({"format_version": "1.2", "resource_changes": [{"address": "x"}]}, r"resource_changes\.0\.mode"),
        ({"format_version": "1.2", "output_changes": {"o": {"actions": 3}}}, r"output_changes\.o\.actions"),
    ],
)
def test_another_document_is_refused(document: dict[str, Any], complaint: str) -> None:
    with pytest.raises(TerraformError, match=complaint) as caught:
        summarise(document)
    assert "terraform show -json" in caught.value.cure
