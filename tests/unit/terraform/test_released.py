"""Working copies whose images count as released."""

from __future__ import annotations

from pathlib import Path

from generator.terraform.released import FILE_NAME, IMAGE, release_all
from generator.terraform.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[3]


def test_modules_that_wait_for_an_image_get_one_and_no_others(tmp_path: Path) -> None:
    workspace = Workspace.copy(PROJECT / "envs/seepp/test", PROJECT, tmp_path / "copy")
    released = release_all(workspace.directory, tmp_path / "copy")
    assert sorted(path.name for path in released) == ["code_runner", "ecs_service"]
    assert {path.parent for path in (tmp_path / "copy").rglob(FILE_NAME)} == set(released)
    for directory in released:
        text = (directory / FILE_NAME).read_text(encoding="utf-8")
        assert text == f'resource "aws_ssm_parameter" "released_image" {{\n  insecure_value = "{IMAGE}"\n}}\n'


def test_a_root_that_runs_nothing_stays_as_it_is(tmp_path: Path) -> None:
    workspace = Workspace.copy(PROJECT / "envs/seepp/account", PROJECT, tmp_path / "copy")
    assert release_all(workspace.directory, tmp_path / "copy") == []
    assert list((tmp_path / "copy").rglob(FILE_NAME)) == []
