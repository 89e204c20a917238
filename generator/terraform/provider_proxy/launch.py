"""Becomes the program it is given, which then ends when the process that started it does, even by SIGKILL.

Run as a script: ``launch.py PARENT_PID PROGRAM``. Standard library only, so that it starts fast without site-packages.
Not ``preexec_fn``: the starter has threads. The kernel counts the starting thread as the parent, so that must be one
that lives as long as its process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

# linux/prctl.h
_PR_SET_PDEATHSIG = 1


def main(parent: int, program: str) -> None:
    """Replace this process by *program*. Raises OSError when it cannot be."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")
    # It may have died before the request.
    if os.getppid() == parent:
        os.execv(program, [program])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
