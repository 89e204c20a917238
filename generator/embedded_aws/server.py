"""The server: moto's application behind our middleware, on one loopback port, ended cleanly in every way it can end."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from generator.embedded_aws.fixes import apply_all
from generator.embedded_aws.middleware import Middleware
from generator.embedded_aws.process import STAY
from generator.embedded_aws.state import ServerState

HOST = "127.0.0.1"


class QuietRequestHandler(MotoRequestHandler):
    """No line a request: an apply makes thousands."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


def serve(
    *,
    port: int,
    work: Path,
    plain: bool,
    log_requests: bool,
    ready_fd: int | None,
    alive_fd: int | None,
    follow_stdin: bool,
) -> int:
    """Serve until SIGTERM, SIGINT, or an end of standard input that STAY does not precede (with *follow_stdin*).

    The port, or the error that prevents one, is written to *ready_fd* as one line of JSON. *alive_fd* is held open
    until the last Lambda runtime is gone. *work* is removed at the end. Returns the exit code.
    """
    try:
        listener = _listen(port)
    except OSError as error:
        _report(ready_fd, {"error": "port taken" if error.errno == errno.EADDRINUSE else str(error)})
        return 1
    bound_port = listener.getsockname()[1]
    os.environ["MOTO_PORT"] = str(bound_port)

    if alive_fd is not None:
        os.set_inheritable(alive_fd, False)  # for the guards of Lambda runtimes only, which get it by name
    state = ServerState.make(work, f"http://{HOST}:{bound_port}", alive_fd)
    if not plain:
        apply_all(state)
    application = Middleware(DomainDispatcherApplication(create_backend_app), state, plain=plain)
    handler = MotoRequestHandler if log_requests else QuietRequestHandler
    server = make_server(
        HOST, bound_port, application, threaded=True, request_handler=handler, fd=os.dup(listener.fileno())
    )
    listener.close()
    _end_with(server, follow_stdin=follow_stdin)
    _report(ready_fd, {"port": bound_port, "pid": os.getpid()})
    try:
        server.serve_forever(poll_interval=0.05)  # seconds until a shutdown is noticed
    finally:
        state.clear()
        shutil.rmtree(work, ignore_errors=True)
    return 0


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _report(ready_fd: int | None, message: dict[str, Any]) -> None:
    if ready_fd is None:
        sys.stderr.write(json.dumps(message) + "\n")
        return
    with os.fdopen(ready_fd, "w") as ready:
        ready.write(json.dumps(message) + "\n")


def _end_with(server: BaseWSGIServer, *, follow_stdin: bool) -> None:
    def shut_down(*_: Any) -> None:
        # shutdown() waits for serve_forever() to return, which this very thread may be running.
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, shut_down)
    if follow_stdin:
        threading.Thread(target=_after_stdin, args=(shut_down,), daemon=True).start()


def _after_stdin(shut_down: Callable[[], None]) -> None:
    # The end of file also comes when the starter is killed; one that lets the server stay says so first.
    if sys.stdin.buffer.read() != STAY:
        shut_down()
