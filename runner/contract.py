"""What goes into the runner and what comes out: the request, its limits, the result.

Standard library only, because the Lambda image carries nothing else. The names of the result's first seven fields are
See++'s contract; sizes are bytes, times are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from runner import parsing
from runner.limits import COMPILE_LIMITS, MEBIBYTE, RUN_LIMITS, StageLimits, camel

__all__ = [
    "COMPILE_LIMITS",
    "MEBIBYTE",
    "RUN_LIMITS",
    "Isolation",
    "Leftovers",
    "LimitReached",
    "Output",
    "Request",
    "Result",
    "StageLimits",
    "Status",
    "Timings",
]


class Status(StrEnum):
    """How a request ended. Exactly one holds."""

    OK = "ok"  # compiled, ran, exited with 0
    COMPILE_ERROR = "compile_error"  # the compiler refused the program
    COMPILE_LIMIT = "compile_limit"  # the compiler itself ran into a limit
    RUNTIME_ERROR = "runtime_error"  # exited with 1-255
    SIGNAL = "signal"  # ended by a signal that no limit sent
    TIME_LIMIT = "time_limit"  # wall or CPU
    MEMORY_LIMIT = "memory_limit"  # all processes together; or address space, as far as that can be told
    OUTPUT_LIMIT = "output_limit"
    DISK_LIMIT = "disk_limit"  # size of one file, of all together, or their number
    INVALID_REQUEST = "invalid_request"  # nothing was run
    INTERNAL_ERROR = "internal_error"  # the runner or its machine is at fault, not the program


@dataclass(frozen=True)
class Request:
    """One program. RequestError if something is too long, not text, or unknown.

    *code* becomes the language's main file, *files* (name → text) stand beside it; further sources are compiled too.
    *stdin* and *args* go to the program. *encoding* is that of the answer's output: "utf-8" (what is invalid is
    replaced) or "base64". *budget_seconds*, where given, bounds compile and run together (a Lambda function's remaining
    time); a stage's wall limit is then the smaller of the two. *trace* asks for a record of each
    statement, beside the run, and *memcheck* for memory errors in it.
    """

    code: str
    stdin: str = ""
    compile_limits: StageLimits = COMPILE_LIMITS
    run_limits: StageLimits = RUN_LIMITS
    budget_seconds: float | None = None
    language: str = "cpp"
    files: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    encoding: str = "utf-8"
    trace: bool = False
    memcheck: bool = True

    def __post_init__(self) -> None:
        parsing.check(self)

    @classmethod
    def from_json(cls, value: object, *, budget_seconds: float | None = None) -> Request:
        """The request in ``{"code": str, "stdin"?: str, ...}``. RequestError names what is wrong with it."""
        return cls(**parsing.fields_of(value), budget_seconds=budget_seconds)


@dataclass(frozen=True)
class LimitReached:
    """The limit behind a verdict. *certain* is False where the cause is inferred (memory, without a cgroup)."""

    name: str
    value: float
    measured: float
    certain: bool = True


@dataclass(frozen=True)
class Output:
    """One captured stream: the *text* kept (invalid UTF-8 replaced, or all in base64), all *bytes* seen, and whether
    something was cut."""

    text: str = ""
    bytes: int = 0
    truncated: bool = False


@dataclass(frozen=True)
class Timings:
    """Seconds: wall of each stage, of the trace and of the whole request, CPU of each stage. None for what was not
    reached."""

    compile: float | None = None
    run: float | None = None
    total: float = 0.0
    compile_cpu: float | None = None
    run_cpu: float | None = None
    trace: float | None = None


@dataclass(frozen=True)
class Isolation:
    """What stood between program and machine: *user* is "own", "shared" with the runner, or None before a start.

    *layers* were in force for every stage that ran; *absent* are known and not in force. *degraded* says that what is
    absent lets a program reach what it should not; *home* is where this was.
    """

    user: str | None = None
    uid: int | None = None
    layers: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    home: str | None = None
    degraded: bool | None = None


@dataclass(frozen=True)
class Leftovers:
    """What was still there after the program's end, and was removed: *processes*, *files* outside the work directory,
    and *objects* of System V and POSIX IPC."""

    processes: int = 0
    files: int = 0
    objects: int = 0


@dataclass(frozen=True)
class Result:
    """The answer to one request. *exit_code* is 0-255, *signal* a name such as "SIGSEGV"; at most one is not None."""

    status: Status
    error: str | None = None
    compile_stdout: Output = field(default_factory=Output)
    compile_stderr: Output = field(default_factory=Output)
    stdout: Output = field(default_factory=Output)
    stderr: Output = field(default_factory=Output)
    exit_code: int | None = None
    signal: str | None = None
    limit: LimitReached | None = None
    peak_memory_bytes: int | None = None
    timings: Timings = field(default_factory=Timings)
    compile_limits: StageLimits | None = None
    run_limits: StageLimits | None = None
    isolation: Isolation = field(default_factory=Isolation)
    leftovers: Leftovers | None = None  # None where no audit was made, since nothing could be left
    unclean: bool = False  # something of the program stayed; not told, since it is not the program's author's business
    trace: dict[str, Any] | None = None  # a ProgramTrace, docs/trace.md
    trace_error: str | None = None  # why there is none, although it was asked for
    memcheck: str | None = None  # clean, found, not_finished or unavailable; None if it was not asked for

    @property
    def success(self) -> bool:
        """The program compiled, ran and exited with 0."""
        return self.status is Status.OK

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON types, with See++'s names and the rest in the same camel case."""
        streams = {
            "ccStdout": self.compile_stdout,
            "ccStderr": self.compile_stderr,
            "stdout": self.stdout,
            "stderr": self.stderr,
        }
        return {
            "success": self.success,
            "trace": self.trace,
            **{name: stream.text for name, stream in streams.items()},
            "error": self.error,
            "traceError": self.trace_error,
            "memcheck": self.memcheck,
            "status": str(self.status),
            "exitCode": self.exit_code,
            "signal": self.signal,
            "limit": None if self.limit is None else asdict(self.limit),
            "timings": _camel(asdict(self.timings)),
            "peakMemoryBytes": self.peak_memory_bytes,
            "output": {n: {"bytes": s.bytes, "truncated": s.truncated} for n, s in streams.items()},
            "limits": {
                "compile": None if self.compile_limits is None else _camel(asdict(self.compile_limits)),
                "run": None if self.run_limits is None else _camel(asdict(self.run_limits)),
            },
            "isolation": asdict(self.isolation)
            | {
                "layers": list(self.isolation.layers),
                "absent": list(self.isolation.absent),
            },
            "leftovers": None if self.leftovers is None else asdict(self.leftovers),
        }


def _camel(value: dict[str, Any]) -> dict[str, Any]:
    return {camel(key): item for key, item in value.items()}
