"""Starting, using and stopping the proxy's process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from generator.errors import TerraformError
from generator.terraform.provider_mirror import REGISTRY
from generator.terraform.provider_proxy.protocol import PROTOCOL_VERSION
from generator.terraform.provider_proxy.type_names import type_names

PROCESS_LIMIT = 6  # 0.1 GB of memory each, and as much again that they share
GRACE = 15.0  # seconds between the end of its input and SIGKILL
LOG_TAIL = 20  # lines
LOG = "proxy.log"
# A plan is over before terraform's garbage collector pays: a fifth less CPU for 30 MB more.
TERRAFORM_SETTINGS = {"GOGC": "off", "GOMEMLIMIT": "1GiB"}

# The proxy's own process gets nothing else of our environment.
_INHERITED = ("LANG", "LC_ALL", "PATH", "PYTHONPATH")


class ProviderProxy:
    """A provider for many terraform runs. `with ProviderProxy.start(...) as proxy:` stops it at the end.

    It also ends, with every provider process, when this process does, even by SIGKILL. Methods may be called from any
    thread. What it serves equals the stock provider, save that it has *one* environment and working directory (an
    empty one: a relative path in a provider's or resource's argument names nothing there), and that it does not stop
    a call under way when terraform is interrupted. Made for plans; an apply works too. Linux only.
    """

    def __init__(self, process: subprocess.Popen[str], work: Path, provider: str) -> None:
        self._process, self._work, self._provider = process, work, provider
        self._lock = threading.Lock()
        self._port = 0
        self._asked = 0

    @classmethod
    def start(
        cls,
        binary: Path,
        *,
        environment: Mapping[str, str],
        provider: str = "hashicorp/aws",
        process_limit: int = PROCESS_LIMIT,
    ) -> Self:
        """Start the proxy of the provider *binary* (see `find_provider_binary`).

        *environment* is the provider's whole environment, where terraform would hand it its own: give what you give
        terraform (see `child_environment`). It decides which AWS is reached, and with which credentials.
        *process_limit* bounds the provider processes, of which each distinct provider configuration needs one.
        Raises TerraformError when *binary* is no provider of plugin protocol 5.
        """
        if process_limit < 1:
            raise ValueError("at least one process is needed")
        if not os.access(binary, os.X_OK) or not binary.is_file():
            raise TerraformError(f"{binary} is not an executable file.", cure="Name the provider's executable.")
        work = Path(tempfile.mkdtemp(prefix="slipway-provider-"))
        try:
            with (work / LOG).open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "generator.terraform.provider_proxy"],
                    cwd=work,
                    encoding="utf-8",
                    env=_proxy_environment(),
                    start_new_session=True,  # Ctrl-C in the terminal is for us; we then stop it in order
                    stderr=log,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        proxy = cls(process, work, provider)
        try:
            proxy._port = proxy._ask(
                binary=str(binary.absolute()),
                environment=dict(environment),
                cache=str(_cache_directory()),
                work=str(work),
                process_limit=process_limit,
            )["port"]
        except BaseException:
            proxy.stop()
            raise
        return proxy

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The proxy's process; those of the provider are its children."""
        return self._process.pid

    def environment(self, *roots: Path) -> dict[str, str]:
        """The variables that make terraform in the root modules *roots* use this proxy, to be added to its own.

        Call it again once a root's files, or those of its modules, have changed: it makes the proxy tell the types
        named in them, beside those of earlier calls. (Terraform refuses a type that it was not told of by name.)
        Raises TerraformError when a file cannot be read or the proxy has ended.
        """
        local_name = self._provider.rpartition("/")[2]
        names = sorted(set().union(*(type_names(root, local_name) for root in roots)))
        self._ask(names=names)
        reattach = {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": self.pid,
            # Terraform does not end it.
            "Test": True,
            "Addr": {"Network": "tcp", "String": f"127.0.0.1:{self._port}"},
        }
        return {"TF_REATTACH_PROVIDERS": json.dumps({f"{REGISTRY}/{self._provider}": reattach}), **TERRAFORM_SETTINGS}

    def stop(self) -> None:
        """End the proxy and its providers, and return when they are gone. Again: does nothing."""
        with self._lock:
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    _close(stream)
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                # The kernel then ends the providers.
                self._process.kill()
                self._process.wait()
            shutil.rmtree(self._work, ignore_errors=True)

    def _ask(self, **question: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            self._asked += 1
            answer: dict[str, Any] = {}
            try:
                stdin.write(json.dumps({"id": self._asked, **question}) + "\n")
                stdin.flush()
                # An interruption (Ctrl-C) may have left the answer to an earlier question.
                while answer.get("id") != self._asked and (line := stdout.readline()):
                    answer = json.loads(line)
            except (OSError, ValueError):
                # Said below: its pipes are closed.
                answer = {}
            if answer.get("id") != self._asked:
                raise TerraformError("The provider proxy has ended.", cure=self._log())
        if "error" in answer:
            raise TerraformError(answer["error"], cure=answer["cure"])
        return answer

    def _log(self) -> str:
        try:
            return "\n  ".join((self._work / LOG).read_text(errors="replace").splitlines()[-LOG_TAIL:])
        except OSError:
            return "Start a new one."


def _close(stream: Any) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        # What was not written yet has no reader any more.
        return


def _proxy_environment() -> dict[str, str]:
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # The package may be imported from a working tree that is not installed.
    root = str(Path(__file__).resolve().parents[3])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    return environment


def _cache_directory() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slipway" / "provider-schemas"
