"""What goes into the runner and what comes out: the request, its limits, the result.

Standard library only, because the Lambda image carries nothing else. The names of the result's first seven fields are
See++'s contract; sizes are bytes, times are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from runner.errors import RequestError

MEBIBYTE = 1024 * 1024
MAX_CODE_BYTES = MEBIBYTE
MAX_STDIN_BYTES = MEBIBYTE
_KEYS = ("code", "stdin", "trace", "memcheck")


class Status(StrEnum):
    """How a request ended. Exactly one holds."""

    OK = "ok"  # compiled, ran, exited with 0
    COMPILE_ERROR = "compile_error"  # the compiler refused the program
    COMPILE_LIMIT = "compile_limit"  # the compiler itself ran into a limit
    RUNTIME_ERROR = "runtime_error"  # exited with 1-255
    SIGNAL = "signal"  # ended by a signal that no limit sent
    TIME_LIMIT = "time_limit"  # wall or CPU
    MEMORY_LIMIT = "memory_limit"  # address space, as far as that can be told
    OUTPUT_LIMIT = "output_limit"
    DISK_LIMIT = "disk_limit"  # size of one file
    INVALID_REQUEST = "invalid_request"  # nothing was run
    INTERNAL_ERROR = "internal_error"  # the runner or its machine is at fault, not the program


@dataclass(frozen=True)
class StageLimits:
    """Limits of one stage (compile or run). All positive; RequestError names the field that is not.

    *cpu_seconds*, *address_space_bytes* and *file_size_bytes* bind each process, *processes* all tasks (threads too)
    of the program together, *output_bytes* stdout and stderr each, measured as they are in a JSON answer.
    """

    wall_seconds: float
    cpu_seconds: int
    address_space_bytes: int
    file_size_bytes: int
    processes: int
    open_files: int
    stack_bytes: int
    output_bytes: int

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            kinds = (int, float) if item.name == "wall_seconds" else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds) or not 0 < value < 2**62:
                raise RequestError(f"limit {item.name} is {value!r}; it must be a positive number")


# The default thread stack is RLIMIT_STACK: 16 MB each leaves room for a few dozen threads in the address space.
COMPILE_LIMITS = StageLimits(
    wall_seconds=10,
    cpu_seconds=10,
    address_space_bytes=1024 * MEBIBYTE,
    file_size_bytes=32 * MEBIBYTE,
    processes=32,
    open_files=128,
    stack_bytes=16 * MEBIBYTE,
    output_bytes=64 * 1024,
)
RUN_LIMITS = StageLimits(
    wall_seconds=5,
    cpu_seconds=5,
    address_space_bytes=512 * MEBIBYTE,
    file_size_bytes=16 * MEBIBYTE,
    processes=32,
    open_files=64,
    stack_bytes=16 * MEBIBYTE,
    output_bytes=64 * 1024,
)


@dataclass(frozen=True)
class Request:
    """One C++ program. RequestError if text is too long or not encodable as UTF-8.

    *code* at most 1 MiB, *stdin* at most 1 MiB as UTF-8. *budget_seconds*, where given, bounds compile and run together
    (a Lambda function's remaining time); a stage's wall limit is then the smaller of the two. *trace* asks for a record
    of each statement, beside the run.
    """

    code: str
    stdin: str = ""
    compile_limits: StageLimits = COMPILE_LIMITS
    run_limits: StageLimits = RUN_LIMITS
    budget_seconds: float | None = None
    trace: bool = False
    memcheck: bool = True

    def __post_init__(self) -> None:
        _check_text("code", self.code, MAX_CODE_BYTES)
        _check_text("stdin", self.stdin, MAX_STDIN_BYTES)

    @classmethod
    def from_json(cls, value: object, *, budget_seconds: float | None = None) -> Request:
        """The request in ``{"code": str, "stdin"?: str, "trace"?: bool, "memcheck"?: bool}``.

        RequestError names what is wrong with it.
        """
        if not isinstance(value, Mapping):
            raise RequestError(
                f'the request is {_kind(value)}; it must be an object such as {{"code": "int main() {{}}"}}'
            )
        unknown = sorted(str(key) for key in value if key not in _KEYS)
        if unknown:
            raise RequestError(
                f"unknown key {unknown[0]!r}; the request has 'code' and, if wanted, 'stdin', 'trace', 'memcheck'"
            )
        if "code" not in value:
            raise RequestError("the request lacks 'code', the text of the program")
        stdin = value.get("stdin")
        return cls(
            code=value["code"],
            stdin="" if stdin is None else stdin,
            budget_seconds=budget_seconds,
            trace=_flag(value, "trace", default=False),
            memcheck=_flag(value, "memcheck", default=True),
        )


@dataclass(frozen=True)
class LimitReached:
    """The limit behind a verdict. *certain* is False where the cause is inferred (memory, without a cgroup)."""

    name: str
    value: float
    measured: float
    certain: bool = True


@dataclass(frozen=True)
class Output:
    """One captured stream: the *text* kept (invalid UTF-8 replaced), all *bytes* seen, and whether text was cut."""

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

    *layers* were in force for every stage that ran; *absent* are known and not in force.
    """

    user: str | None = None
    uid: int | None = None
    layers: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


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
        }


def _flag(value: Mapping[Any, Any], name: str, *, default: bool) -> bool:
    flag = value.get(name, default)
    if not isinstance(flag, bool):
        raise RequestError(f"'{name}' is {_kind(flag)}; it must be true or false")
    return flag


def _check_text(name: str, value: object, longest: int) -> None:
    if not isinstance(value, str):
        raise RequestError(f"'{name}' is {_kind(value)}; it must be a string")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise RequestError(f"'{name}' has a lone surrogate at character {error.start}; it is not valid text") from None
    if size > longest:
        raise RequestError(f"'{name}' has {size} bytes; at most {longest} are accepted")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else f"a {type(value).__name__}")


def _camel(value: dict[str, Any]) -> dict[str, Any]:
    def name(key: str) -> str:
        first, *rest = key.split("_")
        return first + "".join(part.title() for part in rest)

    return {name(key): item for key, item in value.items()}
