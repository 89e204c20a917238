"""Memory as the encoded values of a ProgramTrace, as JSON text.

Text, because most values are the same from one step to the next: each is encoded once, kept by its bytes, and put into
the steps as it is. With the text come the pointers in it, so that what they point to can be shown too.
"""

from __future__ import annotations

import json
import math
import struct
from functools import cache

from runner.trace.expressions import evaluate
from runner.trace.memory import Memory
from runner.trace.types import Array, Base, Enum, Member, Opaque, Pointer, Record, Type

UNINITIALIZED, UNALLOCATED = '"<UNINITIALIZED>"', '"<UNALLOCATED>"'
# Elements of an array, values in a variable, values inside values.
MOST_ELEMENTS, _MOST_LEAVES, _DEEPEST = 256, 4096, 24
# Larger numbers lose digits in JavaScript.
_LARGEST_NUMBER = 2**53 - 1
_MOST_BYTES, LARGE, _SMALL = 1 << 20, 1 << 14, 32
_BOOLEAN, _FLOAT, _SIGNED, _CHARACTER, _UTF = 2, 4, 5, 6, 0x10

Encoded = tuple[str, tuple[tuple[int, Pointer], ...]]


class Values:
    """Encodes values of the program's memory as it is at the moment."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[tuple[int, int, bytes, bytes], Encoded] = {}

    def at(self, address: int, kind: Type, frame_address: int = 0) -> Encoded:
        """The value of type *kind* at *address*. *frame_address* is that of the frame the type is used in: the length
        of an array may depend on it."""
        if isinstance(kind, Record) and kind.size > LARGE:
            return self._by_members(kind, address, frame_address)
        size = self._shown_size(kind, frame_address)
        got = self._memory.read(address, size) if 0 < size <= _MOST_BYTES else (b"", b"")
        if got is None:
            return _Writer(self, frame_address).missing(kind, address)
        # What depends on other memory as well, or would fill the memory of this process, is written anew each time.
        if size > LARGE or _is_dynamic(kind) or (isinstance(kind, Record) and kind.virtual):
            return _Writer(self, frame_address).value(kind, address, *got)
        return self._cached(kind, address, *got)

    def between(self, kinds: list[tuple[str, Type, int]], address: int, one: bytes, other: bytes) -> Encoded:
        """The named values at offsets from *address*, whose bytes are given, as the inside of a JSON object."""
        writer = _Writer(self, 0)
        parts, pointers = [], writer.pointers
        for name, kind, at in kinds:
            if kind.size > _SMALL:  # most often it is another variable that has changed
                end = at + kind.size
                text, more = self._cached(kind, address + at, one[at:end], other[at:end])
                pointers += more
            else:
                text = writer.text(kind, address + at, one, other, at, 0)
            parts.append(f"{name}:{text}")
        return ",".join(parts), tuple(pointers)

    def _cached(self, kind: Type, address: int, one: bytes, other: bytes) -> Encoded:
        key = (id(kind), address, one, other)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Writer(self, 0).value(kind, address, one, other)
        return known

    def dimensions(self, kind: Array, frame_address: int) -> list[int]:
        """How many elements the array has in each dimension."""
        found = []
        for dimension in kind.dimensions:
            if isinstance(dimension, int):
                found.append(dimension)
                continue
            highest = evaluate(dimension, self._memory, frame_address)
            found.append(highest + 1 if highest is not None and highest < 1 << 30 else 0)
        return found

    def virtual_base(self, member: Member, address: int) -> int | None:
        """Where the virtual base class *member* of the object at *address* is."""
        return evaluate(member.expression or b"", self._memory, 0, start=address)

    def read(self, address: int, size: int) -> tuple[bytes, bytes] | None:
        """Bytes of both runs."""
        return self._memory.read(address, size)

    @property
    def fill(self) -> int | None:
        """The byte of uninitialised memory, where there is no second run that would tell."""
        return self._memory.first.fill if self._memory.second is None else None

    def _shown_size(self, kind: Type, frame_address: int) -> int:
        if not isinstance(kind, Array):
            return kind.size
        elements = math.prod(self.dimensions(kind, frame_address))
        return min(elements, MOST_ELEMENTS) * kind.element.size

    def _by_members(self, kind: Record, address: int, frame_address: int) -> Encoded:
        """A record so large that most of it is in arrays, of which only the beginning is shown."""
        parts = [f'["C_STRUCT","0x{address:X}",{_quoted(kind.name)}']
        pointers: list[tuple[int, Pointer]] = []
        for member in kind.members:
            if member.bits is not None or member.expression is not None:
                continue
            text, more = self.at(address + member.offset, member.type, frame_address)
            parts.append(f"[{_quoted(member.name)},{text}]")
            pointers.extend(more)
        return ",".join(parts) + "]", tuple(pointers)


class _Writer:
    """Writes one value; collects the pointers in it."""

    def __init__(self, values: Values, frame_address: int) -> None:
        self._values, self._frame_address, self._fill = values, frame_address, values.fill
        self._leaves = 0
        self.pointers: list[tuple[int, Pointer]] = []

    def value(self, kind: Type, address: int, one: bytes, other: bytes) -> Encoded:
        return self.text(kind, address, one, other, 0, 0), tuple(self.pointers)

    def missing(self, kind: Type, address: int) -> Encoded:
        """The value where there is no memory."""
        if isinstance(kind, Record):
            return f'["C_STRUCT","0x{address:X}",{_quoted(kind.name)}]', ()
        if isinstance(kind, Array):
            return f'["C_ARRAY","0x{address:X}"]', ()
        return f'["C_DATA","0x{address:X}",{_quoted(_type_name(kind))},{UNALLOCATED}]', ()

    def text(self, kind: Type, address: int, one: bytes, other: bytes, at: int, depth: int) -> str:
        self._leaves += 1
        match kind:
            case Record():
                return self._record(kind, address, one, other, at, depth)
            case Array():
                return self._array(kind, address, one, other, at, depth)
            case Opaque():
                return f'["C_DATA","0x{address:X}",{_quoted(kind.name)},null]'
        return f'["C_DATA","0x{address:X}",{_quoted(_type_name(kind))},{self._scalar(kind, one, other, at)}]'

    def _scalar(self, kind: Base | Enum | Pointer, one: bytes, other: bytes, at: int) -> str:
        size = 10 if isinstance(kind, Base) and kind.encoding == _FLOAT and kind.size == 16 else kind.size
        mine = one[at : at + size]
        if len(mine) < size:
            return UNALLOCATED
        if mine != other[at : at + size] or (self._fill is not None and size > 1 and mine.count(self._fill) == size):
            return UNINITIALIZED
        if isinstance(kind, Pointer):
            target = int.from_bytes(mine, "little")
            if target:
                self.pointers.append((target, kind))
            return f'"0x{target:X}"'
        if isinstance(kind, Enum):
            number = int.from_bytes(mine, "little", signed=kind.signed)
            name = kind.names.get(number)
            return str(number) if name is None else _quoted(name)
        return _number(kind, mine)

    def _record(self, kind: Record, address: int, one: bytes, other: bytes, at: int, depth: int) -> str:
        parts = [f'["C_STRUCT","0x{address:X}",{_quoted(kind.name)}']
        for member in kind.members:
            if self._leaves > _MOST_LEAVES or depth > _DEEPEST:
                break
            parts.append(f"[{_quoted(member.name)},{self._member(member, address, one, other, at, depth)}]")
        return ",".join(parts) + "]"

    def _member(self, member: Member, address: int, one: bytes, other: bytes, at: int, depth: int) -> str:
        if member.expression is not None:
            where = self._values.virtual_base(member, address)
            got = None if where is None else self._values.read(where, member.type.size)
            if where is None or got is None:
                return self.missing(member.type, 0)[0]
            return self.text(member.type, where, *got, 0, depth + 1)
        if member.bits is not None:
            return self._bits(member, address, one, other, at)
        return self.text(member.type, address + member.offset, one, other, at + member.offset, depth + 1)

    def _bits(self, member: Member, address: int, one: bytes, other: bytes, at: int) -> str:
        first, width = member.bits or (0, 1)
        low, shift = at + first // 8, first % 8
        size = (shift + width + 7) // 8
        numbers = [int.from_bytes(run[low : low + size], "little") >> shift & (1 << width) - 1 for run in (one, other)]
        kind, number = member.type, numbers[0]
        if isinstance(kind, Base) and kind.encoding == _SIGNED and number >> (width - 1):
            number -= 1 << width
        shown = kind.names.get(number, str(number)) if isinstance(kind, Enum) else str(number)
        if isinstance(kind, Base) and kind.encoding == _BOOLEAN:
            shown = "true" if number else "false"
        elif isinstance(kind, Enum) and number in kind.names:
            shown = _quoted(shown)
        text = UNINITIALIZED if numbers[0] != numbers[1] else shown
        return f'["C_DATA","0x{address + first // 8:X}",{_quoted(_type_name(kind))},{text}]'

    def _array(self, kind: Array, address: int, one: bytes, other: bytes, at: int, depth: int) -> str:
        dimensions = self._values.dimensions(kind, self._frame_address)
        if len(dimensions) < 2:
            parts = [f'["C_ARRAY","0x{address:X}"']
        else:
            # Whole rows, so that what is shown still is a rectangle.
            row = math.prod(dimensions[1:])
            dimensions[0] = min(dimensions[0], max(MOST_ELEMENTS // max(row, 1), 1))
            parts = [f'["C_MULTIDIMENSIONAL_ARRAY","0x{address:X}",{json.dumps(dimensions)}']
        element, size = kind.element, kind.element.size
        for index in range(min(math.prod(dimensions), MOST_ELEMENTS)):
            if self._leaves > _MOST_LEAVES or depth > _DEEPEST:
                break
            parts.append(self.text(element, address + index * size, one, other, at + index * size, depth + 1))
        return ",".join(parts) + "]"


def _is_dynamic(kind: Type) -> bool:
    return isinstance(kind, Array) and not kind.size


def _type_name(kind: Type) -> str:
    match kind:
        case Pointer():
            return kind.kind
        case Array():
            return "array"
    return kind.name


def _number(kind: Base, content: bytes) -> str:
    if kind.encoding == _FLOAT:
        return _real(content)
    number = int.from_bytes(content, "little", signed=kind.encoding in (_SIGNED,))
    if kind.encoding == _BOOLEAN and number < 2:
        return "true" if number else "false"
    if kind.encoding in (_CHARACTER, _UTF) or kind.name == "wchar_t":
        return _character(number)
    return str(number) if -_LARGEST_NUMBER <= number <= _LARGEST_NUMBER else f'"{number}"'


@cache
def _character(number: int) -> str:
    if number == 0:
        return '"\\\\0"'
    # Half of a surrogate pair is no character.
    return json.dumps(chr(number)) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else str(number)


def _real(content: bytes) -> str:
    match len(content):
        case 2:
            number = struct.unpack("<e", content)[0]
        case 4:
            # The shortest digits that mean the same float, as C++ would print them, and not those of a double.
            number = float(f"{struct.unpack('<f', content)[0]:.9g}")
            short = float(f"{number:.7g}")
            number = short if struct.pack("<f", short) == content and math.isfinite(short) else number
        case 8:
            number = struct.unpack("<d", content)[0]
        case 10:
            number = _extended(content)
        case _:
            return "null"
    return repr(number) if math.isfinite(number) else f'"{number}"'


def _extended(content: bytes) -> float:
    """The 80-bit number of the x87, rounded to a double."""
    mantissa, exponent = int.from_bytes(content[:8], "little"), int.from_bytes(content[8:], "little")
    sign, exponent = -1.0 if exponent >> 15 else 1.0, exponent & 0x7FFF
    if exponent == 0x7FFF:
        return math.nan if mantissa << 1 & 2**64 - 1 else sign * math.inf
    try:
        return sign * math.ldexp(mantissa, exponent - 16383 - 63)
    except OverflowError:
        return sign * math.inf


@cache
def _quoted(text: str) -> str:
    return json.dumps(text)
