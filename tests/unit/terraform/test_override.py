"""The override file: one provider override for each provider block, and nothing that switches a check off."""

from __future__ import annotations

from pathlib import Path

from generator.terraform.configuration import read_blocks
from generator.terraform.override import embedded_aws_override
from tests.unit.terraform.conftest import MakeTerraform

ALIASES = """
provider "aws" {
  region = "us-west-2"
}
provider "aws" {
  alias  = "global"
  region = "us-east-1"
}
provider "other" {}
"""


def test_each_provider_block_is_overridden_by_its_alias(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(ALIASES)
    (tmp_path / "override.tf").write_text(embedded_aws_override(read_blocks(tmp_path)))
    (tmp_path / "main.tf").unlink()
    blocks = [(block.type, block.labels, block.strings) for block in read_blocks(tmp_path)]
    assert blocks == [
        ("terraform", (), {}),
        ("provider", ("aws",), {}),
        ("provider", ("aws",), {"alias": "global"}),
    ]


def test_nothing_that_checks_the_environment_is_switched_off() -> None:
    assert "skip_" not in embedded_aws_override([])


def test_the_file_is_formatted_and_needs_no_backend_of_the_environment(
    make_terraform: MakeTerraform, tmp_path: Path
) -> None:
    terraform = make_terraform('resource "terraform_data" "one" {}\n', init=False)
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks/main.tf").write_text(ALIASES)
    text = embedded_aws_override(read_blocks(tmp_path / "blocks"))
    (tmp_path / "workspace/slipway_override.tf").write_text(text)
    assert terraform.fmt_check() == []


def test_the_backend_of_the_environment_is_replaced_by_a_local_one(
    make_terraform: MakeTerraform, tmp_path: Path
) -> None:
    remote = 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key    = "k"\n    region = "us-east-1"\n  }\n}\n'
    terraform = make_terraform(remote + 'resource "terraform_data" "one" {}\n', init=False)
    (tmp_path / "workspace/slipway_override.tf").write_text(embedded_aws_override([]))
    terraform.init()
    terraform.apply()
    assert (tmp_path / "workspace/terraform.tfstate").is_file()
