"""Reads the agent's log. The traced program shares the agent's memory and can have written anything into it: every
number is checked against the bytes that there are, and what makes no sense ends the log."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from runner.trace.errors import TraceError

_HEADER = struct.Struct("<8sQQQ")
_RECORD = struct.Struct("<IIQQQ")
_STEP = struct.Struct("<IIIIIIQQQ")
_PAIR = struct.Struct("<QQ")
_NOT_NOTED = 2**64 - 1


class Ending(IntEnum):
    """``enum ending`` of agent/agent.h, and the case that the log does not say."""

    RETURNED = 0
    EXITED = 1
    STEPS = 2
    HITS = 3
    BYTES = 4
    ALLOCATIONS = 5
    TIME = 6
    FATAL = 7
    THREADS = 8
    UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Entry:
    """A function of the program was entered; its frame lies below *frame_address*."""

    function: int
    frame_address: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """A block of the heap; *kind* is ``enum allocation`` of agent/agent.h."""

    start: int
    size: int
    kind: int


@dataclass(frozen=True, slots=True)
class Freed:
    """A block's end."""

    start: int


@dataclass(frozen=True, slots=True)
class Unwound:
    """An exception was thrown or goes on, or a long jump was made: the frames above *address* are left without a
    return."""

    address: int


@dataclass(frozen=True, slots=True)
class Fatal:
    """What ended the program: a signal's number, or more than 1000 for misuse of memory, as in agent/agent.h; the
    *address* or index, and at *detail* text about it."""

    what: int
    address: int
    detail: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """Why the log ends."""

    why: Ending
    value: int


@dataclass(frozen=True, slots=True)
class Step:
    """The program stood before *line* (0 if it was interrupted elsewhere). *frames* are (pc, frame pointer), innermost
    first; *depth* of them there were. *changes* are (address, bytes)."""

    line: int
    pc: int
    sp: int
    printed: int
    depth: int
    frames: list[tuple[int, int]]
    changes: list[tuple[int, bytes]]


Event = Entry | Allocated | Freed | Unwound | Fatal | End | Step


@dataclass(frozen=True)
class Log:
    """One run's log: *fill* is the byte its uninitialised memory had, *wait_status* how its process ended."""

    content: bytes
    fill: int
    used: int
    wait_status: int | None

    @classmethod
    def of(cls, content: bytes) -> Log:
        """The log in *content*. TraceError if the agent never wrote one."""
        if len(content) < _HEADER.size:
            raise TraceError("nothing was recorded")
        magic, used, fill, status = _HEADER.unpack_from(content)
        if magic != b"SLIPLOG1" or not _HEADER.size <= used <= len(content) or fill > 255:
            raise TraceError("nothing was recorded")
        return cls(content, fill, used, None if status == _NOT_NOTED else status & 0xFFFF)

    def events(self) -> Iterator[Event]:
        """The records in their order; ends before the first that is not one."""
        at = _HEADER.size
        while at + _RECORD.size <= self.used:
            kind, size, first, second, third = _RECORD.unpack_from(self.content, at)
            if size < _RECORD.size or size % 8 or at + size > self.used:
                return
            event = self._step(at, size) if kind == ord("S") else _event(kind, first, second, third)
            if event is None:
                return
            yield event
            at += size

    def _step(self, at: int, size: int) -> Step | None:
        end = at + size
        if size < _STEP.size:
            return None
        _, _, line, frame_count, depth, runs, pc, sp, printed = _STEP.unpack_from(self.content, at)
        at += _STEP.size
        if frame_count * _PAIR.size > end - at or runs * _PAIR.size > end - at:
            return None
        frames = list(_PAIR.iter_unpack(self.content[at : at + frame_count * _PAIR.size]))
        at += frame_count * _PAIR.size
        changes = []
        for _ in range(runs):
            if at + _PAIR.size > end:
                return None
            address, length = _PAIR.unpack_from(self.content, at)
            at += _PAIR.size
            if length > end - at:
                return None
            changes.append((address, self.content[at : at + length]))
            at += (length + 7) & ~7
        return Step(line, pc, sp, printed, max(depth, frame_count), frames, changes)


def _event(kind: int, first: int, second: int, third: int) -> Event | None:
    match chr(kind) if kind < 128 else "":
        case "C":
            return Entry(first, second)
        case "A":
            return Allocated(first, second, third)
        case "F":
            return Freed(first)
        case "T":
            return Unwound(first)
        case "X":
            return Fatal(first, second, third)
        case "E":
            return End(Ending(first) if 0 <= first <= Ending.THREADS else Ending.UNKNOWN, second)
    return None
