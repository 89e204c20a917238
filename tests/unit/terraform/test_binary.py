"""Finding terraform, and refusing what is not a usable one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.errors import TerraformError
from generator.terraform.binary import MINIMUM, find_terraform


def script(directory: Path, body: str, name: str = "terraform") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


def answering(version: str) -> str:
    return f'echo \'{{"terraform_version": "{version}", "platform": "linux_amd64"}}\''


def test_finds_the_installed_terraform() -> None:
    found = find_terraform()
    assert not found.version < MINIMUM
    assert found.path.is_absolute()
    assert os.access(found.path, os.X_OK)
    assert "_" in found.platform


def test_a_configuration_file_that_does_not_exist_disturbs_nothing(tmp_path: Path) -> None:
    found = find_terraform({**os.environ, "TF_CLI_CONFIG_FILE": str(tmp_path / "absent")})
    assert found == find_terraform()


def test_takes_the_first_on_path(tmp_path: Path) -> None:
    first, second = script(tmp_path / "a", answering("1.12.0")), script(tmp_path / "b", answering("1.13.0"))
    found = find_terraform({"PATH": f"{first.parent}:{second.parent}"})
    assert (found.path, str(found.version)) == (first, "1.12.0")


def test_the_named_binary_wins_over_path(tmp_path: Path) -> None:
    on_path, named = script(tmp_path / "a", answering("1.12.0")), script(tmp_path / "b", answering("1.13.0"), "tf13")
    found = find_terraform({"PATH": str(on_path.parent), "SLIPWAY_TERRAFORM": str(named)})
    assert found.path == named


def test_a_pre_release_of_the_minimum_is_too_old(tmp_path: Path) -> None:
    named = script(tmp_path, answering("1.11.0-rc1"))
    with pytest.raises(TerraformError, match=r"1\.11\.0-rc1, older than 1\.11\.0"):
        find_terraform({"SLIPWAY_TERRAFORM": str(named)})


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (answering("1.10.5"), "older than 1.11.0"),
        ("echo Terraform v1.11.4", "is not Terraform"),
        ("echo '{}'", "which version"),
        ("echo '[]'", "which version"),
        ("echo no licence >&2; exit 3", "does not run: no licence"),
    ],
)
def test_an_unusable_binary_is_refused_with_a_cure(tmp_path: Path, body: str, complaint: str) -> None:
    named = script(tmp_path, body)
    with pytest.raises(TerraformError, match=complaint) as caught:
        find_terraform({"PATH": os.environ["PATH"], "SLIPWAY_TERRAFORM": str(named)})
    assert "SLIPWAY_TERRAFORM" in caught.value.cure


def test_none_on_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="not installed"):
        find_terraform({"PATH": str(tmp_path)})


def test_a_named_file_that_is_not_executable_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "terraform"
    file.touch()
    with pytest.raises(TerraformError, match="not an executable file"):
        find_terraform({"PATH": os.environ["PATH"], "SLIPWAY_TERRAFORM": str(file)})
