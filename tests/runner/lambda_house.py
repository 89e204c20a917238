"""Lambda as far as it can stood for: the Runtime API on loopback, and AWS's own runtime client under an ordinary user.

`python -m tests.runner.lambda_house HOME` is started by `unshare`, as the other house is. HOME is "kind" (the kernel
gives all it has) or "floor": prctl, Landlock and namespaces are refused, as production is reported to. It reads events,
a JSON line each, and writes what came of them.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from runner import mounts
from runner.image import lambda_task_files
from runner.killing import owned
from runner.launcher import build
from runner.usage import DiskUse
from tests.runner.house import FIRST, ORDINARY, SECRET, SIZES, UNSHARE, raise_loopback, refuse_calls
from tests.runner.programs import MEBIBYTE, python_environment

USER = ORDINARY + 50
TASK = Path("/tmp/task")
API = "127.0.0.1:9001"
MOST_BYTES = 6 * 1024 * 1024 + 100
SECONDS = 20
# A function that answers with more than Lambda takes.
OVERSIZED = b'def handler(event, context):\n    return "x" * event["bytes"]\n'


class RuntimeApi(ThreadingHTTPServer):
    """AWS's interface between Lambda and a runtime, version 2018-06-01. As in AWS's emulator, `next` is also answered
    while an event is handled."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 9001), _Handler)
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.posted: queue.Queue[tuple[str, dict[str, str], Any]] = queue.Queue()
        self.current: tuple[str, Any] | None = None


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi

    def do_GET(self) -> None:
        if self.server.current is None:
            self.server.current = self.server.events.get()
        name, event = self.server.current
        body = json.dumps(event).encode()
        self.send_response(200)
        for header, value in {
            "Lambda-Runtime-Aws-Request-Id": name,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + SECONDS) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:runner",
            "Lambda-Runtime-Aws-Tenant-Id": "tenant",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        too_large = len(text) > MOST_BYTES
        self.server.current = None
        self.server.posted.put((self.path, dict(self.headers), None if too_large else json.loads(text)))
        self.send_response(413 if too_large else 202)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Silence."""


def main(arguments: Sequence[str]) -> None:
    """Handles the events on stdin."""
    raise_loopback()
    with tempfile.TemporaryDirectory() as directory:
        built = Path(directory) / "launcher"
        build(built)
        launcher = built.read_bytes()
    files = {name: path.read_bytes() for name, path in lambda_task_files().items()} | runtime_client()
    files["runner/native/launcher"] = launcher
    for directory, size in SIZES.items():
        mounts.mount_temporary(Path(directory), DiskUse(size * MEBIBYTE, 4000))
        Path(directory).chmod(0o1777)
    make_task(files)
    api = RuntimeApi()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    runtime = start(arguments[0])
    print(json.dumps(first_report(api, runtime)), flush=True)
    for number, line in enumerate(sys.stdin):
        # A decoder that an earlier event has asked for stays warm.
        known = owned(USER) | {runtime.pid}
        api.events.put((f"request-{number}", json.loads(line)))
        print(json.dumps(report(api, runtime, known)), flush=True)
    runtime.kill()
    runtime.wait()


def runtime_client() -> dict[str, bytes]:
    """The files of AWS's runtime client and of the tracer's library, and of what they import."""
    files: dict[str, bytes] = {}
    for name in ("elftools", "awslambdaric", "simplejson", "snapshot_restore_py", "runtime_client"):
        spec = importlib.util.find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        origin = Path(spec.origin)
        package = spec.submodule_search_locations is not None
        paths = [path for path in origin.parent.rglob("*.*") if path.is_file()] if package else [origin]
        files |= {str(path.relative_to(origin.parents[int(package)])): path.read_bytes() for path in paths}
    return files


def make_task(files: dict[str, bytes]) -> None:
    """/var/task of the image, and an interpreter that may be executed but not read."""
    for name, content in files.items():
        write(TASK / name, content)
    write(TASK / "oversized.py", OVERSIZED)
    write(TASK / "python3", Path("/usr/bin/python3").read_bytes())
    (TASK / "python3").chmod(0o711)


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def start(kind: str) -> subprocess.Popen[bytes]:
    """The runtime, as the image starts it."""

    def prepare() -> None:
        if kind == "floor":
            refuse_calls()
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)

    kept = {name: value for name, value in os.environ.items() if name.startswith("RUNNER_")}
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(TASK),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_RUNTIME_API": API,
        "AWS_ACCESS_KEY_ID": SECRET,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": SECRET,
        "TMPDIR": "/tmp",
        **kept,
    }
    handler = os.environ.get("RUNNER_HANDLER", "handler.handler")
    command = [str(TASK / "python3"), str(TASK / "bootstrap.py"), handler]
    return subprocess.Popen(command, env=environment, cwd=TASK, stdout=sys.stderr, preexec_fn=prepare)  # noqa: PLW1509


def first_report(api: RuntimeApi, runtime: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What it says at its start: nothing, unless that fails."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        runtime.wait(3 if "RUNNER_BROKEN" in os.environ else 0.1)
    return report(api, runtime, {runtime.pid}, wait=False)


def report(api: RuntimeApi, runtime: subprocess.Popen[bytes], known: set[int], *, wait: bool = True) -> dict[str, Any]:
    """All that was posted for an event, and what the user of the programs has left, but for the *known* processes."""
    posted = []
    with contextlib.suppress(queue.Empty):
        posted.append(api.posted.get(timeout=SECONDS + 5 if wait else 0.1))
        while True:  # what a program posted comes before, or just after
            posted.append(api.posted.get(timeout=1))
    if any(body is None for _, _, body in posted):  # refused, which ends the runtime, in its time
        with contextlib.suppress(subprocess.TimeoutExpired):
            runtime.wait(SECONDS)
    return {
        "posted": [{"path": path, "headers": headers, "body": body} for path, headers, body in posted],
        "ended": runtime.poll(),
        "processes": len(owned(USER) - known),
        "files": sorted(str(path) for d in SIZES for path in Path(d).rglob("*") if TASK not in (path, *path.parents)),
    }


class Function:
    """The tests' side: events go in, reports come out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.started = self._read()

    def __call__(self, event: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the house is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def function(kind: str, **environment: str) -> Iterator[Function]:
    """A function in a home of *kind*."""
    command = [*UNSHARE, *FIRST, sys.executable, "-m", "tests.runner.lambda_house", kind]
    with subprocess.Popen(
        command, env=python_environment(**environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Function(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
