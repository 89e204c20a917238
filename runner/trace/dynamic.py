"""The type an object really has: a pointer to a base class leads to the whole object."""

from __future__ import annotations

from functools import cached_property

from runner.trace.binary import Binary
from runner.trace.memory import Memory
from runner.trace.symbols import Symbols, demangled
from runner.trace.types import Record

_TABLE_OF = "vtable for "
_NODES = {
    "_Rb_tree_node_base": "_Rb_tree_node<",
    "_List_node_base": "_List_node<",
    "_Fwd_list_node_base": "_Fwd_list_node<",
    "_Hash_node_base": "_Hash_node<",
}
_FARTHEST = 1 << 20


class DynamicTypes:
    """Finds the class of polymorphic objects by their tables of virtual functions."""

    def __init__(self, binary: Binary, symbols: Symbols) -> None:
        self._binary, self._symbols = binary, symbols
        self._nodes: dict[tuple[str, int], Record | None] = {}

    def whole(self, address: int, kind: Record, memory: Memory) -> tuple[int, Record]:
        """Address and class of the object of which the *kind* at *address* is a part, or is; as given if it cannot be
        told (a virtual base class has the table of whoever is under construction)."""
        table = memory.word(address)
        found = next((name for low, high, name in self._tables if low < table < high), None)
        record = None if found is None else self._symbols.record(found)
        if record is None:
            return address, kind
        above = memory.word(table - 16)
        above -= (above >> 63) << 64
        # While an object is constructed or destroyed it is of its base class's type; the pointer knows better.
        if not -_FARTHEST < above <= 0 or record.size < kind.size:
            return address, kind
        return address + above, record

    def node(self, kind: Record, size: int) -> Record:
        """The library's containers link their nodes by a base class without the element. The node of *size* bytes that
        *kind* is the base of; *kind* itself unless there is exactly one such type."""
        wanted = _NODES.get(kind.name)
        if wanted is None or size <= kind.size:
            return kind
        if (wanted, size) not in self._nodes:
            fitting = [record for record in self._symbols.library_records(wanted) if record.size == size]
            self._nodes[wanted, size] = fitting[0] if len(fitting) == 1 else None
        return self._nodes[wanted, size] or kind

    @cached_property
    def _tables(self) -> list[tuple[int, int, str]]:
        return [
            (symbol.low, symbol.high, demangled(symbol.name).removeprefix(_TABLE_OF))
            for symbol in self._binary.objects
            if symbol.name.startswith("_ZTV")
        ]
