"""The program's memory as it was at a step, put together from the changes in the log."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass
from mmap import mmap

from runner.trace.log import Allocated, Freed, Step

# As in agent/agent.h.
SMALL_BASE, SMALL_SIZE = 0x10000000000, 64 << 20
LARGE_BASE, LARGE_SIZE, LARGE_RECORDED = 0x14000000000, 512 << 20, 16 << 10
STACK_BASE, STACK_SIZE = 0x20000000000, 16 << 20
# A hostile log can name as many blocks as it has room for; no honest one has more large ones.
_MOST_LARGE = 4096


class Image:
    """The bytes of one run."""

    def __init__(self, fill: int, data_low: int, data_high: int) -> None:
        self.fill = fill
        # Mapped, because the kernel gives zeroed pages only as they are touched; a bytearray is cleared at once.
        self._regions: list[tuple[int, bytearray | mmap]] = [
            (STACK_BASE, mmap(-1, STACK_SIZE)),
            (SMALL_BASE, mmap(-1, SMALL_SIZE)),
            (data_low, bytearray(data_high - data_low)),
        ]
        self._large: dict[int, bytearray] = {}
        self._large_starts: list[int] = []

    def apply(self, step: Step) -> None:
        """Makes the memory what it was at *step*, the next of the log."""
        for address, content in step.changes:
            self._write(address, content)

    def read(self, address: int, size: int) -> bytes | None:
        """*size* bytes from *address*; None if any of them is not recorded."""
        for base, content in self._regions:
            at = address - base
            if 0 <= at < len(content):
                return bytes(content[at : at + size]) if at + size <= len(content) else None
        if LARGE_BASE <= address < LARGE_BASE + LARGE_SIZE:
            index = bisect_right(self._large_starts, address) - 1
            if index >= 0:
                start = self._large_starts[index]
                at = address - start
                if at + size <= LARGE_RECORDED:
                    return bytes(self._large[start][at : at + size])
        return None

    def _write(self, address: int, content: bytes) -> None:
        for base, region in self._regions:
            at = address - base
            if 0 <= at < len(region):
                if at + len(content) <= len(region):
                    region[at : at + len(content)] = content
                return
        if LARGE_BASE <= address < LARGE_BASE + LARGE_SIZE:
            self._write_large(address, content)

    def _write_large(self, address: int, content: bytes) -> None:
        index = bisect_right(self._large_starts, address) - 1
        start = self._large_starts[index] if index >= 0 else -1
        if start < 0 or address - start >= LARGE_RECORDED:
            return
        at = address - start
        if at + len(content) <= LARGE_RECORDED:
            self._large[start][at : at + len(content)] = content

    def add_large(self, start: int) -> None:
        """From now on a large block begins at *start*."""
        if start not in self._large and len(self._large) < _MOST_LARGE:
            self._large[start] = bytearray(LARGE_RECORDED)
            insort(self._large_starts, start)


@dataclass(slots=True)
class Block:
    """A block of the heap."""

    start: int
    size: int
    kind: int
    live: bool = True


class Blocks:
    """What has been allocated so far."""

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}
        self._starts: list[int] = []

    def allocate(self, event: Allocated) -> None:
        """Takes note of a new block. The log has them in the order of their addresses, area by area."""
        if event.start not in self._blocks:
            insort(self._starts, event.start)
        self._blocks[event.start] = Block(event.start, event.size, event.kind)

    def free(self, event: Freed) -> None:
        """Takes note of a block's end."""
        block = self._blocks.get(event.start)
        if block is not None:
            block.live = False

    def at(self, address: int) -> Block | None:
        """The block that has *address*, or that ends there: a pointer may stand one past the end."""
        index = bisect_right(self._starts, address) - 1
        if index < 0:
            return None
        block = self._blocks[self._starts[index]]
        return block if address <= block.start + block.size else None


class Memory:
    """Two runs' memory, side by side. They were given different fills, so what differs was never written."""

    def __init__(self, first: Image, second: Image | None, constants: list[tuple[int, bytes]]) -> None:
        self.first, self.second, self.blocks = first, second, Blocks()
        self._constants = constants

    def read(self, address: int, size: int) -> tuple[bytes, bytes] | None:
        """*size* bytes from *address* in both runs; None if they are not recorded. Without a second run, twice the
        same."""
        one = self.first.read(address, size)
        if one is None:
            one = self._constant(address, size)
            return None if one is None else (one, one)
        other = None if self.second is None else self.second.read(address, size)
        return one, one if other is None else other

    def word(self, address: int) -> int:
        """The eight bytes at *address* as a number; 0 if they are not recorded."""
        got = self.read(address, 8)
        return 0 if got is None else int.from_bytes(got[0], "little")

    def text(self, address: int, most: int) -> bytes | None:
        """The constant, zero-terminated text at *address*, its zero included; None if there is none."""
        for base, content in self._constants:
            at = address - base
            if 0 <= at < len(content):
                end = content.find(b"\0", at, at + most)
                return content[at : end + 1] if end >= 0 else None
        return None

    def _constant(self, address: int, size: int) -> bytes | None:
        for base, content in self._constants:
            at = address - base
            if at >= 0 and at + size <= len(content):
                return content[at : at + size]
        return None
