"""The runner's side of the process that decodes; see worker.py."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from runner.trace.errors import TraceError
from runner.trace.wire import receive, send

# The modules are found where this process finds them, whatever the environment.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from runner.trace.worker import main; main(int(sys.argv[1]))"
)
_MOST_TABLE, _MOST_TRACE = 32 << 20, 8 << 20
_PATIENCE_SECONDS, _LEAST_SECONDS = 20.0, 0.01


class Conversation:
    """One trace being made: first the program's table, then, once it has run, its trace."""

    def __init__(self, connection: socket.socket, deadline: float | None) -> None:
        self._connection, self._deadline = connection, deadline

    def table(self, program: bytes, source: str, uid: int | None) -> bytes:
        """The agent's table for *program*, compiled from *source*. TraceError if it cannot be traced."""
        send(self._connection, json.dumps({"source": source, "uid": uid}).encode())
        send(self._connection, program)
        return self._answer(_MOST_TABLE)

    def trace(self, code: str, logs: tuple[bytes, bytes], printed: bytes, errors: str, report: bytes) -> bytes:
        """The ProgramTrace as JSON. TraceError if there is none."""
        send(self._connection, json.dumps({"code": code, "errors": errors}).encode())
        for part in (*logs, printed, report):
            send(self._connection, part)
        return self._answer(_MOST_TRACE)

    def _answer(self, most: int) -> bytes:
        left = _PATIENCE_SECONDS if self._deadline is None else self._deadline - time.monotonic()
        self._connection.settimeout(min(max(left, _LEAST_SECONDS), _PATIENCE_SECONDS))
        answer = receive(self._connection, most)
        if answer[:1] != b"+":
            raise TraceError(answer[1:].decode(errors="replace"))
        return answer[1:]


class Service:
    """Keeps one worker; starts another when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    @contextmanager
    def conversation(self, deadline: float | None = None) -> Iterator[Conversation]:
        """A conversation with a copy of the worker, until *deadline* (of time.monotonic) at the latest.

        TraceError if it takes too long, or if there is no worker.
        """
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with mine:
            with its:
                self._hand_over(its)
            try:
                yield Conversation(mine, deadline)
            except OSError as error:
                raise TraceError("the trace could not be decoded") from error

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, while there is one."""
        return None if self._worker is None else self._worker.pid

    def close(self) -> None:
        """Ends the worker. Conversations that have begun go on."""
        with self._lock:
            self._end()

    def _hand_over(self, connection: socket.socket) -> None:
        with self._lock:
            if self._control is None:
                self._start()
            try:
                self._send(connection)
            except OSError:
                self._end()
                self._start()
                self._send(connection)

    def _send(self, connection: socket.socket) -> None:
        assert self._control is not None
        socket.send_fds(self._control, [b"c"], [connection.fileno()], socket.MSG_NOSIGNAL)

    def _start(self) -> None:
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            words = [sys.executable, "-I", "-c", _START, str(its.fileno()), json.dumps(sys.path)]
            self._worker = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "PATH": os.defpath},
                cwd="/",
                pass_fds=[its.fileno()],
            )
        self._control = mine

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._worker is not None:
            with suppress(subprocess.TimeoutExpired):
                self._worker.wait(1)
            self._worker.kill()
            self._worker.wait()
        self._control = self._worker = None


@cache
def service() -> Service:
    """This process's service; its worker starts with the first conversation."""
    return Service()
