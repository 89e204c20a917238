"""Functions, variables and their scopes, from the program's debug information."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from elftools.dwarf.die import DIE

from runner.trace.binary import Binary
from runner.trace.expressions import evaluate, fixed_address, frame_offset
from runner.trace.memory import Memory
from runner.trace.types import Array, Record, Type, Types, attribute, chain, integer, name_of

Ranges = tuple[tuple[int, int], ...]
_MOST_VARIABLES, _DEEPEST_SCOPE = 500, 40
_SCOPES = {
    "DW_TAG_lexical_block",
    "DW_TAG_structure_type",
    "DW_TAG_class_type",
    "DW_TAG_union_type",
    "DW_TAG_subprogram",
    "DW_TAG_inlined_subroutine",
}
_CLASSES = {"DW_TAG_class_type", "DW_TAG_structure_type"}
_LIBRARYS = {"std", "__gnu_cxx", "__cxxabiv1", "__gnu_debug"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, visible in *ranges* of code. It is at *offset* from the frame's address, or at *address*, or where
    *expression* says, or nowhere: then it is the constant *value*."""

    name: str
    type: Type
    ranges: Ranges
    line: int
    offset: int | None = None
    address: int | None = None
    expression: bytes = b""
    value: int | None = None

    def visible_at(self, pc: int) -> bool:
        """Whether code at *pc* is in its scope."""
        return any(low <= pc < high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program's own source; *line* is where its definition begins."""

    low: int
    high: int
    name: str
    line: int
    variables: tuple[Variable, ...]


class Symbols:
    """What the program's source defines."""

    def __init__(self, binary: Binary) -> None:
        self._binary = binary
        self.types = Types(binary)
        self._dies: dict[int, tuple[int, DIE]] = {}
        self._data: list[DIE] = []
        self._classes: dict[str, DIE] = {}
        self._built: dict[int, Function] = {}
        self._library: list[DIE] | None = None
        self._library_spaces: list[DIE] = []
        self._scan(binary.unit.get_top_DIE(), "", 0)
        self._lows = sorted(self._dies)
        self._statements = sorted(binary.lines)

    def function_at(self, pc: int) -> Function | None:
        """The function whose code has *pc*; None if the program's source does not define it."""
        index = bisect_right(self._lows, pc) - 1
        if index < 0:
            return None
        low = self._lows[index]
        high, die = self._dies[low]
        if pc >= high:
            return None
        if low not in self._built:
            self._built[low] = self._function(low, high, die)
        return self._built[low]

    def line_at(self, pc: int, function: Function) -> int:
        """The line of the statement that has *pc*."""
        index = bisect_right(self._statements, pc) - 1
        if index < 0 or self._statements[index] < function.low:
            return function.line
        return self._binary.lines[self._statements[index]]

    def is_repeated(self, function: Function, pc: int) -> bool:
        """Whether the code at *pc* is counted to a line that it only looks something up of: the length of an array of
        variable length, for the check of an index, or what a lambda captured, in its first line. The code of the line
        itself comes first in memory."""
        line = self._binary.lines.get(pc)
        captured = line == function.line and "{lambda(" in function.name
        if not captured and not any(
            v.line == line and isinstance(v.type, Array) and not v.type.size for v in function.variables
        ):
            return False
        index = bisect_right(self._statements, pc) - 1
        own = self._statements[bisect_right(self._statements, function.low) : index]
        lines = [self._binary.lines[address] for address in own]
        return line in lines and line != lines[-1]

    def address_of(self, variable: Variable, memory: Memory, frame_address: int) -> int | None:
        """Where *variable* is in the frame at *frame_address*; None if it is nowhere."""
        if variable.address is not None:
            return variable.address
        if variable.offset is not None:
            return frame_address + variable.offset
        return evaluate(variable.expression, memory, frame_address)

    def record(self, name: str) -> Record | None:
        """The class called *name*, if the program's source defines it outside functions."""
        die = self._classes.get(name)
        found = None if die is None else self.types.record(die)
        return found if isinstance(found, Record) else None

    def library_records(self, prefix: str) -> list[Record]:
        """The C++ library's classes in the program whose name begins with *prefix*."""
        if self._library is None:
            self._library = [die for space in self._library_spaces for die in _classes_in(space, 0)]
        records = (self.types.record(die) for die in self._library if (name_of(die) or "").startswith(prefix))
        return [record for record in records if isinstance(record, Record)]

    @cached_property
    def globals(self) -> list[Variable]:
        """The static variables that are not inside a function, in the order of the source."""
        found = []
        for die in self._data:
            variable = self._variable(die, ())
            if variable is not None and variable.address is not None:
                found.append(variable)
        return sorted(found, key=lambda variable: variable.line)

    def _function(self, low: int, high: int, die: DIE) -> Function:
        variables: list[Variable] = []
        self._collect(die, ((low, high),), variables, 0)
        symbol = self._binary.function_at(low)
        name = demangled(symbol.name) if symbol is not None else None
        line = self._binary.lines.get(low) or attribute(die, "DW_AT_decl_line")
        return Function(low, high, name or name_of(die) or "?", line if isinstance(line, int) else 0, tuple(variables))

    def _scan(self, scope: DIE, prefix: str, depth: int) -> None:
        for die in scope.iter_children():
            if die.tag == "DW_TAG_subprogram":
                self._add_function(die, depth)
            elif die.tag == "DW_TAG_variable":
                if "DW_AT_location" in die.attributes and self._own(die):
                    self._data.append(die)
            elif die.tag == "DW_TAG_namespace" and name_of(die) in _LIBRARYS:
                self._library_spaces.append(die)
            elif die.tag == "DW_TAG_namespace" and depth < _DEEPEST_SCOPE:
                self._scan(die, f"{prefix}{name_of(die) or '(anonymous namespace)'}::", depth + 1)
            elif die.tag in _CLASSES and "DW_AT_declaration" not in die.attributes and self._own(die):
                self._classes[f"{prefix}{name_of(die)}"] = die

    def _add_function(self, die: DIE, depth: int) -> None:
        low = integer(die, "DW_AT_low_pc")
        if low is None or not self._own(die):
            return
        self._dies[low] = (_high(die, low), die)
        if die.has_children and depth < _DEEPEST_SCOPE:
            self._scan_inside(die, depth + 1)

    def _scan_inside(self, die: DIE, depth: int) -> None:
        """Functions inside functions: lambdas, and members of local classes."""
        for child in die.iter_children():
            if child.tag == "DW_TAG_subprogram":
                self._add_function(child, depth)
            if child.tag in _SCOPES and child.has_children and depth < _DEEPEST_SCOPE:
                self._scan_inside(child, depth + 1)

    def _own(self, die: DIE) -> bool:
        """Whether the program's source declares *die*; what the compiler makes up by itself is declared nowhere."""
        declared = attribute(die, "DW_AT_decl_file")
        return declared is None or declared in self._binary.own_files

    def _collect(self, scope: DIE, ranges: Ranges, into: list[Variable], depth: int) -> None:
        for die in scope.iter_children() if scope.has_children else ():
            if len(into) >= _MOST_VARIABLES:
                return
            if die.tag in ("DW_TAG_formal_parameter", "DW_TAG_variable"):
                variable = self._variable(die, ranges)
                if variable is not None:
                    into.append(variable)
            elif die.tag == "DW_TAG_lexical_block" and depth < _DEEPEST_SCOPE:
                self._collect(die, self._ranges(die) or ranges, into, depth + 1)

    def _variable(self, die: DIE, ranges: Ranges) -> Variable | None:
        """The variable; None for what the compiler made up (``__for_begin``, ``__PRETTY_FUNCTION__``)."""
        name, kind = name_of(die), self.types.of(die)
        if name is None or kind is None or name.startswith("__"):
            return None
        declared = attribute(die, "DW_AT_decl_line")
        line = declared if isinstance(declared, int) else 0
        if scope := _class_of(die):
            name = f"{scope}::{name}"
        location = die.attributes.get("DW_AT_location")
        if location is None:
            value = attribute(die, "DW_AT_const_value")
            return Variable(name, kind, ranges, line, value=value) if isinstance(value, int) else None
        if location.form != "DW_FORM_exprloc":
            return None
        expression = bytes(location.value)
        offset, address = frame_offset(expression), fixed_address(expression)
        return Variable(name, kind, ranges, line, offset=offset, address=address, expression=expression)

    def _ranges(self, die: DIE) -> Ranges:
        low = integer(die, "DW_AT_low_pc")
        if low is not None and "DW_AT_high_pc" in die.attributes:
            return ((low, _high(die, low)),)
        listed = die.attributes.get("DW_AT_ranges")
        lists = self._binary.dwarf.range_lists()
        if listed is None or lists is None:
            return ()
        return tuple(self._listed(lists.get_range_list_at_offset(listed.value, cu=self._binary.unit)))

    def _listed(self, entries: Sequence[object]) -> Iterator[tuple[int, int]]:
        base = integer(self._binary.unit.get_top_DIE(), "DW_AT_low_pc") or 0
        for entry in entries:
            if hasattr(entry, "base_address"):
                base = entry.base_address
            elif hasattr(entry, "begin_offset") and hasattr(entry, "end_offset"):
                shift = 0 if getattr(entry, "is_absolute", False) else base
                yield shift + entry.begin_offset, shift + entry.end_offset


def _classes_in(space: DIE, depth: int) -> Iterator[DIE]:
    for die in space.iter_children() if space.has_children else ():
        if die.tag in _CLASSES and "DW_AT_declaration" not in die.attributes:
            yield die
        elif die.tag == "DW_TAG_namespace" and depth < _DEEPEST_SCOPE:
            yield from _classes_in(die, depth + 1)


def _high(die: DIE, low: int) -> int:
    high = die.attributes.get("DW_AT_high_pc")
    if high is None or not isinstance(high.value, int):
        return low
    return high.value if high.form == "DW_FORM_addr" else low + high.value


def _class_of(die: DIE) -> str | None:
    """The class that a static member belongs to."""
    for declaration in chain(die):
        if declaration is not die:
            parent = declaration.get_parent()
            if parent is not None and parent.tag in ("DW_TAG_class_type", "DW_TAG_structure_type"):
                return name_of(parent)
    return None


@cache
def _demangler() -> ctypes.CDLL | None:
    """The C++ runtime, which is on any machine that g++ is on."""
    try:
        library = ctypes.CDLL("libstdc++.so.6")
        library.__cxa_demangle.restype = ctypes.c_void_p
    except (OSError, AttributeError):
        return None
    return library


def demangled(name: str) -> str:
    """*name* as it was written; as it is, if it is no C++ name."""
    library = _demangler()
    if library is None or not name.startswith("_Z") or len(name) > 4096:
        return name
    status = ctypes.c_int(0)
    pointer = library.__cxa_demangle(name.encode(), None, None, ctypes.byref(status))
    if not pointer:
        return name
    text = ctypes.string_at(pointer).decode(errors="replace").replace("[abi:cxx11]", "")
    ctypes.CDLL(None).free(ctypes.c_void_p(pointer))
    return text
