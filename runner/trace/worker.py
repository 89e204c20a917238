"""The process that decodes. One is kept warm, with everything imported; each trace gets a copy of it.

The copy reads a program's debug information and its log, which are both hostile: it has little memory, little time, no
files and, where the runner is root, the user of the program; then it ends.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any

from runner.trace.binary import Binary
from runner.trace.caps import Caps
from runner.trace.document import program_trace
from runner.trace.errors import TraceError
from runner.trace.log import Log
from runner.trace.statements import statement_table
from runner.trace.steps import Decoder, Shown
from runner.trace.symbols import Symbols
from runner.trace.wire import receive, send

_MOST_PROGRAM, _MOST_PART = 64 << 20, 32 << 20
# The copy mostly waits, and ends when the runner hangs up; the wall limit is for a runner that forgets it.
_CPU_SECONDS, _WALL_SECONDS, _ADDRESS_SPACE = 8, 300, 2 << 30


@dataclass(frozen=True)
class _Order:
    """What comes first: whose program it is, and what its source is called."""

    source: str
    uid: int | None


def main(descriptor: int) -> None:
    """Serves the control socket *descriptor* until the runner closes it: each message carries a connection, which a
    copy of this process answers."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies need no burial
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the runner's to act on
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=descriptor)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if not descriptors:
            continue
        with socket.socket(fileno=descriptors[0]) as connection:
            if os.fork() == 0:
                control.close()
                _answer_and_end(connection)


def _answer_and_end(connection: socket.socket) -> None:
    code = 1
    try:
        gc.disable()  # it does not live long enough for garbage to matter
        _confine()
        _answer(connection)
        code = 0
    finally:
        os._exit(code)


def _confine() -> None:
    signal.alarm(_WALL_SECONDS)
    for kind, value in (
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_AS, _ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (least, least))


def _answer(connection: socket.socket) -> None:
    order = _Order(**json.loads(receive(connection, 1 << 16)))
    if order.uid is not None:
        os.setgroups([])
        os.setresgid(order.uid, order.uid, order.uid)
        os.setresuid(order.uid, order.uid, order.uid)
    try:
        binary = Binary(receive(connection, _MOST_PROGRAM), order.source)
        send(connection, b"+" + statement_table(binary, Caps()))
        symbols = Symbols(binary)  # while the program runs
        send(connection, b"+" + _decode(connection, binary, symbols))
    except TraceError as error:
        send(connection, b"-" + str(error).encode())
    except Exception as error:
        # Whatever a hostile file does to a parser. Its kind is enough to find the place; its text may be the file's.
        send(connection, f"-the trace could not be decoded ({type(error).__name__})".encode())


def _decode(connection: socket.socket, binary: Binary, symbols: Symbols) -> bytes:
    details: dict[str, Any] = json.loads(receive(connection, _MOST_PART))
    first, second = receive(connection, _MOST_PART), receive(connection, _MOST_PART)
    printed, report = receive(connection, _MOST_PART), receive(connection, _MOST_PART)
    try:
        other = Log.of(second)
    except TraceError:
        other = None  # without it, what is uninitialised shows less surely
    decoder = Decoder(binary, symbols, Log.of(first), other, printed, Shown())
    recording = decoder.recording(details["errors"], report)
    if not recording.steps:
        raise TraceError("the program did not reach a statement of its main")
    return program_trace(details["code"], recording).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]))
