"""Terraform runs in an environment that is named as one, and in nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import SlipwayError
from generator.policy.targets import read_targets

POLICY = "production: [prod]\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("modules/web", "envs/lab/prod"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "main.tf").touch()
    (tmp_path / "envs/lab/system.yaml").touch()
    (tmp_path / "envs/lab/policy.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_environment_is_held_to_the_policy_beside_its_manifest(project: Path) -> None:
    (target,) = read_targets(("lab/prod",), project)
    assert (target.kind, target.environment, target.settings.production) == ("environment", "prod", ("prod",))
    assert target.source is not None


@pytest.mark.parametrize("name", ["envs/lab/prod", "./envs/lab/prod/"])
def test_the_path_of_an_environment_neither_runs_terraform_nor_is_judged_without(project: Path, name: str) -> None:
    with pytest.raises(SlipwayError, match="is an environment") as caught:
        read_targets((name,), project)
    assert "lab/prod" in str(caught.value.cure)


def test_any_other_directory_goes_by_the_policy_in_it(project: Path) -> None:
    (target,) = read_targets(("modules/web",), project)
    assert (target.kind, target.environment, target.settings.file) == ("directory", "web", None)


@pytest.mark.parametrize("name", ["lab/prd", "envs/lab", "nowhere/at/all"])
def test_what_is_none_of_these_is_one_error(project: Path, name: str) -> None:
    with pytest.raises(SlipwayError):
        read_targets((name,), project)
