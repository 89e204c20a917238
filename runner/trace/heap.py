"""What pointers point to, outside the frames: blocks of the heap, and constant text."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from runner.trace.dynamic import DynamicTypes
from runner.trace.memory import LARGE_BASE, LARGE_RECORDED, LARGE_SIZE, SMALL_BASE, SMALL_SIZE, Block, Memory
from runner.trace.types import Base, Pointer, Record, Type
from runner.trace.values import LARGE, MOST_ELEMENTS, Values

_FOR_EXCEPTION, _BY_NEW_ARRAY = 3, 2
# The number of elements that new[] keeps before them, where they have a destructor.
_COOKIE = 8
_MOST_BLOCKS, _LONGEST_TEXT = 2000, 256


_Elements = tuple[list[str], tuple[tuple[int, Pointer], ...]]


class _Shown:
    """What one step shows of the heap: JSON by address, and the blocks it is of."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.blocks: set[int] = set()

    def add(self, block: Block, first: int, elements: list[str]) -> None:
        """Shows *block* as an array of *elements* from *first*; a freed one has none."""
        self.blocks.add(block.start)
        self.texts[first] = ",".join((f'["C_ARRAY","0x{first:X}"', *elements)) + "]"


class Heap:
    """Follows pointers from one block to the next."""

    def __init__(self, memory: Memory, values: Values, dynamic: DynamicTypes) -> None:
        self._memory, self._values, self._dynamic = memory, values, dynamic
        self._known: dict[tuple[int, int, int, bytes, bytes], _Elements] = {}
        self._cookies: dict[int, int] = {}

    def reached(self, pointers: Iterable[tuple[int, Pointer]]) -> str:
        """What *pointers*, and the pointers in what they point to, lead to: the inside of a JSON object."""
        queue = deque(pointers)
        shown = _Shown()
        while queue and len(shown.texts) < _MOST_BLOCKS:
            address, pointer = queue.popleft()
            if SMALL_BASE <= address < SMALL_BASE + SMALL_SIZE or LARGE_BASE <= address < LARGE_BASE + LARGE_SIZE:
                queue.extend(self._block(address, pointer, shown))
            elif address < SMALL_BASE and address not in shown.texts:
                self._text(address, pointer, shown)
        return ",".join(f'"0x{start:X}":{text}' for start, text in shown.texts.items())

    def _block(self, address: int, pointer: Pointer, shown: _Shown) -> tuple[tuple[int, Pointer], ...]:
        block, kind = self._memory.blocks.at(address), pointer.target()
        if block is None or kind is None or block.start in shown.blocks:
            return ()
        if not block.live:
            shown.add(block, self._elements_from(block), [])
            return ()
        if isinstance(kind, Record) and kind.polymorphic:
            address, kind = self._dynamic.whole(address, kind, self._memory)
        if isinstance(kind, Record) and address == block.start:
            kind = self._dynamic.node(kind, block.size)
        if kind.size <= 0:  # known by name only
            if isinstance(kind, Record):
                shown.add(block, address, [self._values.at(address, kind)[0]])
            return ()
        first = self._first(block, address, kind)
        count = self._count(block, first, kind)
        texts, targets = self._elements(first, count, kind)
        shown.add(block, first, texts)
        return targets

    def _elements(self, first: int, count: int, kind: Type) -> _Elements:
        got = self._memory.read(first, count * kind.size) if count * kind.size <= LARGE else None
        if got is None or (isinstance(kind, Record) and kind.virtual):
            return self._encoded(first, count, kind)
        key = (first, id(kind), count, *got)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._encoded(first, count, kind)
        return known

    def _encoded(self, first: int, count: int, kind: Type) -> _Elements:
        elements = [self._values.at(first + index * kind.size, kind) for index in range(count)]
        return [text for text, _ in elements], tuple(target for _, inner in elements for target in inner)

    def _first(self, block: Block, address: int, kind: Type) -> int:
        """Where the elements of type *kind* begin in *block*, of which *address* points to one."""
        if block.kind == _FOR_EXCEPTION:
            return address
        start = self._elements_from(block, kind)
        return start + (address - start) % kind.size if address >= start else start

    def _elements_from(self, block: Block, kind: Type | None = None) -> int:
        """Behind the number that new[] keeps before elements with destructors."""
        if block.kind != _BY_NEW_ARRAY or block.size < _COOKIE or not (kind is None or isinstance(kind, Record)):
            return block.start
        if kind is None:  # it has been freed, and the number is gone
            return block.start + self._cookies.get(block.start, 0)
        if self._memory.word(block.start) * kind.size + _COOKIE != block.size:
            return block.start
        self._cookies[block.start] = _COOKIE
        return block.start + _COOKIE

    def _count(self, block: Block, first: int, kind: Type) -> int:
        count = min((block.start + block.size - first) // kind.size, MOST_ELEMENTS)
        if block.kind == _FOR_EXCEPTION:
            count = min(count, 1)
        if block.start >= LARGE_BASE:
            count = min(count, max((block.start + LARGE_RECORDED - first) // kind.size, 1))
        return max(count, 0)

    def _text(self, address: int, pointer: Pointer, shown: _Shown) -> None:
        """Constant text, which only a pointer shows."""
        kind = pointer.target()
        if not isinstance(kind, Base) or kind.size != 1 or "char" not in kind.name:
            return
        content = self._memory.text(address, _LONGEST_TEXT)
        if content is None:
            return
        characters = (self._values.at(address + index, kind)[0] for index in range(len(content)))
        shown.texts[address] = ",".join((f'["C_ARRAY","0x{address:X}"', *characters)) + "]"
