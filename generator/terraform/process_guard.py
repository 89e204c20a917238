"""Ends a terraform process group when the program that started it is gone.

Run as a script: ``process_guard.py GROUP OUTPUT_DESCRIPTOR GRACE_SECONDS``. Standard input is a pipe whose other end
only that program holds; its end of file means that the program was killed. Uses the standard library only, so that it
starts fast without site-packages.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time


def main(group: int, output: int, grace_seconds: float) -> None:
    """Wait for the starter's death, then interrupt the group's leader and kill what is left after *grace_seconds*."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.read(sys.stdin.fileno(), 1):
        pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(group, signal.SIGINT)
        _drain(output, time.monotonic() + grace_seconds)
        os.killpg(group, signal.SIGKILL)


def _drain(output: int, deadline: float) -> None:
    # The reader of this pipe is gone: unread, terraform would die of SIGPIPE before it has stored its state.
    while (left := deadline - time.monotonic()) > 0:
        readable, _, _ = select.select([output], [], [], left)
        if readable and not os.read(output, 65536):
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
