"""Traces as short text, one line a step, so that people can write down what they expect.

    step 5 main 1: n=3 p=&n q=h1 | h1=[1,?] ; counter=2

is: event, line, function, depth; the locals of the innermost function; then, where it matters, blocks of the heap and
globals. ``?`` is uninitialised, ``null`` a null pointer, ``&n`` a pointer to the variable n; h1, h2, … are blocks in
the order in which they appear in the trace.
"""

from __future__ import annotations

import json
import re
from typing import Any

_EVENTS = {"stepLine": "step", "instruction_limit_reached": "limit"}


class Reading:
    """Reads one ProgramTrace."""

    def __init__(self, trace: dict[str, Any]) -> None:
        self.steps: list[dict[str, Any]] = trace["trace"]
        self._blocks: dict[str, str] = {}
        for step in self.steps:
            for address in step["heap"]:
                if int(address, 16) >= 1 << 40:
                    self._blocks.setdefault(address, f"h{len(self._blocks) + 1}")

    @property
    def message(self) -> str:
        """What the last step says."""
        return str(self.steps[-1].get("exceptionMsg", ""))

    def line(self, index: int) -> str:
        """The step *index* with all locals, blocks and globals."""
        step = self.steps[index]
        frame = step["stackToRender"][-1]
        places = self._places(step)
        local = _named(frame["orderedVarNames"], frame["encodedLocals"], step, places)
        heap = {name: step["heap"][address] for address, name in self._blocks.items() if address in step["heap"]}
        blocks = [f"{name}={shown(value, step, places)}" for name, value in heap.items()]
        static = _named(step["orderedGlobals"], step["globals"], step, places)
        event = _EVENTS.get(step["event"], step["event"])
        text = f"{event} {step['line']} {_short(step['funcName'])} {len(step['stackToRender'])}:"
        for mark, part in (("", local), (" |", blocks), (" ;", static)):
            if part:
                text += f"{mark} {' '.join(part)}"
        return text

    def _places(self, step: dict[str, Any]) -> dict[str, str]:
        """Address → what is there, by the name that a program would use."""
        places: dict[str, str] = {}
        for frame in reversed(step["stackToRender"]):
            for name, value in frame["encodedLocals"].items():
                _place(value, f"&{_plain(name)}", places)
        for name, value in step["globals"].items():
            _place(value, f"&{_plain(name)}", places)
        for address, name in self._blocks.items():
            if address in step["heap"]:
                _place(step["heap"][address], name, places)
        return places


def shown(value: Any, step: dict[str, Any], places: dict[str, str]) -> str:
    """An encoded value as short text."""
    match value:
        case ["C_DATA", _, ("pointer" | "ref"), str(address)] if address.startswith("0x"):
            return _target(address, step, places)
        case ["C_DATA", _, _, "<UNINITIALIZED>"]:
            return "?"
        case ["C_DATA", _, _, "<UNALLOCATED>"]:
            return "-"
        case ["C_DATA", _, _, content]:
            return content.replace(" ", "_") if isinstance(content, str) else json.dumps(content)
        case ["C_STRUCT", _, "string", *_]:
            return _string(value, step)
        case ["C_STRUCT", _, _, *members]:
            return "{" + ",".join(f"{name}:{shown(inner, step, places)}" for name, inner in members) + "}"
        case ["C_ARRAY", _, *elements]:
            return "[" + ",".join(shown(element, step, places) for element in elements) + "]"
        case ["C_MULTIDIMENSIONAL_ARRAY", _, dimensions, *elements]:
            inside = ",".join(shown(element, step, places) for element in elements)
            return f"[{'x'.join(map(str, dimensions))}:{inside}]"
    return "null!"


def _target(address: str, step: dict[str, Any], places: dict[str, str]) -> str:
    if address == "0x0":
        return "null"
    if address in places:
        return places[address]
    if address in step["heap"]:  # constant text
        return '"' + "".join(character[3] for character in step["heap"][address][2:]).removesuffix("\\0") + '"'
    return "elsewhere"


def _string(value: list[Any], step: dict[str, Any]) -> str:
    """A std::string, found as See++ finds it: its pointer leads to the heap, or else it is in its local buffer."""
    members = dict(value[3:])
    pointer = dict(members["_M_dataplus"][3:])["_M_p"][3]
    if pointer == "<UNINITIALIZED>":
        return "?"
    local = dict(members["<anon_field>"][3:])["_M_local_buf"]
    characters = step["heap"][pointer][2:] if pointer in step["heap"] else local[2:]
    text = "".join(character[3] for character in characters)
    return '"' + text.partition("\\0")[0].replace(" ", "_") + '"'


def _place(value: Any, name: str, places: dict[str, str]) -> None:
    places.setdefault(value[1], name)
    if value[0] == "C_STRUCT":
        for member, inner in value[3:]:
            _place(inner, f"{name}.{member}", places)
    elif value[0] == "C_ARRAY":
        for index, inner in enumerate(value[2:]):
            _place(inner, f"{name}[{index}]", places)


def _named(names: list[str], values: dict[str, Any], step: dict[str, Any], places: dict[str, str]) -> list[str]:
    return [f"{_plain(name)}={shown(values[name], step, places)}" for name in names]


def _plain(name: str) -> str:
    return name.partition(" (static")[0].replace(" ", "_")


def _short(function: str) -> str:
    """Without parameters and result: ``int larger<int>(int, int)`` is ``larger<int>``."""
    if "{lambda" in function:
        return "lambda"
    name = re.sub(r"\(.*", "", function.replace("(anonymous namespace)::", ""))
    return re.sub(r"<.*", "", name).rpartition(" ")[2]
