"""Starting, watching and stopping the embedded AWS's server process."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import botocore.session
from boto3.session import Session
from botocore.config import Config

from generator.embedded_aws.middleware import HEALTH_PATH, RESET_PATH
from generator.errors import EmbeddedAwsError

START_TIMEOUT = 60.0  # seconds; 2 to 5 are usual
GRACE = 10.0  # seconds between SIGTERM and SIGKILL
LOG_TAIL = 20  # lines shown when the server cannot start
STAY = b"stay\n"  # last word on its standard input to a server that shall outlive its starter

# The server gets nothing else of our environment: no AWS_*, no MOTO_*, no proxies.
_INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR")


class EmbeddedAws:
    """A running embedded AWS. `with EmbeddedAws.start() as aws:` stops it at the end, whatever happens.

    It also ends when this process does, even by SIGKILL, until `leave_running`.
    """

    def __init__(
        self,
        *,
        port: int,
        pid: int,
        work: Path | None = None,
        process: subprocess.Popen[bytes] | None = None,
        alive_fd: int | None = None,
    ) -> None:
        self.port = port
        self.pid = pid
        self._work = work
        self._process = process
        self._alive_fd = alive_fd
        self._started = _start_time(pid)
        # One session, since reading a service's model takes up to a second; making clients of one is not thread-safe.
        self._session = _session_without_user_settings()
        self._making_client = threading.Lock()

    @classmethod
    def start(cls, *, port: int | None = None, log: Path | None = None, plain: bool = False) -> Self:
        """Start a server on 127.0.0.1 and wait until it answers. *port* None takes a free one.

        *log* receives what it prints, otherwise its last lines are shown when it fails. *plain* is moto without the
        fixes, for testing the fixes.
        Raises EmbeddedAwsError when the port is taken, a file cannot be written or the server does not come up.
        """
        if port is not None and not 0 < port < 65536:
            raise EmbeddedAwsError(f"{port} is not a port", cure="A port is a number from 1 to 65535.")
        try:
            work = Path(tempfile.mkdtemp(prefix="slipway-aws-"))
            # The handler of a function may drop to another user, who must reach the unpacked image.
            work.chmod(0o711)
        except OSError as error:
            raise EmbeddedAwsError(
                f"cannot make a directory for temporary files: {error}", cure="Free some space, or set TMPDIR."
            ) from error
        try:
            return cls._start(work, port=port, log=log or work / "server.log", plain=plain)
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            raise EmbeddedAwsError(f"cannot start the embedded AWS: {error}") from error
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise

    @classmethod
    def _start(cls, work: Path, *, port: int | None, log: Path, plain: bool) -> Self:
        ready_read, ready_write = os.pipe()
        alive_read, alive_write = os.pipe()
        command = [sys.executable, "-m", "generator.embedded_aws", "--port", str(port or 0), "--work", str(work)]
        command += ["--ready-fd", str(ready_write), "--alive-fd", str(alive_write)]
        command += ["--follow-stdin", *(["--plain"] if plain else [])]
        try:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=_server_environment(),
                    pass_fds=(ready_write, alive_write),
                    start_new_session=True,  # Ctrl-C in the terminal is for us; we then stop the server in order
                )
        except BaseException:
            os.close(ready_read)
            os.close(alive_read)
            raise
        finally:
            os.close(ready_write)
            os.close(alive_write)
        aws = cls(port=port or 0, pid=process.pid, work=work, process=process, alive_fd=alive_read)
        try:
            aws.port = _await_port(ready_read, port, log)
            aws.health()
        except BaseException:
            aws.stop()
            raise
        return aws

    @classmethod
    def attach(cls, port: int, pid: int) -> Self:
        """The server that another process left running. Raises EmbeddedAwsError unless *pid* serves *port*."""
        aws = cls(port=port, pid=pid)
        if aws.health()["pid"] != pid:
            raise EmbeddedAwsError(
                f"port {port} is served by process {aws.health()['pid']}, not by {pid}",
                cure="The embedded AWS of that name has ended; start it again.",
            )
        return aws

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def leave_running(self) -> None:
        """Let it outlive this process; `attach` finds it again. Raises EmbeddedAwsError when it has ended."""
        assert self._process is not None, "only its starter can let it go"
        assert self._process.stdin is not None
        try:
            with self._process.stdin as stdin:
                stdin.write(STAY)
        except BrokenPipeError as error:
            raise EmbeddedAwsError("the embedded AWS has ended", cure="Start it again.") from error

    def health(self) -> dict[str, Any]:
        """`{"status": "ok", "pid": int}`. Raises EmbeddedAwsError when nothing answers."""
        answer = self._request("GET", HEALTH_PATH, timeout=10)
        if not isinstance(answer, dict) or answer.get("status") != "ok":
            raise EmbeddedAwsError(f"what answers on port {self.port} is not an embedded AWS")
        return answer

    def reset(self) -> None:
        """Forget everything in every account: resources, images, running functions."""
        self._request("POST", RESET_PATH, timeout=60)

    def stop(self) -> None:
        """End the server and the Lambda runtimes it started, and return when they are gone. Again: does nothing."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        if not self._gone(0):
            self._signal(signal.SIGTERM)
            if not self._gone(GRACE):
                self._signal(signal.SIGKILL)
                self._gone(GRACE)
        if self._alive_fd is not None:
            # Every runtime's guard holds the other end: end of file means that the last of them is gone.
            select.select([self._alive_fd], [], [], GRACE)
            os.close(self._alive_fd)
            self._alive_fd = None
        if self._work is not None:
            shutil.rmtree(self._work, ignore_errors=True)

    def environment(self, account: str) -> dict[str, str]:
        """The variables terraform, boto3 or the AWS CLI need in a child process to use *account* (12 digits) here."""
        return {
            "AWS_ACCESS_KEY_ID": _checked(account),
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }

    def client(self, service: str, region: str, account: str) -> Any:
        """A boto3 client of *service* in *region* and *account*, independent of this process's AWS_* variables."""
        config = Config(
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            read_timeout=930,  # seconds; a Lambda invocation may last 900
            proxies={},
        )
        make: Any = self._session.client
        with self._making_client:
            return make(
                service,
                region_name=region,
                endpoint_url=self.endpoint_url,
                aws_access_key_id=_checked(account),
                aws_secret_access_key="embedded",
                config=config,
            )

    def _request(self, method: str, path: str, *, timeout: float) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.endpoint_url + path, method=method)
        try:
            with opener.open(request, timeout=timeout) as response:
                return json.loads(response.read())
        except (OSError, ValueError, urllib.error.URLError) as error:
            raise EmbeddedAwsError(
                f"the embedded AWS on port {self.port} does not answer: {error}", cure="Start it again."
            ) from error

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)  # does nothing when the process has ended
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _gone(self, timeout: float) -> bool:
        if self._process is not None:
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                return False
            return True
        deadline = time.monotonic() + timeout
        while self._started is not None and _start_time(self.pid) == self._started:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True


def _session_without_user_settings() -> Session:
    nothing = (None, None, None, None)
    empty_file = (None, None, os.devnull, None)
    variables = {
        "profile": nothing,
        "ca_bundle": nothing,
        "config_file": empty_file,
        "credentials_file": empty_file,
    }
    return Session(botocore_session=botocore.session.Session(session_vars=variables))


def _server_environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # The package may be imported from a working tree that is not installed.
    root = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    return environment


def _await_port(ready_fd: int, wanted: int | None, log: Path) -> int:
    line = b""
    deadline = time.monotonic() + START_TIMEOUT
    with os.fdopen(ready_fd, "rb", buffering=0) as ready:
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([ready], [], [], max(0.0, deadline - time.monotonic()))
            chunk = ready.read(4096) if readable else b""
            if not chunk:
                break
            line += chunk
    message = json.loads(line) if line else {}
    if "port" in message:
        return int(message["port"])
    if message.get("error") == "port taken":
        raise EmbeddedAwsError(
            f"port {wanted} is taken", cure="Stop what listens there, or let the embedded AWS choose a free port."
        )
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL:])
    raise EmbeddedAwsError(f"the embedded AWS did not start: {message.get('error') or 'no answer'}", cure=tail)


def _checked(account: str) -> str:
    if not re.fullmatch(r"\d{12}", account):
        raise EmbeddedAwsError(f"{account!r} is not an AWS account id", cure="An account id has 12 digits.")
    return account


def _start_time(pid: int) -> int | None:
    """When *pid* started, in clock ticks since boot, which tells a reused pid apart; None when it has ended."""
    try:
        # pid (comm) state ...: comm may hold spaces and parentheses; start time is field 22
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
