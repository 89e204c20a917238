"""`slipway new module`: the files of a module, or one clear reason why not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.cli.main import run
from generator.scaffold import CAPABILITIES, PLACES, TEMPLATES
from tests.unit.limited_writes import contents
from tests.unit.systems.manifest.manifests import SMALL

FILES = [
    "generator/modules/dead_letters.py",
    "generator/examples/dead_letters.py",
    "tests/plan/test_dead_letters.py",
    "tests/plan/wrong_values_dead_letters.py",
    "tests/plan/dead_letters/default.yaml",
    "tests/plan/capabilities.yaml",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "envs/lab").mkdir(parents=True)
    (tmp_path / "envs/lab/system.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "generator/modules").mkdir(parents=True)
    (tmp_path / CAPABILITIES).parent.mkdir(parents=True)
    (tmp_path / CAPABILITIES).write_text("vpc:\n  - one NAT gateway\n", encoding="utf-8")
    return tmp_path


def new(project: Path, name: str) -> int:
    return run(["--project", str(project), "new", "module", name])


def test_it_writes_every_file_and_says_what_comes_next(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(contents(project))
    assert new(project, "dead_letters") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[: len(FILES)] == FILES
    assert "slipway synth" in said
    assert set(contents(project)) - before == set(FILES) - {str(CAPABILITIES)}
    assert "class DeadLetters(Module):" in (project / FILES[0]).read_text(encoding="utf-8")
    assert '"/{self.name}/dead-letters"' in (project / FILES[0]).read_text(encoding="utf-8")
    for file in FILES:
        assert "$" not in (project / file).read_text(encoding="utf-8")


def test_its_capability_is_listed_after_the_others(project: Path) -> None:
    assert new(project, "dead_letters") == 0
    listed = (project / CAPABILITIES).read_text(encoding="utf-8")
    assert listed == ("vpc:\n  - one NAT gateway\n\ndead_letters:\n  - a log group whose entries expire\n")


def test_every_template_has_its_place() -> None:
    assert {file.name for file in TEMPLATES.iterdir()} == {*PLACES, "capabilities.txt"}


@pytest.mark.parametrize(
    ("name", "reason"),
    {
        "Queue": "it must be lower-case letters and digits",
        "dead-letters": "it must be lower-case letters and digits",
        "dead__letters": "it must be lower-case letters and digits",
        "_queue": "it must be lower-case letters and digits",
        "queue_": "it must be lower-case letters and digits",
        "9lives": "it must be lower-case letters and digits",
        "../queue": "it must be lower-case letters and digits",
        "": "it must be lower-case letters and digits",
        "a" * 41: "it must have at most 40 characters",
        "lambda": "it is a word of Python's own",
        "module": "its class Module would hide another of that name",
        "example": "its class Example would hide another of that name",
    }.items(),
)
def test_a_name_that_cannot_be_used_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    before = contents(project)
    assert new(project, name) == 2
    said = capsys.readouterr().err
    assert f"{name!r} is no name for a module" in said
    assert reason in said
    assert contents(project) == before


@pytest.mark.parametrize("file", ["modules/queue/main.tf", "generator/modules/queue.py", "tests/plan/test_queue.py"])
def test_what_exists_is_not_written_over(project: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    (project / file).parent.mkdir(parents=True, exist_ok=True)
    (project / file).write_text("mine\n", encoding="utf-8")
    before = contents(project)
    assert new(project, "queue") == 2
    said = capsys.readouterr().err
    assert "this exists already" in said
    assert str(project / file).removesuffix("/main.tf") in said
    assert contents(project) == before


def test_a_project_without_modules_of_its_own_is_told_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / CAPABILITIES).unlink()
    assert new(project, "queue") == 2
    assert "this project has no generator/modules and tests/plan/capabilities.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["q", "dead_letters", "of_forty_characters_which_is_the_longest"])
def test_what_is_written_is_formatted_whatever_the_name(project: Path, name: str) -> None:
    assert new(project, name) == 0
    shutil.copy(Path(__file__).resolve().parents[2] / "pyproject.toml", project)
    # In what order imports stand, ruff can only tell in the repository: tests/plan/test_scaffold.py.
    for command in (["format", "--check"], ["check", "--ignore=I"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
