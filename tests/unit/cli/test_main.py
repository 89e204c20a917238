"""The command line: help, wrong input and interruptions end with one clear message and the right exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.cli.main import COMMANDS, run
from tests.unit.systems.manifest.manifests import SMALL

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "envs/lab").mkdir(parents=True)
    (tmp_path / "envs/lab/system.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def slipway(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Slipway in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "generator.cli.main", *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_help_lists_every_command_with_its_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    lines = [line.split(None, 1) for line in capsys.readouterr().out.partition("Commands:\n")[2].splitlines()]
    listed = {words[0]: words[1] for words in lines if len(words) == 2}
    assert set(COMMANDS) <= set(listed)


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_shows_an_example(command: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, option]) == 0
    said = capsys.readouterr().out
    assert f"Usage: slipway {command}" in said
    assert f"Example: slipway {command}" in said


def test_every_file_of_a_command_is_offered() -> None:
    folder = PROJECT / "generator/cli"
    assert {file.stem for file in folder.glob("*.py")} - {"__init__", "console", "main"} == set(COMMANDS)


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("slipway, version ")


USAGE_ERRORS: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "Usage: slipway"),
    "unknown command": (["sinth"], "No such command 'sinth'"),
    "unknown option": (["synth", "--chek"], "No such option"),
    "unknown option of slipway": (["--chek"], "No such option"),
    "too many arguments": (["synth", "seepp/test"], "unexpected extra argument"),
    "missing argument": (["plan"], "Missing argument 'SYSTEM/ENV'"),
    "absent project": (["--project", "absent", "synth"], "does not exist"),
    "absent program": (["run", "absent.cpp"], "does not exist"),
    "port that is none": (["up", "lab/dev", "--port", "0"], "not in the range"),
    "missing value": (["plan", "lab/dev", "--json"], "requires an argument"),
}


@pytest.mark.parametrize(("arguments", "complaint"), USAGE_ERRORS.values(), ids=USAGE_ERRORS.keys())
def test_wrong_usage_exits_with_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What click says is wrapped at the terminal's width.
    monkeypatch.setenv("COLUMNS", "200")
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert complaint in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", ["plan", "rehearse", "up"])
@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("lab/dve", 'no environment "dve"'),
        ("lba/dev", "no system lba"),
        ("lab", "does not name an environment"),
        ("[red]lab/dev[/]", "no system [red]lab"),
    ],
)
def test_an_unknown_target_exits_with_2(
    command: str, target: str, complaint: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(project), command, target]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert complaint in said.err
    assert said.out == ""


def test_taking_down_what_is_not_up_exits_with_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(project), "down", "lab/dev"]) == 2
    assert "lab/dev" in capsys.readouterr().err


def test_taking_down_everything_where_nothing_is_up_is_no_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(project), "down"]) == 0
    assert capsys.readouterr().out == "nothing is up\n"


@pytest.mark.parametrize("command", ["synth", "plan lab/dev", "rehearse", "up lab/dev", "down"])
def test_outside_a_project_every_command_says_so(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(tmp_path), *command.split()]) == 2
    assert "holds envs/<system>/system.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan lab/dev", "rehearse lab/dev", "run hello.cpp"])
@pytest.mark.parametrize(("target", "complaint"), [("absent/x.json", "no directory"), ("envs", "is a directory")])
def test_a_json_file_that_cannot_be_written_is_refused_before_the_work(
    command: str,
    target: str,
    complaint: str,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(project)
    (project / "hello.cpp").write_text("int main() {}\n")
    assert run([*command.split(), "--json", target]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"error: {target}: ")
    assert complaint in said.err
    assert said.out == ""
    assert not (project / "absent").exists()


def test_a_program_that_is_no_text_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "a.out"
    program.write_bytes(b"\x7fELF\xff\xfe")
    assert run(["run", str(program)]) == 2
    assert f"error: {program}: the program is not UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("hello.py", "print('hello')"),
        ("hello.c", '#include <stdio.h>\nint main(void) { int class = 0; puts("hello"); return class; }'),
        ("hello.cpp", '#include <cstdio>\nint main() { std::puts("hello"); }'),
    ],
)
def test_a_programs_language_is_told_by_its_name(
    name: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    (tmp_path / name).write_text(code)
    assert run(["run", str(tmp_path / name)]) == 0
    assert capsys.readouterr().out == "hello\n"


def test_an_interruption_exits_with_130(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("generator.synthesis.emit", interrupted)
    assert run(["--project", str(project), "synth"]) == 130
    again = f"Start again: slipway --project {project} synth"
    assert capsys.readouterr().err.strip().endswith(f"interrupted: nothing is left running. {again}")


def test_a_process_exits_with_the_code_and_without_a_traceback() -> None:
    done = slipway("synth", "--chek")
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_enough_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "generator.cli.main", "schema"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 0
