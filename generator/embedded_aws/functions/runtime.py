"""One Lambda execution environment: a runtime process, its guard and its Runtime API."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from generator.embedded_aws.functions.runtime_api import Invocation, RuntimeApi

# Lambda allows 10 s, then starts again within the invocation; a busy machine of a developer needs more.
INIT_TIMEOUT = 60.0  # seconds
LOG_TAIL = 4096  # bytes of log in an answer, as in the Invoke API
_GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True)
class RuntimeSpec:
    """What a runtime is started from. Events of equal specs may share one."""

    account: str
    region: str
    function: str
    version: str
    directory: Path  # WorkingDir within the unpacked image
    task_root: Path
    handler: str
    memory_mb: int
    timeout: float  # seconds
    environment: Mapping[str, str]
    image_environment: Mapping[str, str]
    log_group: str


@dataclass(frozen=True)
class Outcome:
    """The answer to one event. *error* is None or "Unhandled"; *log* is what was printed, START to REPORT."""

    payload: bytes
    error: str | None
    log: str
    reusable: bool


class Runtime:
    """A warm runtime. Not for two events at once."""

    def __init__(self, spec: RuntimeSpec, alive_fd: int | None) -> None:
        self.spec = spec
        self.log_stream = f"{time.strftime('%Y/%m/%d')}/[{spec.version}]{uuid.uuid4().hex}"
        self._api = RuntimeApi()
        self._stopping = threading.Lock()
        try:
            self._guard = self._start(alive_fd)
        except BaseException:
            self._api.close()
            raise
        assert self._guard.stdout is not None
        self._log = _Log(self._guard.stdout)

    def _start(self, alive_fd: int | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD), sys.executable, "-m", "awslambdaric", self.spec.handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.spec.directory,
            env=self._environment(),
            pass_fds=() if alive_fd is None else (alive_fd,),
            start_new_session=True,
        )

    def invoke(self, event: bytes, function_arn: str, client_context: str | None) -> Outcome:
        """Run the handler on *event* (JSON). Ends the runtime when it crashed or ran into the function's timeout."""
        request_id = str(uuid.uuid4())
        trace_id = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
        self._log.restart(f"START RequestId: {request_id} Version: {self.spec.version}\n")
        failure = self._await_init(request_id)
        if failure is not None:
            return self._outcome(failure, request_id, error=True, seconds=0.0, reusable=False)
        started = time.monotonic()
        deadline_ms = int((time.time() + self.spec.timeout) * 1000)
        invocation = Invocation(request_id, event, function_arn, deadline_ms, trace_id, client_context)
        self._api.offer(invocation)
        crash = self._await(invocation.done, self.spec.timeout, request_id)
        seconds = time.monotonic() - started
        if not invocation.done.is_set():
            self.stop()
            payload = crash or _timed_out(request_id, self.spec.timeout)
            return self._outcome(payload, request_id, error=True, seconds=seconds, reusable=False)
        oversized = invocation.error and b"Function.ResponseSizeTooLarge" in invocation.payload
        return self._outcome(
            invocation.payload, request_id, error=invocation.error, seconds=seconds, reusable=not oversized
        )

    def alive(self) -> bool:
        return self._guard.poll() is None

    def stop(self) -> None:
        """End the runtime with everything it started, and return when they are gone."""
        with self._stopping:
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            self._guard.wait()
            self._api.close()

    def _environment(self) -> dict[str, str]:
        spec = self.spec
        # The host's Python runs the image's files, so the host's PATH counts, not the image's.
        own = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        image = {name: value for name, value in spec.image_environment.items() if name != "PATH"}
        return {
            "TZ": ":UTC",
            **image,
            **own,
            **spec.environment,
            "_HANDLER": spec.handler,
            "AWS_ACCESS_KEY_ID": f"ASIA{uuid.uuid4().hex[:16].upper()}",
            "AWS_SECRET_ACCESS_KEY": uuid.uuid4().hex,
            "AWS_SESSION_TOKEN": uuid.uuid4().hex,
            "AWS_REGION": spec.region,
            "AWS_DEFAULT_REGION": spec.region,
            "AWS_LAMBDA_FUNCTION_NAME": spec.function,
            "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(spec.task_root),
        }

    def _await_init(self, request_id: str) -> bytes | None:
        crash = self._await(self._api.ready, INIT_TIMEOUT, request_id)
        if self._api.init_error is not None:
            self.stop()
            return self._api.init_error
        if not self._api.ready.is_set():
            self.stop()
            return crash or _timed_out(request_id, INIT_TIMEOUT)
        return None

    def _await(self, event: threading.Event, timeout: float, request_id: str) -> bytes | None:
        """Wait for *event*, at most *timeout* seconds. Returns the error document of a runtime that ended instead."""
        deadline = time.monotonic() + timeout
        while not event.wait(min(0.05, max(0.0, deadline - time.monotonic()))):
            if self._guard.poll() is not None and not event.wait(0.05):
                message = f"RequestId: {request_id} Error: Runtime exited with error: {_ended(self._guard.returncode)}"
                return json.dumps({"errorMessage": message, "errorType": "Runtime.ExitError"}).encode()
            if time.monotonic() >= deadline:
                return None
        return None

    def _outcome(self, payload: bytes, request_id: str, *, error: bool, seconds: float, reusable: bool) -> Outcome:
        milliseconds = seconds * 1000
        report = (
            f"END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: {self.spec.memory_mb} MB\n"
        )
        log = self._log.text() + report
        return Outcome(payload, "Unhandled" if error else None, log, reusable and self.alive())


class _Log:
    """What a runtime printed during the current invocation, at most 1 MB of it."""

    LIMIT = 1 << 20

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._lock = threading.Lock()
        self._bytes = bytearray()
        os.set_blocking(output.fileno(), False)
        threading.Thread(target=self._follow, daemon=True).start()

    def restart(self, line: str) -> None:
        with self._lock:
            self._drain()
            self._bytes[:] = line.encode()

    def text(self) -> str:
        # What was printed before the answer is in the pipe by now, though perhaps not yet followed.
        with self._lock:
            self._drain()
            text = self._bytes.decode(errors="replace")
        return text if text.endswith("\n") else text + "\n"

    def _follow(self) -> None:
        ended = False
        while not ended:
            select.select([self._output], [], [])
            with self._lock:
                ended = self._drain()
                if ended:
                    self._output.close()

    def _drain(self) -> bool:
        """Read all there is now. True at the end of the output."""
        while not self._output.closed:
            try:
                chunk = os.read(self._output.fileno(), 1 << 16)
            except BlockingIOError:
                return False
            if not chunk:
                return True
            self._bytes += chunk
            del self._bytes[: -self.LIMIT]
        return True


def log_result(log: str) -> str:
    """The Invoke API's LogResult: base64 of the last 4 KB."""
    return base64.b64encode(log.encode()[-LOG_TAIL:]).decode()


def _timed_out(request_id: str, seconds: float) -> bytes:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{int(time.time() * 1000) % 1000:03d}Z"
    message = f"{stamp} {request_id} Task timed out after {seconds:.2f} seconds"
    return json.dumps({"errorMessage": message}).encode()


def _ended(code: int | None) -> str:
    if code is not None and code > 128:
        return f"signal: {code - 128}"
    return f"exit status {code}"
