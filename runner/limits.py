"""The limits of a stage, and how a request may lower them. Sizes are bytes, times are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from runner.errors import RequestError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class StageLimits:
    """Limits of one stage (compile or run). All positive; RequestError names the field that is not.

    *cpu_seconds*, *address_space_bytes* and *file_size_bytes* bind each process; *processes* (threads too),
    *memory_bytes*, *disk_bytes* and *files* bind all of the program together; *output_bytes* binds stdout and stderr
    each, measured as they are in a JSON answer.
    """

    wall_seconds: float
    cpu_seconds: int
    address_space_bytes: int
    file_size_bytes: int
    processes: int
    open_files: int
    stack_bytes: int
    output_bytes: int
    memory_bytes: int = 512 * MEBIBYTE
    disk_bytes: int = 64 * MEBIBYTE
    files: int = 5000

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
    memory_bytes=1024 * MEBIBYTE,
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


def lowered(limits: StageLimits, wanted: Mapping[str, object], stage: str) -> StageLimits:
    """*limits* with those that *wanted* names (in camel case) lowered. RequestError for unknown and higher ones."""
    names = {camel(item.name): item.name for item in fields(limits)}
    changed: dict[str, object] = {}
    for name, value in wanted.items():
        if name not in names:
            raise RequestError(f"unknown limit {name!r} of {stage}; limits are {', '.join(names)}")
        most = getattr(limits, names[name])
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
            raise RequestError(f"limit {name} of {stage} is {value!r}; it must be a number over 0 and at most {most}")
        changed[names[name]] = value if names[name] == "wall_seconds" else int(value) or 1
    return replace(limits, **changed)  # type: ignore[arg-type]


def camel(name: str) -> str:
    """A field's name as JSON has it."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
