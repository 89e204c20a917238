"""The traced program's ELF file: its symbols, and the lines of its own source. The file is a compiler's work on a
hostile source, which can say anything about itself; it is read in a process that may fail."""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Section

from runner.trace.errors import TraceError

_SYMBOL = struct.Struct("<IBBHQQ")
_STT_OBJECT, _STT_FUNC = 1, 2
_WRITABLE = 2


@dataclass(frozen=True, slots=True)
class Symbol:
    """A function or object of the symbol table, with its mangled *name*."""

    low: int
    high: int
    name: str


class Binary:
    """An executable at fixed addresses, with debug information. TraceError if it is not one."""

    def __init__(self, content: bytes, source: str) -> None:
        self._elf = ELFFile(io.BytesIO(content))
        if not self._elf.has_dwarf_info():
            raise TraceError("the program has no debug information")
        self._content, self._source = content, source.rsplit("/", 1)[-1].encode()
        self._sections: dict[str, Section] = {section.name: section for section in self._elf.iter_sections()}

    @cached_property
    def dwarf(self) -> DWARFInfo:
        """The debug information."""
        return self._elf.get_dwarf_info(relocate_dwarf_sections=False)

    @cached_property
    def unit(self) -> CompileUnit:
        """The compilation unit of the source."""
        for unit in self.dwarf.iter_CUs():
            name = unit.get_top_DIE().attributes.get("DW_AT_name")
            if name is not None and name.value.rsplit(b"/", 1)[-1] == self._source:
                return unit
        raise TraceError("the program's debug information does not name its source")

    @cached_property
    def own_files(self) -> frozenset[int]:
        """The numbers that mean the source in the unit's debug information."""
        program = self.dwarf.line_program_for_CU(self.unit)
        if program is None:
            raise TraceError("the program has no line table")
        first = 0 if program.header.version >= 5 else 1
        names = enumerate(program.header["file_entry"], first)
        return frozenset(number for number, entry in names if entry.name.rsplit(b"/", 1)[-1] == self._source)

    @cached_property
    def lines(self) -> dict[int, int]:
        """Address → line of the statements of the source; where the table has several for one, the last."""
        program = self.dwarf.line_program_for_CU(self.unit)
        if program is None:
            raise TraceError("the program has no line table")
        found: dict[int, int] = {}
        for entry in program.get_entries():
            state = entry.state
            if state is None or state.end_sequence or not state.is_stmt or state.line <= 0:
                continue
            if state.file in self.own_files:
                found[state.address] = state.line
        return found

    @cached_property
    def text(self) -> tuple[int, bytes]:
        """Address and content of the machine code."""
        section = self._section(".text")
        return section["sh_addr"], section.data()

    @property
    def data_range(self) -> tuple[int, int]:
        """From where to where writable static data lies: .data, .bss and what stands between."""
        sections = [s for name in (".data", ".bss") if (s := self._sections.get(name)) is not None]
        if not sections:
            return 0, 0
        low = min(section["sh_addr"] for section in sections)
        high = max(section["sh_addr"] + section["sh_size"] for section in sections)
        if high - low > _MOST_DATA:
            raise TraceError("the program has too much static data to be traced")
        return low, high

    @cached_property
    def constants(self) -> list[tuple[int, bytes]]:
        """Address and content of what is loaded and never written: literals, tables of virtual functions."""
        found = [
            (segment["p_vaddr"], segment.data())
            for segment in self._elf.iter_segments()
            if segment["p_type"] == "PT_LOAD" and not segment["p_flags"] & _WRITABLE
        ]
        relocated = self._sections.get(".data.rel.ro")
        return [*found, (relocated["sh_addr"], relocated.data())] if relocated is not None else found

    @cached_property
    def functions(self) -> list[Symbol]:
        """The functions, in the order of their addresses."""
        low, code = self.text
        known = {s.low: s for s in self._symbols(_STT_FUNC) if low <= s.low < s.high <= low + len(code)}
        return [known[address] for address in sorted(known)]

    @cached_property
    def objects(self) -> list[Symbol]:
        """Named data, in the order of the symbol table."""
        return self._symbols(_STT_OBJECT)

    @cached_property
    def _lows(self) -> list[int]:
        return [function.low for function in self.functions]

    def function_at(self, address: int) -> Symbol | None:
        """The function whose code has *address*."""
        index = bisect_right(self._lows, address) - 1
        if index < 0 or address >= self.functions[index].high:
            return None
        return self.functions[index]

    def _symbols(self, kind: int) -> list[Symbol]:
        table = self._section(".symtab").data()
        names = self._section(".strtab").data()
        found = []
        for name, info, _, section, value, size in _SYMBOL.iter_unpack(table[: len(table) // 24 * 24]):
            if info & 15 == kind and size and section:
                end = names.find(b"\0", name)
                found.append(Symbol(value, value + size, names[name:end].decode(errors="replace")))
        return found

    def _section(self, name: str) -> Section:
        section = self._sections.get(name)
        if section is None:
            raise TraceError(f"the program has no section {name}")
        return section


_MOST_DATA = 16 * 1024 * 1024
