"""Values of a trace as text, as a programmer would write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

UNINITIALIZED = "<UNINITIALIZED>"
Encoded = Sequence[Any]
"""``["C_DATA", address, type, value]`` and its like: docs/trace.md."""


def as_text(value: Encoded, *, elements: int = 16) -> str:
    """*value* in one line, of each array at most *elements*. ValueError if it is none of the encodings."""
    match value:
        case ["C_DATA", _, kind, data]:
            return _data(kind, data)
        case ["C_STRUCT", _, name, *members]:
            # A structure around nothing but another one (the library's are nested so) is shown as that.
            while len(members) == 1 and members[0][1][0] == "C_STRUCT":
                members = members[0][1][3:]
            return f"{name} {{{', '.join(f'{member}: {as_text(of, elements=elements)}' for member, of in members)}}}"
        case ["C_ARRAY", _, *items]:
            return _array(items, elements)
        case ["C_MULTIDIMENSIONAL_ARRAY", _, sizes, *items]:
            return _rows(sizes, items, elements)
    raise ValueError(f"no value of a trace: {value!r}")


def _data(kind: str, data: Any) -> str:
    if data == UNINITIALIZED:
        return "?"
    if kind in ("pointer", "ref"):
        return "null" if data == "0x0" else f"→ {data}"
    return f"'{data}'" if kind == "char" else str(data)


def _array(items: Sequence[Encoded], elements: int) -> str:
    if items and all(item[0] == "C_DATA" and item[2] == "char" for item in items):
        return _characters([item[3] for item in items])
    shown = [as_text(item, elements=elements) for item in items[:elements]]
    return f"[{', '.join([*shown, '…'] if len(items) > elements else shown)}]"


def _characters(values: Sequence[str]) -> str:
    """A string, and how many characters at its end were never written."""
    written = list(values)
    while written and written[-1] == UNINITIALIZED:
        written.pop()
    text = "".join("\ufffd" if value == UNINITIALIZED else value for value in written)
    parts = ([f'"{text}"'] if written else []) + (
        [f"? x {len(values) - len(written)}"] if len(written) < len(values) else []
    )
    return " ".join(parts)


def _rows(sizes: Sequence[int], items: Sequence[Encoded], elements: int) -> str:
    if len(sizes) < 2:
        return _array(items, elements)
    # Of an array that is cut there are fewer values than its sizes say.
    row = 1
    for size in sizes[1:]:
        row *= size
    rows = [items[at : at + row] for at in range(0, len(items), row)]
    shown = [_rows(sizes[1:], of, elements) for of in rows[:elements]]
    return f"[{', '.join([*shown, '…'] if len(rows) > elements else shown)}]"
