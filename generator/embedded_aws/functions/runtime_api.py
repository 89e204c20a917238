"""The Lambda Runtime API of one runtime, on a loopback port.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and AWS's Runtime Interface Emulator, which fixes
what the page leaves open (the response limit, a second `next` while an invocation runs, error documents).
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_RESPONSE = 6 * 1024 * 1024 + 100  # bytes
_VERSION = "/2018-06-01/runtime"
_RESULT = re.compile(rf"{_VERSION}/invocation/([^/]+)/(response|error)")


@dataclass
class Invocation:
    """One event on its way through a runtime. *payload* and *error* are set before *done*."""

    request_id: str
    event: bytes
    function_arn: str
    deadline_ms: int
    trace_id: str
    client_context: str | None = None
    payload: bytes = b""
    error: bool = False
    delivered: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def finish(self, payload: bytes, *, error: bool) -> None:
        """The first answer counts; a later one changes nothing."""
        if not self.done.is_set():
            self.payload, self.error = payload, error
            self.done.set()


class RuntimeApi:
    """Serves one runtime process. *ready* is set when it asks for its first event, *init_error* when it cannot."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.init_error: bytes | None = None
        self._changed = threading.Condition()
        self._current: Invocation | None = None
        self._closed = False
        api = self

        class Handler(_Handler):
            runtime_api = api

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        """host:port, for AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def offer(self, invocation: Invocation) -> None:
        """Give the runtime its next event. At most one is under way at a time."""
        with self._changed:
            self._current = invocation
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def next(self) -> Invocation | None:
        """The event under way, else the next one; None at the end.

        As in AWS's emulator a second call during an invocation gets the same event again.
        """
        self.ready.set()
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._pending() is not None)
            return None if self._closed else self._pending()

    def _pending(self) -> Invocation | None:
        current = self._current
        return current if current is not None and not current.done.is_set() else None

    def under_way(self, request_id: str) -> Invocation | None:
        current = self._pending()
        return current if current is not None and current.request_id == request_id else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a runtime waiting in `next` ends with its process

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A runtime that is killed breaks its connections: no news."""


class _Handler(BaseHTTPRequestHandler):
    runtime_api: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: without this each answer takes 40 ms

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        return

    def do_GET(self) -> None:
        if self.path != f"{_VERSION}/invocation/next":
            self._refuse(404, "NotFound", "page not found")
            return
        invocation = self.runtime_api.next()
        if invocation is None:
            self.close_connection = True
            return
        invocation.delivered.set()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        if invocation.client_context is not None:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        self._answer(200, invocation.event, headers)

    def do_POST(self) -> None:
        body = self._body()
        if self.path == f"{_VERSION}/init/error":
            self._init_error(body or b"{}")
            return
        match = _RESULT.fullmatch(self.path)
        if match is None:
            self._refuse(404, "NotFound", "page not found")
            return
        invocation = self.runtime_api.under_way(match[1])
        if invocation is None:
            self._refuse(400, "InvalidRequestID", "Invalid request ID")
        elif body is None:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."
            error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
            invocation.finish(json.dumps(error).encode(), error=True)
            self._refuse(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes).")
        else:
            invocation.finish(body, error=match[2] == "error")
            self._accept()

    def _init_error(self, body: bytes) -> None:
        if self.runtime_api.ready.is_set():
            self._refuse(403, "InvalidStateTransition", "State transition from Ready to InitError failed")
            return
        self.runtime_api.init_error = body
        self.runtime_api.ready.set()
        self._accept()

    def _body(self) -> bytes | None:
        """The request's body; None when it is over the limit (it is read all the same, so that the answer arrives)."""
        length = max(0, int(self.headers.get("Content-Length") or 0))
        if length <= MAX_RESPONSE:
            return self.rfile.read(length)
        while length > 0 and (chunk := self.rfile.read(min(length, 1 << 16))):
            length -= len(chunk)
        return None

    def _accept(self) -> None:
        self._answer(202, b'{"status":"OK"}\n', {"Content-Type": "application/json"})

    def _refuse(self, status: int, kind: str, message: str) -> None:
        body = json.dumps({"errorMessage": message, "errorType": kind}).encode()
        self._answer(status, body, {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
