"""`slipway synth` and `slipway schema`, as a platform author uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.cli.main import run
from tests.unit.limited_writes import contents
from tests.unit.systems.manifest.manifests import SMALL


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "envs/lab").mkdir(parents=True)
    (tmp_path / "envs/lab/system.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def synth(project: Path, *options: str) -> int:
    return run(["--project", str(project), "synth", *options])


def test_synth_writes_and_check_agrees(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synth(project) == 0
    emitted = len(contents(project)) - 1
    assert capsys.readouterr().out == f"{emitted} files, {emitted} written\n"
    assert synth(project, "--check") == 0
    assert capsys.readouterr().out == f"{emitted} files are true to their sources\n"
    assert synth(project) == 0
    assert capsys.readouterr().out == f"{emitted} files, 0 written\n"


def test_synth_works_from_a_directory_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "envs/lab")
    assert run(["synth"]) == 0
    assert (project / "modules/vpc/main.tf").exists()


def test_check_shows_a_diff_exits_with_1_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    synth(project)
    edited = project / "modules/vpc/versions.tf"
    edited.write_text(edited.read_text().replace(">= 1.11", ">= 1.12"))
    stale = project / "modules/vpc/stale.tf"
    stale.write_text(edited.read_text())
    before = contents(project)
    capsys.readouterr()
    assert synth(project, "--check") == 1
    said = capsys.readouterr().out
    assert '-  required_version = ">= 1.12"\n+  required_version = ">= 1.11"\n' in said
    assert "nothing emits modules/vpc/stale.tf any more\n" in said
    assert "2 of " in said
    assert contents(project) == before


@pytest.mark.parametrize("options", [(), ("--check",)])
@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("    cpu: 512", "    cpuu: 512", "cpuu"),
        ("    cpu: 512", "    cpu: 500", "500"),
        ("    cpu: 512", "    cpu: ]", "not valid YAML"),
        ("    cpu: 512", "\tcpu: 512", "not valid YAML"),
    ],
)
def test_a_wrong_manifest_exits_with_2_names_the_line_and_writes_nothing(
    before: str,
    after: str,
    complaint: str,
    options: tuple[str, ...],
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest = project / "envs/lab/system.yaml"
    manifest.write_text(SMALL.replace(before, after), encoding="utf-8")
    assert synth(project, *options) == 2
    said = capsys.readouterr()
    line = SMALL.splitlines().index(before) + 1
    assert f"{manifest}:{line}:" in said.err
    assert complaint in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(contents(project)) == ["envs/lab/system.yaml"]


def test_schema_prints_what_synth_writes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    synth(project)
    capsys.readouterr()
    assert run(["schema"]) == 0
    said = capsys.readouterr().out
    assert said == (project / "envs/system.schema.json").read_text(encoding="utf-8")
    assert json.loads(said)["$schema"].startswith("http")
