"""Interrupted rehearsals leave nothing running and nothing behind."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.project import find_target
from generator.rehearsal.standing import FOLDER
from generator.rehearsal.terraform_runs import Stage, Tools
from generator.terraform.progress import SilentReporter
from tests.rehearsal.conftest import PROJECT, SLIPWAY, plain_terminal, processes_below, slipway
from tests.rehearsal.standing import brought_up, checks_of, copied

PATIENCE = 300.0  # seconds; a busy machine is no failure
# Small, and more than one root: the account's, then its own.
NAME = "counselor/dev"


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def interruptible(arguments: list[str], cwd: Path, folder: Path, state: Callable[[], bool]) -> subprocess.Popen[str]:
    """The command *arguments*, with its temporary files in *folder*, as soon as the *state* it writes is there."""
    process = subprocess.Popen(
        [*SLIPWAY, *arguments],
        cwd=cwd,
        env={**plain_terminal(), "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if not wait_until(lambda: state() or process.poll() is not None) or process.poll() is not None:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"slipway {' '.join(arguments)} never came to its apply: {out}{err}")
    return process


def started(folder: Path) -> subprocess.Popen[str]:
    """A rehearsal that is in the middle of its first apply; its temporary files are in *folder*."""
    states = "slipway-rehearsal-*/**/terraform.tfstate"
    return interruptible(["rehearse", "seepp/test"], PROJECT, folder, lambda: any(folder.glob(states)))


def coming_up(project: Path, folder: Path) -> subprocess.Popen[str]:
    """`slipway up` in the middle of the environment's apply, when its account stands."""
    pattern = f".slipway/up/*/**/envs/{NAME}/terraform.tfstate"
    return interruptible(["up", NAME], project, folder, lambda: any(project.glob(pattern)))


@pytest.fixture
def folder() -> Path:
    # Sockets and long names below pytest's own folder would be too long for some tools.
    path = Path(tempfile.mkdtemp(prefix="int-"))
    path.chmod(0o711)
    return path


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() == b""
    except OSError:
        return True


@pytest.mark.rehearsal(40)
def test_ctrl_c_ends_everything_and_says_so(folder: Path) -> None:
    process = started(folder)
    below = processes_below([process.pid])
    assert below
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "interrupted: nothing is left running. Start again: slipway rehearse seepp/test" in err
    assert "Traceback" not in err
    assert [pid for pid in below if not gone(pid)] == []
    assert list(folder.iterdir()) == []
    folder.rmdir()


@pytest.mark.rehearsal(40)
def test_kill_leaves_no_process(folder: Path) -> None:
    process = started(folder)
    below = processes_below([process.pid])
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert wait_until(lambda: all(gone(pid) for pid in below)), [pid for pid in below if not gone(pid)]
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copied(tmp_path)


def standing_files(project: Path) -> list[str]:
    """What `slipway up` has left in the project, but for the file that commands lock."""
    return sorted(path.name for path in (project / ".slipway/up").iterdir() if path.suffix != ".lock")


def left_after_kill(folder: Path) -> list[Path]:
    """What a killed command has left in *folder*, but for the JavaScript that cdktn unpacks and removes at its exit."""
    return [path for path in folder.iterdir() if not (path / "bin/jsii-runtime.js").exists()]


def is_locked(project: Path) -> bool:
    """Whether a command holds the lock."""
    with (project / f".slipway/up/{NAME.replace('/', '-')}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.mark.slow
@pytest.mark.rehearsal(240)
def test_up_succeeds_after_ctrl_c_and_after_a_kill(folder: Path, project: Path) -> None:
    process = coming_up(project, folder)
    below = processes_below([process.pid])
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert f"interrupted: nothing is left running. Start again: slipway up {NAME}" in err
    assert "Traceback" not in err
    assert [pid for pid in below if not gone(pid)] == []
    assert (standing_files(project), list(folder.iterdir()), is_locked(project)) == ([], [], False)

    process = coming_up(project, folder)
    below = processes_below([process.pid])
    assert below
    process.kill()
    process.communicate(timeout=PATIENCE)
    # At once, while the terraform of the killed one may still be winding down.
    with brought_up(NAME, project) as standing:
        assert [check for check in checks_of(standing) if not check.passed] == []
        stage = Stage(standing.aws(), Tools.find(), project, project / FOLDER / NAME.replace("/", "-"))
        target = find_target(project, NAME)
        terraform = stage.terraform(target.directory, standing.account_id, SilentReporter())
        assert [change.address for change in terraform.plan().changes] == []
        assert wait_until(lambda: all(gone(pid) for pid in below)), [pid for pid in below if not gone(pid)]
    assert gone(standing.pid)
    assert wait_until(lambda: left_after_kill(folder) == []), left_after_kill(folder)
    assert (standing_files(project), is_locked(project)) == ([], False)
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_down_clears_what_a_killed_up_left(folder: Path, project: Path) -> None:
    process = coming_up(project, folder)
    below = processes_below([process.pid])
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert wait_until(lambda: all(gone(pid) for pid in below)), [pid for pid in below if not gone(pid)]
    assert standing_files(project) == [NAME.replace("/", "-")]
    down = slipway("down", NAME, cwd=project)
    assert (down.returncode, down.stdout.strip()) == (0, f"{NAME} is down")
    assert (standing_files(project), is_locked(project)) == ([], False)
    assert wait_until(lambda: left_after_kill(folder) == []), left_after_kill(folder)
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    assert slipway("down", NAME, cwd=project).returncode == 2
