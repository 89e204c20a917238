"""Records one program: runs it under the agent, in a place and under a user of its own, and has its log decoded.

The run that a request's verdict comes from is another one, beside this: a trace changes nothing of the answer.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.audit import clean
from runner.contract import MEBIBYTE, StageLimits
from runner.errors import RunnerError
from runner.identity import Identity, identity
from runner.launcher import Launcher
from runner.stage import Outcome, Stage, run_stage
from runner.trace.build import agent
from runner.trace.caps import Caps
from runner.trace.errors import TraceError
from runner.trace.memcheck import Findings, check
from runner.trace.program import Program, give, put
from runner.trace.service import service
from runner.workdir import work_directory

# What a program must be compiled with to be traced.
COMPILER_OPTIONS = (
    "-g",
    "-fno-omit-frame-pointer",
    "-no-pie",
    "-fcf-protection=none",
    "-fno-stack-protector",
    "-fno-stack-clash-protection",  # its prologue takes the frame piece by piece
    "-fsanitize=bounds",
    "-L.",  # where LINKED_AS is
)
# The compiler links what is called so into programs that have its checks.
LINKED_AS = "libubsan.a"
# --preload instead of LD_PRELOAD: the agent is loaded into this program and not into what it starts, nor the launcher.
_LOADER = "/lib64/ld-linux-x86-64.so.2"
# The agent, its table and its logs.
_OWN_FILES = 2 * Caps().log_bytes + 40 * MEBIBYTE
_LOG_HEADER, _MOST_ERRORS = 32, 64 * 1024
_MOST_PROGRAM = 64 * MEBIBYTE


@dataclass(frozen=True)
class Record:
    """A ProgramTrace, and what memcheck came to (`memcheck.Findings.state`); None if it was not asked for."""

    trace: dict[str, Any]
    memcheck: str | None


def read_program(path: Path) -> bytes:
    """The executable at *path*. RunnerError if something else is there: a program could have put it there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_MOST_PROGRAM)
    except OSError as error:
        raise RunnerError(f"the compiled program cannot be read: {error.strerror}.") from error


def record(program: Program, launcher: Launcher, uids: range) -> Record:
    """The trace of *program*. TraceError if it has none, RunnerError if the machine refuses."""
    library = agent()
    with ThreadPoolExecutor(1, "slipway-memcheck") as pool:
        checked: Future[Findings] | None = None
        if program.memcheck:
            checked = pool.submit(check, program, launcher, uids)
        with (
            service().conversation(program.deadline) as conversation,
            identity(uids) as who,
            identity(uids) as reader,  # another user: what is left of the program's is ended while its log is read
            work_directory(who.uid, program.room(_OWN_FILES)) as directory,
            _Place(directory, who) as place,
        ):
            table = conversation.table(program.content, program.source, reader.uid)
            place.lay_out(program, library, table)
            _run(program, launcher, who, place)
            findings = None if checked is None else checked.result()
            trace = conversation.trace(
                program.code,
                (place.log("a.log"), place.log("b.log")),
                place.read("a.out", Caps().log_bytes),
                place.read("a.err", _MOST_ERRORS).decode(errors="replace"),
                b"" if findings is None else findings.report,
            )
    return Record(json.loads(trace), None if findings is None else findings.state)


def _run(program: Program, launcher: Launcher, who: Identity, place: _Place) -> None:
    words = (_LOADER, "--preload", "./agent.so", "./main", *program.arguments)
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/", "TMPDIR": "."}
    stage = Stage(words, place.directory, environment, _limits(program.limits), program.stdin)
    outcome = run_stage(stage, launcher, who)
    clean(who.uid, place.directory)
    if len(place.log("a.log")) <= _LOG_HEADER:
        raise TraceError(f"nothing was recorded ({_how(outcome)})")


def _limits(limits: StageLimits) -> StageLimits:
    caps = Caps()
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, int(caps.seconds) + 1),
        # OWN_SPACE of agent.h: copies of the program's memory, of which little is ever touched.
        address_space_bytes=limits.address_space_bytes + 1536 * MEBIBYTE,
        file_size_bytes=min(limits.file_size_bytes, 4 * MEBIBYTE),
        processes=limits.processes + 2,
        disk_bytes=limits.disk_bytes + 2 * caps.log_bytes,
    )


def _how(outcome: Outcome) -> str:
    if outcome.stopped is not None:
        return f"limit: {outcome.stopped}"
    return f"exit code {outcome.exit_code}" if outcome.signal is None else f"signal {outcome.signal}"


class _Place:
    """The directory that the traced program starts in. What comes out of it is read through descriptors from before
    the program ran: whatever it puts in their place is not looked at."""

    def __init__(self, directory: Path, who: Identity) -> None:
        self.directory, self._who = directory, who
        self._open: dict[str, int] = {}

    def __enter__(self) -> _Place:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)

    def lay_out(self, program: Program, library: bytes, table: bytes) -> None:
        """Puts there what start.c expects, and the program's files into each run's directory."""
        for name, content, mode in (
            ("main", program.content, 0o755),
            ("agent.so", library, 0o644),
            ("table", table, 0o644),
        ):
            path = self.directory / name
            path.write_bytes(content)
            path.chmod(mode)
        for name in ("a", "b"):
            path = self.directory / name
            path.mkdir(mode=0o700)
            for file, content in program.files.items():
                put(path, file, content, self._who)
            self._give(path)
        for name, size in (("a.log", Caps().log_bytes), ("b.log", Caps().log_bytes), ("a.out", 0), ("a.err", 0)):
            path = self.directory / name
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._open[name] = os.open(path, flags, 0o600)
            os.ftruncate(self._open[name], size)
            self._give(path)

    def log(self, name: str) -> bytes:
        """A log, as far as it says that it is one."""
        header = self.read(name, _LOG_HEADER)
        used = int.from_bytes(header[8:16], "little")
        return self.read(name, min(used, Caps().log_bytes))

    def read(self, name: str, most: int) -> bytes:
        """At most *most* bytes from the beginning."""
        return os.pread(self._open[name], most, 0)

    def _give(self, path: Path) -> None:
        give(path, self._who)
