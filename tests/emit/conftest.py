"""What the project's own sources emit, and terraform to judge it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.synthesis import emit
from generator.terraform.binary import TerraformBinary, find_terraform

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def binary() -> TerraformBinary:
    return find_terraform()


@pytest.fixture(scope="session")
def emitted() -> dict[str, str]:
    """The text of every generated file by its path, made anew."""
    return emit(PROJECT)
