"""What the engine knows of the tracer: it records a program beside the program's own run, if that was asked for.

The tracer needs pyelftools; without it programs run as ever, and the answer says why it has no trace.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from runner.contract import Request, StageLimits
from runner.errors import RunnerError, UncleanError
from runner.launcher import Launcher
from runner.trace.build import agent, linked
from runner.trace.errors import TraceError
from runner.trace.program import Program
from runner.trace.recorder import COMPILER_OPTIONS, LINKED_AS, read_program, record
from runner.trace.service import service
from runner.usage import DiskUse

LANGUAGES = ("cpp", "c")


@dataclass(frozen=True)
class Traced:
    """What came of a recording: a ProgramTrace, or the *error* that says why not; both None if none was asked for.
    *memcheck* is the state of memcheck's findings."""

    trace: dict[str, Any] | None = None
    error: str | None = None
    seconds: float | None = None
    memcheck: str | None = None


@dataclass
class Recording:
    """A recording under way."""

    _future: Future[Traced] | None = None
    _pool: ThreadPoolExecutor | None = field(default=None)

    def finish(self) -> Traced:
        """Waits for its end, which its own limits bring about."""
        if self._future is None or self._pool is None:
            return Traced()
        with self._pool:
            return self._future.result()


def prepare() -> None:
    """Builds what tracing needs, while nothing untrusted has run yet. RunnerError if the machine refuses."""
    if _available():
        agent()
        linked()


def close() -> None:
    """Ends the process that decodes, if there is one; the next trace starts another."""
    if _available():
        service().close()


@contextmanager
def compiling(request: Request, directory: Path) -> Iterator[tuple[str, ...]]:
    """The compiler's options for *request*; while it works, *directory* has what they need."""
    if not (request.trace and _available() and request.language in LANGUAGES):
        yield ()
        return
    needed = directory / LINKED_AS
    needed.write_bytes(linked())
    needed.chmod(0o644)
    try:
        yield COMPILER_OPTIONS
    finally:
        needed.unlink(missing_ok=True)


def begin(
    request: Request,
    limits: StageLimits,
    program: Path,
    source: str,
    launcher: Launcher,
    uids: range,
    started_at: float,
    disk: DiskUse | None,
) -> Recording:
    """Starts to record the compiled *program*, if *request*, which came at *started_at*, wants that. It runs as others
    of *uids*, in directories that hold no more than *disk* and what the tracer needs."""
    deadline = None if request.budget_seconds is None else started_at + request.budget_seconds
    if not request.trace:
        return Recording()
    if request.language not in LANGUAGES:
        return _without("Only C++ and C programs have a trace.")
    if not _available():
        return _without("The runner has no tracer: its image lacks pyelftools.")
    # Now, while it still is what the compiler wrote.
    wanted = Program(
        content=read_program(program),
        source=source,
        code=request.code,
        stdin=request.stdin.encode(),
        limits=limits,
        memcheck=request.memcheck,
        deadline=deadline,
        arguments=request.args,
        disk=disk,
        files={name: text.encode() for name, text in request.files.items()},
    )
    pool = ThreadPoolExecutor(1, "slipway-trace")
    return Recording(pool.submit(_record, wanted, launcher, uids), pool)


def _without(reason: str) -> Recording:
    done: Future[Traced] = Future()
    done.set_result(Traced(error=reason))
    return Recording(done, ThreadPoolExecutor(1))


def _record(program: Program, launcher: Launcher, uids: range) -> Traced:
    started_at = time.monotonic()
    made = error = None
    try:
        made = record(program, launcher, uids)
    except TraceError as reason:
        error = f"There is no trace: {reason}."
    except UncleanError:
        raise  # what could not be ended is no matter of the trace alone
    except (RunnerError, OSError) as reason:
        error = f"The runner cannot trace here: {reason}"
    seconds = round(time.monotonic() - started_at, 6)
    return Traced(error=error, seconds=seconds) if made is None else Traced(made.trace, None, seconds, made.memcheck)


def _available() -> bool:
    return find_spec("elftools") is not None
