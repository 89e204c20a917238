"""Real terraform, driven: results, errors and the traces it must not leave."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from generator.errors import Location, TerraformError
from generator.terraform.binary import TerraformBinary
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import OutputValue, Terraform
from generator.terraform.events import ChangeCounts
from generator.terraform.failure import TerraformRunError
from generator.terraform.process import ChildProcess
from generator.terraform.provider_mirror import ProviderSource
from tests.unit.terraform.conftest import MakeTerraform

COUNTED = """
variable "names" {
  type    = set(string)
  default = ["a", "b"]
  validation {
    condition     = length(var.names) < 4
    error_message = "At most three names."
  }
}
variable "output" {
  type    = any
  default = "x"
}
resource "terraform_data" "named" {
  for_each = var.names
  input    = each.key
}
output "given" { value = var.output }
output "secret" {
  value     = "s3cret"
  sensitive = true
}
"""


def test_plan_apply_replan_and_destroy(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    terraform = make_terraform(COUNTED)
    plan = terraform.plan(out=tmp_path / "plan")
    assert (plan.counts, plan.has_changes) == (ChangeCounts(add=2), True)
    assert sorted(change.address for change in plan.changes) == [
        'terraform_data.named["a"]',
        'terraform_data.named["b"]',
    ]
    applied = terraform.apply(plan=plan.file)
    assert applied.counts == ChangeCounts(add=2)
    assert applied.seconds > 0
    again = terraform.plan()
    assert (again.counts, again.has_changes, again.changes) == (ChangeCounts(), False, ())
    assert terraform.destroy().counts == ChangeCounts(destroy=2)
    assert not terraform.plan(destroy=True).has_changes


def test_variables_change_the_plan(make_terraform: MakeTerraform) -> None:
    terraform = make_terraform(COUNTED)
    terraform.apply()
    plan = terraform.plan(variables={"names": ["b", "c"]})
    assert plan.counts == ChangeCounts(add=1, destroy=1)
    assert {(change.address, change.action) for change in plan.changes} == {
        ('terraform_data.named["a"]', "delete"),
        ('terraform_data.named["c"]', "create"),
    }
    assert terraform.plan(destroy=True, variables={"names": ["b"]}).counts == ChangeCounts(destroy=2)


def test_a_changed_output_alone_counts_as_a_change(make_terraform: MakeTerraform) -> None:
    terraform = make_terraform(COUNTED)
    terraform.apply()
    plan = terraform.plan(variables={"output": "y"})
    assert (plan.counts, plan.has_changes) == (ChangeCounts(), True)


@pytest.mark.parametrize(
    "value",
    [
        "",
        'quote " and \\',
        "${not.a.template} %{if}",
        "line\nline",
        "ünïcödé ✓",
        0,
        -1.5,
        True,
        None,
        [],
        ["a", 1],
        {"a": {"b": [1, {"c": None}]}},
    ],
)
def test_a_variable_arrives_as_it_was_given(make_terraform: MakeTerraform, value: Any) -> None:
    terraform = make_terraform('variable "v" { default = "unset" }\noutput "v" { value = jsonencode(var.v) }')
    terraform.apply(variables={"v": value})
    assert json.loads(terraform.output()["v"].value) == value


def test_outputs_have_their_values_and_hide_sensitive_ones(make_terraform: MakeTerraform) -> None:
    terraform = make_terraform(COUNTED)
    assert terraform.output() == {}
    terraform.apply(variables={"output": {"url": "http://x"}})
    outputs = terraform.output()
    assert outputs == {
        "given": OutputValue(value={"url": "http://x"}),
        "secret": OutputValue(value="s3cret", sensitive=True),
    }
    assert "s3cret" not in repr(outputs) + str(outputs["secret"])


def test_a_plan_file_is_shown_as_json(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    terraform = make_terraform(COUNTED)
    terraform.plan(out=tmp_path / "plan", variables={"names": ["z"]})
    shown = terraform.show_plan(tmp_path / "plan")
    assert [change["address"] for change in shown["resource_changes"]] == ['terraform_data.named["z"]']
    assert shown["variables"]["names"]["value"] == ["z"]


def test_a_file_that_is_no_plan_is_refused(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    terraform = make_terraform(COUNTED)
    (tmp_path / "plan").write_text("no plan")
    with pytest.raises(TerraformRunError, match="terraform show"):
        terraform.show_plan(tmp_path / "plan")


def test_a_plan_file_and_variables_exclude_each_other(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    terraform = make_terraform(COUNTED, init=False)
    with pytest.raises(ValueError, match="variables already"):
        terraform.apply(plan=tmp_path / "plan", variables={"names": []})


def test_a_failed_validation_names_the_variable_and_leaves_no_variables_file(
    make_terraform: MakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    terraform = make_terraform(COUNTED)
    with pytest.raises(TerraformRunError, match="At most three names") as caught:
        terraform.plan(variables={"names": ["a", "b", "c", "d"]})
    assert str(private) not in str(caught.value)
    assert list(private.iterdir()) == []


def test_an_error_names_file_and_line_below_the_shown_directory(make_terraform: MakeTerraform) -> None:
    terraform = make_terraform(
        'resource "terraform_data" "one" {\n  input = "a"\n  inputs = "b"\n}\n',
        shown_dir=Path("envs/seepp/test"),
    )
    with pytest.raises(TerraformRunError, match="Unsupported argument") as caught:
        terraform.plan()
    assert caught.value.where == Location(Path("envs/seepp/test/main.tf"), 3, 3)
    assert str(caught.value).startswith("envs/seepp/test/main.tf:3:3: terraform plan: ")


def test_an_error_in_a_module_is_placed_beside_the_environment(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    module = tmp_path / "modules/thing"
    module.mkdir(parents=True)
    (module / "main.tf").write_text("locals {\n  a = var.undeclared\n}\n")
    terraform = make_terraform('module "thing" { source = "../modules/thing" }', shown_dir=Path("project/workspace"))
    with pytest.raises(TerraformRunError) as caught:
        terraform.plan()
    assert caught.value.where == Location(Path("project/modules/thing/main.tf"), 2, 7)


def test_every_error_is_listed_with_its_resource(make_terraform: MakeTerraform) -> None:
    failing = "\n".join(
        f'resource "terraform_data" "{name}" {{\n  provisioner "local-exec" {{ command = "exit {code}" }}\n}}'
        for name, code in (("first", 3), ("second", 4), ("third", 0))
    )
    terraform = make_terraform(failing)
    with pytest.raises(TerraformRunError, match="found 2 errors") as caught:
        terraform.apply()
    text = str(caught.value)
    assert "terraform_data.first: local-exec provisioner error" in text
    assert "terraform_data.second: local-exec provisioner error" in text
    assert "main.tf:2:" in text
    assert "main.tf:5:" in text
    assert len(caught.value.diagnostics) == 2
    # The third was created and is in the state.
    assert terraform.destroy().counts.destroy == 3


def test_validate_gives_diagnostics_instead_of_failing(make_terraform: MakeTerraform) -> None:
    assert make_terraform(COUNTED).validate() == []
    [found] = make_terraform('output "x" { value = var.absent }').validate()
    assert (found.severity, found.summary) == ("error", "Reference to undeclared input variable")
    assert found.range is not None
    assert (found.range.filename, found.range.start.line) == ("main.tf", 1)


def test_fmt_check_names_the_files_it_would_change(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    terraform = make_terraform("locals {\n  a = 1\n}\n", init=False)
    assert terraform.fmt_check() == []
    nested = tmp_path / "workspace/deep/er"
    nested.mkdir(parents=True)
    (nested / "bad.tf").write_text("locals {\na=1\n}\n")
    assert terraform.fmt_check() == [Path("deep/er/bad.tf")]


def test_fmt_check_of_broken_syntax_is_an_error(make_terraform: MakeTerraform) -> None:
    with pytest.raises(TerraformRunError, match=r"main\.tf"):
        make_terraform("locals {", init=False).fmt_check()


def test_a_module_that_is_not_installed_says_to_run_init(make_terraform: MakeTerraform) -> None:
    terraform = make_terraform('module "m" { source = "./m" }', init=False)
    with pytest.raises(TerraformRunError, match="Module not installed") as caught:
        terraform.plan()
    assert "terraform init" in caught.value.cure


def test_an_error_that_init_meets_several_times_is_shown_once(make_terraform: MakeTerraform) -> None:
    terraform = make_terraform('locals {\n  a = 1\n}\n\noutput "x" "y" {\n  value = 1\n}\n', init=False)
    with pytest.raises(TerraformRunError, match="Extraneous label for output") as caught:
        terraform.init()
    assert len(caught.value.diagnostics) == 1
    assert caught.value.where is not None
    assert caught.value.where.line == 5


def test_a_held_lock_is_explained(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    terraform = make_terraform(COUNTED)
    terraform.apply()
    with (tmp_path / "workspace/terraform.tfstate").open("r+") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)
        with pytest.raises(TerraformRunError, match="Error acquiring the state lock") as caught:
            terraform.plan()
    assert "Another run holds the state" in caught.value.cure
    assert not terraform.plan().has_changes


def test_a_provider_that_no_source_has_is_explained(binary: TerraformBinary, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "main.tf").write_text(
        'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
    )
    source = ProviderSource(tmp_path / "mirror", None, None, "it is empty")
    environment = child_environment(os.environ, source)
    terraform = Terraform(tmp_path, binary=binary, provider_source=source, environment=environment)
    with pytest.raises(TerraformRunError) as caught:
        terraform.init()
    assert "SLIPWAY_PROVIDER_MIRROR" in caught.value.cure


def test_a_binary_that_vanished_is_an_error_without_a_traceback(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    child = ChildProcess([str(tmp_path / "gone")], directory=tmp_path, environment={})
    with pytest.raises(TerraformError, match="cannot be started"):
        child.run(print)
