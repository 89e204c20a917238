"""What the tests about interruption need to see of other processes (Linux: /proc)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 180.0  # seconds; a busy machine is no failure


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as *condition* holds; fail when it does not in a long while."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"still not so: {what}"
        time.sleep(0.02)


def running_in(directory: Path) -> list[str]:
    """The command lines of the processes whose working directory is *directory* or below it (zombies have none)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = (process / "cwd").resolve(strict=True)
            command = (process / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            # It ended meanwhile, or belongs to another user.
            continue
        if where.is_relative_to(directory) and command:
            found.append(command)
    return found


def wait_until_none_is_in(directory: Path) -> None:
    """Return when no process runs in *directory*: who is killed ends once it is its turn on a processor."""
    wait_until(lambda: not running_in(directory), "no process is left")
