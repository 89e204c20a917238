"""Terraform for the tests of what is written."""

from __future__ import annotations

import pytest

from generator.terraform.binary import TerraformBinary, find_terraform


@pytest.fixture(scope="session")
def binary() -> TerraformBinary:
    return find_terraform()
