"""The process between the server and a Lambda runtime: ends the runtime with everything it started.

Run by path as `python -I -S guard.py COMMAND...`, hence the standard library only. A handler may start programs in
sessions and process groups of their own; as their subreaper the guard still finds every one of them. It acts when its
standard input ends, which happens when the server asks for it and also when the server is gone, even by SIGKILL.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main(command: list[str]) -> int:
    """Run *command* until it ends or our input does. Returns its exit code, negative for a signal."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    runtime = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),  # noqa: PLW1509 - we have one thread
    )
    status = None
    while status is None:
        readable, _, _ = select.select([0, woken], [], [])
        if 0 in readable and not os.read(0, 4096):
            break
        if woken in readable:
            os.read(woken, 4096)
            status = _reap().get(runtime.pid)
    status = kill_descendants().get(runtime.pid, 0) if status is None else status
    kill_descendants()
    return os.waitstatus_to_exitcode(status)


def _prctl(option: int, argument: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} failed")


def kill_descendants() -> dict[int, int]:
    """Kill and reap until no process has this one as its ancestor. Returns {pid: wait status} of the reaped."""
    reaped = _reap()
    while alive := _descendants():
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
        reaped |= _reap()
    return reaped


def _reap() -> dict[int, int]:
    """Collect every child that has ended, orphans of the handler included."""
    reaped = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            reaped[pid] = status
    return reaped


def _descendants() -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # pid (comm) state ppid ...: comm may hold spaces and parentheses
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        direct = children.get(waiting.pop(), [])
        found += direct
        waiting += direct
    return found


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # A runtime ended by a signal is reported as 128 + its number, as a shell does.
    sys.exit(code if code >= 0 else 128 - code)
