"""One step's frames, globals and heap, as the JSON text of a ProgramTrace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain

from runner.trace.binary import Binary
from runner.trace.dynamic import DynamicTypes
from runner.trace.heap import Heap
from runner.trace.memory import Memory
from runner.trace.symbols import Function, Symbols, Variable
from runner.trace.types import Array, Pointer, Record, Type
from runner.trace.values import LARGE, Encoded, Values

# Between a frame's address and the frame pointer that points into it: the return address and the caller's pointer.
FRAME_POINTER_OFFSET = 16


@dataclass(frozen=True, slots=True)
class ActiveFrame:
    """A function's activation: where it stands, and its frame's address."""

    function: Function
    pc: int
    address: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a frame shows while its function stands at certain places: variables *inside* it as (JSON name, type,
    offset from *low*), and *others*; *names* as a JSON array, in the order of the source."""

    names: str
    low: int
    high: int
    inside: list[tuple[str, Type, int]]
    others: list[tuple[str, Variable]]


class Renderer:
    """Renders the program's state as it is in *memory* at the moment."""

    def __init__(self, binary: Binary, symbols: Symbols, memory: Memory) -> None:
        self._symbols, self._memory = symbols, memory
        self._values = Values(memory)
        self._heap = Heap(memory, self._values, DynamicTypes(binary, symbols))
        self._plans: dict[tuple[int, int], _Plan] = {}
        self._frames: dict[tuple[int, int, bytes, bytes], Encoded] = {}
        self._globals = [(json.dumps(variable.name), variable) for variable in symbols.globals]
        self.ordered_globals = json.dumps([variable.name for variable in symbols.globals], separators=(",", ":"))

    def state(self, frames: list[ActiveFrame]) -> tuple[list[str], str, str]:
        """The locals of each of *frames*, from which the caller makes the frames' JSON; the globals; the heap."""
        local, found = [], []
        for frame in frames:
            text, pointers = self._frame(frame)
            local.append(text)
            found.append(pointers)
        named = [(name, *self._variable(variable, 0)) for name, variable in self._globals]
        text = ",".join(f"{name}:{value}" for name, value, _ in named)
        heap = self._heap.reached(chain(*(pointers for _, _, pointers in named), *found))
        return local, text, heap

    def _frame(self, frame: ActiveFrame) -> Encoded:
        plan = self._plans.get((frame.function.low, frame.pc))
        if plan is None:
            plan = self._plans[frame.function.low, frame.pc] = _plan(frame)
        text, pointers = self._inside(plan, frame.address)
        for name, variable in plan.others:
            value, more = self._variable(variable, frame.address)
            text = f"{text},{name}:{value}" if text else f"{name}:{value}"
            pointers += more
        return f'"orderedVarNames":{plan.names},"encodedLocals":{{{text}}}', pointers

    def _inside(self, plan: _Plan, address: int) -> Encoded:
        got = self._memory.read(address + plan.low, plan.high - plan.low) if plan.inside else None
        if got is None:
            return "", ()
        key = (id(plan), address, *got)
        known = self._frames.get(key)
        if known is None:
            known = self._frames[key] = self._values.between(plan.inside, address + plan.low, *got)
        return known

    def _variable(self, variable: Variable, frame_address: int) -> Encoded:
        if variable.value is not None:
            content = (variable.value & 2**64 - 1).to_bytes(8, "little")
            return self._values.between([('""', variable.type, 0)], 0, content, content)[0].removeprefix('"":'), ()
        where = self._symbols.address_of(variable, self._memory, frame_address)
        return ("null", ()) if where is None else self._values.at(where, variable.type, frame_address)


def _plan(frame: ActiveFrame) -> _Plan:
    named = _named([v for v in frame.function.variables if v.visible_at(frame.pc)])
    inside = [(name, v) for name, v in named if v.offset is not None and _plain(v.type)]
    others = [(json.dumps(name), v) for name, v in named if v.offset is None or not _plain(v.type)]
    low = min((v.offset or 0 for _, v in inside), default=0)
    high = max(((v.offset or 0) + v.type.size for _, v in inside), default=0)
    return _Plan(
        names=json.dumps([name for name, _ in named], separators=(",", ":")),
        low=low,
        high=high,
        inside=[(json.dumps(name), v.type, (v.offset or 0) - low) for name, v in inside],
        others=others,
    )


def _named(variables: list[Variable]) -> list[tuple[str, Variable]]:
    """Each with a name of its own: one that another hides is told apart by its line."""
    named: dict[str, Variable] = {}
    for variable in variables:
        name = variable.name if variable.address is None else f"{variable.name} (static 0x{variable.address:X})"
        hidden = named.pop(name, None)
        if hidden is not None:
            named[f"{name} (line {hidden.line})"] = hidden
        named[name] = variable
    return list(named.items())


def _plain(kind: Type) -> bool:
    """Whether the value depends on nothing but its own bytes, and these are few enough to compare at each step."""
    if kind.size > LARGE:
        return False
    match kind:
        case Array():
            return kind.size > 0 and _plain(kind.element)
        case Record():
            return not kind.virtual
        case Pointer():
            return True
    return kind.size > 0
