"""kill(-1): every process that this one may signal. One call ends what outruns any list of processes, and no other does
so without a privilege, a control group or prctl; where it is not exactly right it is a catastrophe.

So it is refused but in one place: the Lambda home, under a user that is not root and owned no other process when the
runner started. Inside a PID namespace of its own the launcher needs it no more than the kernel does.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from runner.errors import RunnerError, UncleanError
from runner.identity import processes

_SECONDS = 2.0
_PAUSE = 0.001


def owned(uid: int) -> set[int]:
    """The processes of real, effective, saved or file-system user *uid* that have not ended, but for this one."""
    found, _ = processes(uid)
    return {pid for pid, state in found if state not in "ZX" and pid != os.getpid()}


def is_sole_user(home: str) -> bool:
    """Whether this process is in the Lambda home and its user has no other. To be asked before any program runs."""
    return home == "lambda" and os.geteuid() != 0 and os.getuid() == os.geteuid() and not owned(os.geteuid())


def kill_all_others(home: str, *, sole_user: bool) -> int:
    """Ends every other process of this user; returns how many were seen. RunnerError if that is not allowed here, or if
    some stay.

    *sole_user* is what `is_sole_user` said at the start.
    """
    uid = os.geteuid()
    if home != "lambda" or not sole_user or uid == 0 or os.getuid() != uid:
        raise RunnerError(f"ending all processes of user {uid} is refused: it may have others than the program's.")
    found = owned(uid)
    # Whatever was seen: a list is old before it is read, and misses a program that forks and ends all the time. The
    # kernel signals under the lock that forking takes, so from here on nobody forks, and lists can be believed.
    with suppress(ProcessLookupError):  # nobody is left to signal
        os.kill(-1, signal.SIGKILL)
    deadline = time.monotonic() + _SECONDS
    while left := owned(uid):
        if time.monotonic() > deadline:
            raise UncleanError(f"processes of the program could not be ended: {sorted(left)}.")
        time.sleep(_PAUSE)
    return len(found)
