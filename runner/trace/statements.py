"""The table that the agent reads: where the statements of the program's own source begin, and which functions are its.

Its layout is that of ``struct table``, ``struct statement`` and ``struct function`` in agent/agent.h.
"""

from __future__ import annotations

import re
import struct

from runner.trace.binary import Binary, Symbol
from runner.trace.caps import Caps
from runner.trace.errors import TraceError

_TABLE = struct.Struct("<8sIIQQQQIIII")
_STATEMENT = struct.Struct("<QIIII")
_FUNCTION = struct.Struct("<QQII")
_AT_ENTRY, _AT_BOUNDS = 1, 2
# Called by the compiler's checks of bounds; see linked/bounds.c.
_OUT_OF_BOUNDS = "__ubsan_handle_out_of_bounds"
_OF_USER, _IS_MAIN = 1, 2
# What the compiler writes to construct globals; it runs before main, and no line of it is the program's.
_COMPILERS_OWN = re.compile(r"_GLOBAL__sub_[ID]|_Z41__static_initialization_and_destruction_0|__tcf_")
# sub $N,%rsp with a byte or a double word, in a prologue.
_SUB_BYTE, _SUB_WORD = b"\x48\x83\xec", b"\x48\x81\xec"
_PROLOGUE_BYTES, _MOST_FRAME_BYTES = 32, 4 << 20


def statement_table(binary: Binary, caps: Caps) -> bytes:
    """The table for *binary*. TraceError if it has no statements."""
    lines: dict[int, int] = {}
    owners: dict[int, Symbol] = {}
    for address, line in binary.lines.items():
        function = binary.function_at(address)
        if function is not None and not _COMPILERS_OWN.match(function.name):
            owners[function.low] = function
            lines[address] = line
    if not lines:
        raise TraceError("the program has no statement in its source")
    statements = [_STATEMENT.pack(low, lines.get(low, 0), _AT_ENTRY, _frame_bytes(binary, low), 0) for low in owners]
    statements += [_STATEMENT.pack(at, line, 0, 0, 0) for at, line in lines.items() if at not in owners]
    checks = [f.low for f in binary.functions if f.name == _OUT_OF_BOUNDS and f.low not in owners]
    statements += [_STATEMENT.pack(low, 0, _AT_BOUNDS, 0, 0) for low in checks]
    statements.sort(key=lambda entry: int.from_bytes(entry[:8], "little"))
    functions = [_FUNCTION.pack(f.low, f.high, _flags(f, owners), 0) for f in binary.functions]
    low, code = binary.text
    header = _TABLE.pack(
        b"SLIPTAB1",
        len(statements),
        len(functions),
        low,
        low + len(code),
        *binary.data_range,
        caps.steps,
        caps.hits,
        caps.frames,
        int(caps.seconds * 1000),
    )
    return b"".join((header, *statements, *functions))


def _flags(function: Symbol, owners: dict[int, Symbol]) -> int:
    return (_OF_USER if function.low in owners else 0) | (_IS_MAIN if function.name == "main" else 0)


def _frame_bytes(binary: Binary, low: int) -> int:
    """What the prologue takes from the stack."""
    start, code = binary.text
    prologue = code[low - start : low - start + _PROLOGUE_BYTES]
    for opcode, size in ((_SUB_WORD, 4), (_SUB_BYTE, 1)):
        at = prologue.find(opcode)
        if 0 <= at <= len(prologue) - 3 - size:
            return min(int.from_bytes(prologue[at + 3 : at + 3 + size], "little"), _MOST_FRAME_BYTES)
    return 0
