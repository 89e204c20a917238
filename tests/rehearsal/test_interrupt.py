"""Interrupted rehearsals leave nothing running and nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rehearsal.conftest import PROJECT, SLIPWAY, plain_terminal, processes_below

PATIENCE = 60.0  # seconds


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def started(folder: Path) -> subprocess.Popen[str]:
    """A rehearsal that is in the middle of its first apply; its temporary files are in *folder*."""
    process = subprocess.Popen(
        [*SLIPWAY, "rehearse", "seepp/test"],
        cwd=PROJECT,
        env={**plain_terminal(), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    states = "slipway-rehearsal-*/**/terraform.tfstate"
    if not wait_until(lambda: any(folder.glob(states)) or process.poll() is not None) or process.poll() is not None:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"the rehearsal never came to its first apply: {out}{err}")
    return process


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
    assert "interrupted" in err
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
