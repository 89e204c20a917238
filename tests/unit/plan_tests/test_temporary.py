"""The directory for temporary files goes away, whatever ends its process."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from generator.plan_tests.temporary import temporary_directory

HOLD = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from generator.plan_tests.temporary import temporary_directory
with temporary_directory() as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def hold(base: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(base)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.communicate()


def test_it_is_gone_afterwards(base: Path) -> None:
    def interrupted() -> None:
        with temporary_directory() as folder:
            (folder / "file").write_text("x", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(base.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(base: Path) -> None:
    process, left = hold(base)
    end(process, signal.SIGKILL)
    assert left.exists()
    with temporary_directory() as folder:
        assert list(base.iterdir()) == [folder]


def test_what_a_living_process_uses_is_left_alone(base: Path) -> None:
    process, used = hold(base)
    try:
        with temporary_directory():
            assert (used / "file").exists()
    finally:
        end(process, signal.SIGKILL)
