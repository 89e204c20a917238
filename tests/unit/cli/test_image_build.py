"""`slipway image build` and `push`, as far as they go without AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from generator.cli.main import run
from tests.rehearsal.conftest import PROJECT, SLIPWAY, plain_terminal
from tests.unit.cli.test_image import project
from tests.unit.release.builders import Tools
from tests.unit.release.conftest import tools

__all__ = ["project", "tools"]

PATIENCE = 120.0  # seconds; a busy machine is no failure
TAG = ("--tag", "dev-1")


@pytest.fixture
def context(project: Path) -> Path:
    folder = project / "web"
    folder.mkdir()
    (folder / "Dockerfile").touch()
    return folder


@pytest.mark.parametrize(("command", "more"), [("build", ""), ("push", " TAG")])
def test_help_shows_an_example(command: str, more: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["image", command, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"Usage: slipway image {command} [OPTIONS] SYSTEM/ENV NAME{more}" in said
    assert f"Example: slipway image {command} seepp/test" in said


def build(project: Path, context: Path, *options: str) -> int:
    return run(["--project", str(project), "image", "build", "lab/dev", "web", "--context", str(context), *options])


def test_a_build_says_which_tool_builds_and_how_to_push(
    project: Path, context: Path, tools: Tools, capfd: pytest.CaptureFixture[str]
) -> None:
    tools.add("podman")
    assert build(project, context, *TAG, "--build-arg", "A=1") == 0
    said = capfd.readouterr()
    assert said.out == "localhost/web:dev-1 is built. Push it: slipway image push lab/dev web dev-1\n"
    assert "podman builds dev-1 from" in said.err
    (words,) = tools.words()
    assert words.startswith("podman build --format docker --platform linux/amd64 --tag localhost/web:dev-1 --file ")
    assert words.endswith(f" --build-arg A=1 {context}")


def test_what_came_of_it_as_json(project: Path, context: Path, tools: Tools, capfd: pytest.CaptureFixture[str]) -> None:
    tools.add("docker", "buildah")
    assert build(project, context, *TAG, "--builder", "buildah", "--quiet", "--json", "-") == 0
    said = capfd.readouterr()
    assert json.loads(said.out) == {"environment": "lab/dev", "name": "web", "tag": "dev-1", "builder": "buildah"}
    assert said.err == ""


def test_without_a_tool_it_says_what_to_install(
    project: Path, context: Path, tools: Tools, capfd: pytest.CaptureFixture[str]
) -> None:
    assert build(project, context, *TAG) == 2
    said = capfd.readouterr().err
    assert "docker, podman and buildah are not on PATH" in said
    assert "Install one" in said


def test_a_build_that_fails_exits_with_1(
    project: Path, context: Path, tools: Tools, capfd: pytest.CaptureFixture[str]
) -> None:
    tools.add("docker")
    tools.told(docker={"build": (1, "no space left")})
    assert build(project, context, *TAG) == 1
    said = capfd.readouterr().err
    assert "no space left" in said
    assert "docker build failed" in said


def test_a_release_asks_for_credentials_before_it_builds(
    project: Path, context: Path, tools: Tools, capfd: pytest.CaptureFixture[str]
) -> None:
    tools.add("docker")
    assert build(project, context, *TAG, "--release") == 2
    assert "there are no credentials for AWS" in capfd.readouterr().err
    assert tools.words() == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["build", "lab/dev", "wbe"], "lab/dev has no service wbe"),
        (["build", "lab/dev", "web", "--tag", "live-1"], "live-1 is no tag of dev"),
        (["build", "lab/dev", "web", "--file", "absent"], "there is no such file"),
        (["push", "lab/dev", "web", "live-1"], "live-1 is no tag of dev"),
        (["push", "lab/dev", "web", "dev-1", "--builder", "dokcer"], 'Did you mean "docker"?'),
    ],
)
def test_wrong_input_exits_with_2(
    arguments: list[str],
    complaint: str,
    project: Path,
    context: Path,
    tools: Tools,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(context)
    tools.add("docker")
    assert run(["--project", str(project), "image", *arguments]) == 2
    assert complaint in capfd.readouterr().err
    assert tools.words() == []


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def started(project: Path, context: Path, tools: Tools) -> tuple[subprocess.Popen[str], list[int]]:
    """A build that hangs, and the processes below it."""
    command = [*SLIPWAY, "--project", str(project), "image", "build", "lab/dev", "web", "--context", str(context), *TAG]
    process = subprocess.Popen(
        command,
        env={**plain_terminal(), "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pids = tools.folder / "pids"
    deadline = time.monotonic() + PATIENCE
    while not (pids.exists() and pids.read_text().count(" ")) and time.monotonic() < deadline:
        time.sleep(0.05)
    return process, [int(pid) for pid in pids.read_text().split()]


@pytest.mark.parametrize("stubborn", [False, True], ids=["ends-itself", "stubborn"])
def test_ctrl_c_ends_the_build_and_what_it_started(stubborn: bool, project: Path, context: Path, tools: Tools) -> None:
    tools.add("buildah")
    tools.told(hang="build", stubborn=stubborn)
    process, below = started(project, context, tools)
    assert all(running(pid) for pid in below)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert "interrupted: nothing is left running" in err
    assert "Traceback" not in err
    assert not any(running(pid) for pid in below)
    assert (tools.folder / "put-away").exists()


def test_containers_that_another_build_may_use_stay_and_are_named(project: Path, context: Path, tools: Tools) -> None:
    tools.add("buildah")
    tools.told(hang="build")
    process, _ = started(project, context, tools)
    tools.told(hang="build", containers=[{"id": "c0ffee"}])
    with subprocess.Popen([tools.folder / "buildah", "build"], process_group=0) as other:
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        os.killpg(other.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert "another build on this machine may use. When none runs: buildah rm c0ffee" in err
    assert "buildah rm c0ffee" not in tools.words()
