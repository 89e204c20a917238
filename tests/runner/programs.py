"""Helpers of the runner's tests: running a program under small limits, and finding what it left."""

from __future__ import annotations

import os
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request, Result
from runner.engine import run

LOOKS = 10
MEBIBYTE = 1024 * 1024
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives programs a user of their own")


def run_cpp(code: str, stdin: str = "", **limits: Any) -> Result:
    """Runs *code* with run limits that keep the machine whole: 10 s wall, 2 s CPU, 256 MB, 4 MB files, 16 tasks."""
    small = replace(
        RUN_LIMITS,
        wall_seconds=10,
        cpu_seconds=2,
        address_space_bytes=256 * MEBIBYTE,
        file_size_bytes=4 * MEBIBYTE,
        processes=16,
    )
    return run(
        Request(
            textwrap.dedent(code),
            stdin,
            compile_limits=replace(COMPILE_LIMITS, wall_seconds=20),
            run_limits=replace(small, **limits),
        )
    )


def processes_named(name: str) -> list[int]:
    """Pids of the living processes that call themselves *name* (prctl PR_SET_NAME, at most 15 characters).

    One look misses a program that forks and ends all the time, so it takes several.
    """
    return sorted(set().union(*(_processes_named(name) for _ in range(LOOKS))))


def _processes_named(name: str) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "status").read_text(errors="replace").splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if status[0] == f"Name:\t{name}" and "State:\tZ (zombie)" not in status:
            found.add(int(entry.name))
    return found


def python_environment(**extra: str) -> dict[str, str]:
    """The environment of a Python child that can import this project."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **extra}


@contextmanager
def open_directory() -> Iterator[Path]:
    """A temporary directory that every user may enter, as pytest's tmp_path is not."""
    with tempfile.TemporaryDirectory(prefix="slipway-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def wait_until(condition: Callable[[], bool]) -> None:
    """Returns once *condition* holds; fails the test if that takes unreasonably long."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the condition never came to hold"
        time.sleep(0.02)
