"""What builds and pushes images on this machine: Docker, Podman or buildah, driven by their command lines."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import ReleaseError, SlipwayError
from generator.systems.manifest.problems import one_of

# In the order of preference.
TOOLS = ("docker", "podman", "buildah")
# Whether a tool works is asked of it: the command may be there while its engine is not.
ASK = 30  # seconds
GRACE = 10  # seconds that an interrupted tool has to put away what it made
INSTALL = (
    "Install one: Docker (docs.docker.com/engine/install), or Podman or buildah with your system's package manager."
)
SHOWN_LINES = 20
# Docker's BuildKit makes an index of the image and its attestations, which Lambda does not run.
ONE_IMAGE = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


@dataclass(frozen=True)
class Registry:
    """Where images go: *host* and who logs in. *plain* is HTTP, of the embedded AWS alone."""

    host: str
    user: str
    password: str
    plain: bool = False

    @classmethod
    def of(cls, ecr: Any, host: str = "") -> Registry:
        """The registry that *ecr* (boto3's client) gives access to, at its own address or that of the embedded AWS."""
        granted = ecr.get_authorization_token()["authorizationData"][0]
        user, _, password = base64.b64decode(granted["authorizationToken"]).decode().partition(":")
        own = str(granted["proxyEndpoint"]).partition("://")[2]
        return cls(host or own, user, password, plain=bool(host))


@dataclass(frozen=True)
class Building:
    """*context* and *file* (the Dockerfile), to be built for *platform*, such as ``linux/amd64``, with *arguments*."""

    context: Path
    file: Path
    platform: str
    arguments: Sequence[str] = ()


@dataclass(frozen=True)
class Builder:
    """One of `TOOLS`, at *path*. *quiet* keeps back what it says, unless it fails."""

    tool: str
    path: str
    quiet: bool = False

    def build(self, building: Building, name: str) -> None:
        """Build the image *name*. Raises ReleaseError when that fails."""
        # Docker's format: OCI's knows neither SHELL nor HEALTHCHECK, and drops them.
        kind = [] if self.tool == "docker" else ["--format", "docker"]
        arguments = [word for argument in building.arguments for word in ("--build-arg", argument)]
        words = ["--platform", building.platform, "--tag", name, "--file", str(building.file.resolve()), *arguments]
        command = ["build", *kind, *words, str(building.context.resolve())]
        if self.tool != "buildah":
            self._run(command, "build", environment=ONE_IMAGE)
            return
        # Interrupted, buildah leaves the container that it works in, and files of whole layers.
        with _containers_removed(self.path), _large_files() as folder:
            self._run(command, "build", environment={**ONE_IMAGE, "TMPDIR": str(folder)})

    def has(self, name: str) -> bool:
        """Whether the image *name* is on this machine."""
        kind = [] if self.tool == "buildah" else ["image"]
        words = [self.path, *kind, "inspect", *(["--type", "image"] if self.tool == "buildah" else []), name]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def push(self, name: str, registry: Registry, remote: str) -> None:
        """Log in to *registry* and push the image *name* there as *remote*, ``repository:tag``. Raises ReleaseError."""
        target = f"{registry.host}/{remote}"
        if self.tool == "docker":
            # Docker keeps the password, which holds for twelve hours: its engine and its settings are found through
            # the same directory, so it cannot be given another one.
            self._log_in(registry, [])
            self._run(["tag", name, target], "tag")
            self._run(["push", target], "push")
            return
        with _login_file() as file:
            options = ["--authfile", str(file), *(["--tls-verify=false"] if registry.plain else [])]
            self._log_in(registry, options)
            self._run(["push", *options, name, f"docker://{target}"], "push")

    def _log_in(self, registry: Registry, options: Sequence[str]) -> None:
        words = ["login", *options, "--username", registry.user, "--password-stdin", registry.host]
        self._run(words, "login", stdin=registry.password)

    def _run(
        self, words: Sequence[str], what: str, *, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> None:
        said = run_tool([self.path, *words], stdin, {**os.environ, **(environment or {})}, shown=not self.quiet)
        if said is not None:
            raise ReleaseError(f"{self.tool} {what} failed{f':{said}' if said else '; see above'}")


def find_builder(wanted: str | None, *, quiet: bool = False) -> Builder:
    """Return the tool *wanted*, or the first that works here. Raises SlipwayError that says what to do if none does."""
    if wanted is not None and wanted not in TOOLS:
        raise SlipwayError(f"{wanted} is no tool that builds images here", cure=one_of(wanted, TOOLS))
    broken = []
    for tool in [wanted] if wanted else TOOLS:
        path = shutil.which(tool)
        if path is None:
            continue
        problem = _problem(path)
        if problem is None:
            return Builder(tool, path, quiet)
        broken.append(f"{tool} is installed, but does not work: {problem}")
    if broken:
        raise SlipwayError("; ".join(broken), cure="Start its engine, or install another: " + ", ".join(TOOLS) + ".")
    sought = wanted or "docker, podman and buildah"
    raise SlipwayError(f"nothing to build images with: {sought} {'is' if wanted else 'are'} not on PATH", cure=INSTALL)


def run_tool(words: Sequence[str], stdin: str, environment: Mapping[str, str], *, shown: bool) -> str | None:
    """Run *words* to their end. None when they succeed, otherwise what they said last, if that was not *shown*.

    Interrupted, the tool and what it started are interrupted too, and are gone when KeyboardInterrupt goes on.
    """
    # A group of its own: an interruption reaches all of it once, whether it came from the terminal or by kill.
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=2 if shown else output,  # standard output is the command's own result
            stderr=2 if shown else subprocess.STDOUT,
            env=environment,
            process_group=0,
        ) as process,
    ):
        try:
            process.communicate(stdin.encode())
        except BaseException:
            _end(process)
            raise
        if process.returncode == 0:
            return None
        output.seek(0)
        lines = output.read().decode(errors="replace").splitlines()
    return "".join(f"\n  {line}" for line in lines[-SHOWN_LINES:])


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
            break
    with suppress(ProcessLookupError):  # what outlived its parent
        os.killpg(process.pid, signal.SIGKILL)


def _problem(path: str) -> str | None:
    """Why the tool at *path* cannot work; None if it can."""
    try:
        done = subprocess.run([path, "version"], capture_output=True, text=True, check=False, timeout=ASK)
    except subprocess.TimeoutExpired:
        return f"`{path} version` does not end"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return None
    return (done.stderr.strip() or f"`{path} version` exits with {done.returncode}").splitlines()[-1]


@contextmanager
def _containers_removed(buildah: str) -> Iterator[None]:
    """Remove the working containers that an interruption leaves.

    A container does not say whose it is. While another tool of the kind runs, it may be that one's, and stays: whoever
    interrupted is told.
    """
    before = _containers(buildah)
    try:
        yield
    except KeyboardInterrupt:
        left = sorted(_containers(buildah) - before)
        if left and _others_build():
            removal = shlex.join(["buildah", "rm", *left])
            sys.stderr.write(f"Containers stay that another build on this machine may use. When none runs: {removal}\n")
        elif left:
            subprocess.run([buildah, "rm", *left], capture_output=True, check=False, process_group=0)
        raise


def _containers(buildah: str) -> set[str]:
    done = subprocess.run([buildah, "containers", "--json"], capture_output=True, text=True, check=False)
    return {entry["id"] for entry in json.loads(done.stdout) or []} if done.returncode == 0 else set()


def _others_build() -> bool:
    """Whether buildah or Podman runs on this machine."""
    for entry in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):  # it has ended
            if entry.read_text().strip() in ("buildah", "podman"):
                return True
    return False


@contextmanager
def _large_files() -> Iterator[Path]:
    """A directory for files as large as images, gone whatever happens."""
    # Where buildah would have them: /tmp is often memory.
    parent = os.environ.get("TMPDIR", "/var/tmp")
    with tempfile.TemporaryDirectory(prefix="slipway-build-", dir=parent, ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@contextmanager
def _login_file() -> Iterator[Path]:
    """Where Podman and buildah keep the password while they push."""
    with tempfile.TemporaryDirectory(prefix="slipway-login-") as directory:
        yield Path(directory) / "auth.json"
