"""Terraform's own judgement of everything emitted: formatted as it would, and valid."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from generator.hcl.module_call import built
from generator.hcl.readme import example
from generator.modules import all_modules
from generator.terraform.binary import TerraformBinary
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import find_provider_mirror
from generator.terraform.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = sorted(str(file.parent.relative_to(PROJECT)) for file in PROJECT.glob("envs/*/*/versions.tf"))
MODULES = sorted(str(file.parent.relative_to(PROJECT)) for file in PROJECT.glob("modules/*/versions.tf"))
CALLER_PROVIDER = """# Stands for the caller's provider.
provider "aws" {
  region = "us-west-2"
}
"""


def terraform_in(directory: Path, binary: TerraformBinary) -> Terraform:
    source = find_provider_mirror(platform=binary.platform)
    environment = child_environment(os.environ, source)
    return Terraform(directory, binary=binary, provider_source=source, environment=environment)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A root that calls every module as its README does, beside a copy of the modules."""
    shutil.copytree(PROJECT / "modules", tmp_path / "modules")
    root = tmp_path / "roots" / "examples"
    root.mkdir(parents=True)
    calls = [example(built(module)) for module in all_modules().values()]
    (root / "main.tf").write_text("\n".join([CALLER_PROVIDER, *calls]), encoding="utf-8")
    return root


def complaints(directory: Path, binary: TerraformBinary) -> list[str]:
    terraform = terraform_in(directory, binary)
    terraform.init()
    return [f"{found.location(directory)}: {found.summary}: {found.detail}" for found in terraform.validate()]


def called_by_roots() -> set[str]:
    """Modules that some root calls, and which its validation covers."""
    texts = [file.read_text(encoding="utf-8") for file in PROJECT.glob("envs/*/*/*.tf")]
    return {module for module in MODULES if any(f'/{module}"' in text for text in texts)}


@pytest.mark.parametrize("folder", ["modules", "envs"])
def test_terraform_fmt_would_change_nothing(folder: str, binary: TerraformBinary) -> None:
    assert terraform_in(PROJECT / folder, binary).fmt_check() == []


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_is_valid(root: str, tmp_path: Path, binary: TerraformBinary) -> None:
    local_state = 'terraform {\n  backend "local" {}\n}\n'
    workspace = Workspace.copy(PROJECT / root, PROJECT, tmp_path / "copy", local_state)
    assert complaints(workspace.directory, binary) == []


@pytest.mark.parametrize("module", sorted(set(MODULES) - called_by_roots()))
def test_every_module_that_no_root_calls_is_valid(module: str, tmp_path: Path, binary: TerraformBinary) -> None:
    workspace = Workspace.copy(PROJECT / module, PROJECT, tmp_path / "copy", CALLER_PROVIDER)
    assert complaints(workspace.directory, binary) == []


def test_the_example_of_every_readme_is_valid_and_formatted(examples: Path, binary: TerraformBinary) -> None:
    assert complaints(examples, binary) == []
    assert terraform_in(examples, binary).fmt_check() == []
