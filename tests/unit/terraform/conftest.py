"""Terraform for the tests: the real binary, and directories whose configuration needs no provider."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.terraform.binary import TerraformBinary, find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import ProviderSource

MakeTerraform = Callable[..., Terraform]


@pytest.fixture(scope="session")
def binary() -> TerraformBinary:
    return find_terraform()


@pytest.fixture
def no_provider() -> ProviderSource:
    """Enough for configurations of ``terraform_data`` alone: that provider is part of terraform."""
    return ProviderSource(None, None, None, "the configuration needs no provider")


@pytest.fixture
def make_terraform(tmp_path: Path, binary: TerraformBinary, no_provider: ProviderSource) -> MakeTerraform:
    """Writes a configuration into a directory of its own and gives an initialised driver for it."""

    def make(configuration: str, *, init: bool = True, **options: Any) -> Terraform:
        directory = tmp_path / "workspace"
        directory.mkdir(exist_ok=True)
        (directory / "main.tf").write_text(configuration, encoding="utf-8")
        environment = child_environment(os.environ, no_provider)
        terraform = Terraform(directory, binary=binary, provider_source=no_provider, environment=environment, **options)
        if init:
            terraform.init()
        return terraform

    return make
