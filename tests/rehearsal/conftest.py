"""What the rehearsals share: the project, the command, and processes that can be counted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SLIPWAY = [sys.executable, "-m", "generator.cli.main"]


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


def slipway(*arguments: str, cwd: Path = PROJECT, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, and return what it printed and its exit code."""
    return subprocess.run(
        [*SLIPWAY, *arguments], cwd=cwd, input=stdin, capture_output=True, text=True, check=False, env=plain_terminal()
    )


def plain_terminal() -> dict[str, str]:
    """This environment, without what makes output colourful."""
    return {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}


def processes_below(pids: Sequence[int]) -> set[int]:
    """The processes that descend from *pids*, found by their parents."""
    children: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, set()).add(int(entry.name))
    found: set[int] = set()
    waiting = list(pids)
    while waiting:
        for child in children.get(waiting.pop(), set()):
            found.add(child)
            waiting.append(child)
    return found
