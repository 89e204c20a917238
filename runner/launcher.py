"""Builds the launcher (native/) and starts programs with it.

Python's preexec_fn is unsafe beside threads and costs 10 ms in a parent of 500 MB, because it has to fork; the launcher
is started with posix_spawn, which does not, and costs well under a millisecond whatever the size of the caller.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from runner.errors import RunnerError
from runner.rootdir import root_directory

NATIVE = Path(__file__).with_name("native")
# Where an image has it built already; a checkout has not.
BUILT = NATIVE / "launcher"
SEARCH_PATH = os.defpath
# A child's descriptors 0-4 are set with dup2; what they are copied from must lie above.
_LOWEST_OWN_DESCRIPTOR = 10


@dataclass(frozen=True)
class Compiler:
    """A compiler in use: an absolute *path*, found in the caller's PATH."""

    path: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment it needs; nothing of the caller's."""
        return {"PATH": f"{Path(self.path).parent}:{SEARCH_PATH}", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def find_compiler(name: str = "g++") -> Compiler:
    """g++ (or gcc) from the caller's PATH. RunnerError if there is none."""
    path = shutil.which(name)
    if path is None:
        raise RunnerError(f"{name} was not found in PATH.", cure=f"Install it (Debian: apt-get install {name}).")
    return Compiler(path=str(Path(path).absolute()))


class Launcher:
    """The launcher's program, kept in sealed memory: no file that another process of the same user could replace."""

    def __init__(self, program: bytes) -> None:
        descriptor = os.memfd_create("slipway-launcher", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(program)
            _seal(descriptor)
            self._descriptor = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST_OWN_DESCRIPTOR)
        finally:
            os.close(descriptor)
        weakref.finalize(self, os.close, self._descriptor)

    def start(
        self, program: Sequence[str], options: Sequence[str], environment: Mapping[str, str], stdin: bytes
    ) -> Started:
        """Starts *program* (absolute or relative to option ``cwd``) with the launcher's *options*, ``NAME=VALUE`` each.

        RunnerError if the machine refuses. The caller owns what is returned.
        """
        return self._spawn([*options, "--", *program], environment, stdin)

    def ask(self, words: Sequence[str]) -> str:
        """The status lines of a launcher that runs no program of anybody's. RunnerError if it could not be started."""
        started = self._spawn(words, {}, b"")
        try:
            with os.fdopen(os.dup(started.status), "rb") as lines:
                return lines.read().decode()
        finally:
            started.close()
            os.waitpid(started.pid, 0)

    def _spawn(self, words: Sequence[str], environment: Mapping[str, str], stdin: bytes) -> Started:
        with ExitStack() as mine, ExitStack() as childs:
            out, err, status = (_pipe(mine, childs) for _ in range(3))
            control_read, control_write = (_raised(descriptor) for descriptor in os.pipe2(os.O_CLOEXEC))
            childs.callback(os.close, control_read)
            mine.callback(os.close, control_write)
            source = _sealed(stdin)
            childs.callback(os.close, source)
            held = os.fstat(source)
            given = (source, out[1], err[1], status[1], control_read)
            try:
                pid = os.posix_spawn(
                    f"/proc/self/fd/{self._descriptor}",
                    ["launcher", *words],
                    dict(environment),
                    file_actions=[(os.POSIX_SPAWN_DUP2, descriptor, n) for n, descriptor in enumerate(given)],
                    setsid=True,
                    setsigmask=[],
                    setsigdef=[signal.SIGPIPE, signal.SIGCHLD],
                )
            except OSError as error:
                raise RunnerError(f"the launcher could not be started: {error.strerror}.") from error
            mine.pop_all()  # kept open: they are the caller's now
        return Started(pid, out[0], err[0], status[0], control_write, given=(held.st_dev, held.st_ino))


@dataclass
class Started:
    """A running launcher: its *pid*, the caller's ends of its pipes, and which file (*given*) its stdin is."""

    pid: int
    stdout: int
    stderr: int
    status: int
    control: int
    given: tuple[int, int]
    stopped: bool = field(default=False, init=False)

    def stop(self) -> None:
        """Asks the launcher to kill the program and all its descendants."""
        if not self.stopped:
            self.stopped = True
            os.close(self.control)

    def close(self) -> None:
        """Stops the program if it still runs, and gives back the descriptors."""
        self.stop()
        for descriptor in (self.stdout, self.stderr, self.status):
            os.close(descriptor)


@cache
def launcher() -> Launcher:
    """The launcher, built once a process with the machine's compiler (about 0.3 s), unless an image has it.

    RunnerError if that fails.
    A process that runs programs under its own user calls this before the first of them: a later build could be
    tampered with.
    """
    if BUILT.is_file():
        return Launcher(BUILT.read_bytes())
    cached = _cached()
    if cached is not None and cached.is_file():
        return Launcher(cached.read_bytes())
    with tempfile.TemporaryDirectory(prefix="slipway-launcher-", dir=cached and cached.parent) as directory:
        target = Path(directory) / "launcher"
        build(target)
        program = target.read_bytes()
        if cached is not None:
            target.rename(cached)  # at once: several processes may be doing this
        return Launcher(program)


def _cached() -> Path | None:
    """Where root keeps the launcher of these sources from one process to the next. Only root: what another user could
    write to, a program of that user could too."""
    if os.geteuid() != 0:
        return None
    digest = hashlib.sha256(platform.machine().encode())
    for path in sorted(NATIVE.iterdir()):
        digest.update(path.read_bytes())
    return root_directory() / f"launcher-{digest.hexdigest()[:32]}"


def build(target: Path) -> None:
    """Builds the launcher as the file *target*. RunnerError if that fails.

    Static, so that it starts faster and needs nothing of where it runs; where there is no static C library, it is not.
    """
    compiler = find_compiler("gcc")
    sources = [str(path) for path in sorted(NATIVE.glob("*.c"))]
    environment = {**compiler.environment, "TMPDIR": str(target.parent)}
    for linking in (("-static",), ()):
        words = [compiler.path, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", *linking, "-o", str(target), *sources]
        built = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if built.returncode == 0:
            return
    raise RunnerError(f"the launcher could not be built: {built.stderr.decode(errors='replace').strip()}")


def _raised(descriptor: int) -> int:
    """*descriptor*, moved above the numbers that a child's are set to."""
    if descriptor >= _LOWEST_OWN_DESCRIPTOR:
        return descriptor
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST_OWN_DESCRIPTOR)
    finally:
        os.close(descriptor)


def _pipe(mine: ExitStack, childs: ExitStack) -> tuple[int, int]:
    read, write = (_raised(descriptor) for descriptor in os.pipe2(os.O_CLOEXEC))
    mine.callback(os.close, read)
    childs.callback(os.close, write)
    return read, write


def _sealed(data: bytes) -> int:
    """A descriptor of sealed memory holding *data*, at its start: needs no writer, and the program cannot grow it."""
    descriptor = _raised(os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    _seal(descriptor)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _seal(descriptor: int) -> None:
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)


def describe(step: str, number: int) -> str:
    """What a launcher's ``fail STEP ERRNO`` means, for a person."""
    return f"the program could not be started ({step}: {os.strerror(number)}, {errno.errorcode.get(number, number)})"
