"""Where `terraform fmt` breaks, indents and aligns; kept so that what is written needs no formatting."""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDTH = 96
INDENT = "  "
HEREDOC = re.compile(r"<<-?EOT$")


def needs_lines(pieces: Sequence[str]) -> bool:
    """Is any piece several lines, or all of them too long for one?"""
    return any("\n" in p for p in pieces) or sum(len(p) + 2 for p in pieces) > WIDTH


def enclose(opening: str, items: Sequence[str], closing: str, *, trailing_comma: bool = False) -> str:
    """Put *items* between brackets: on one line if short, else one a line.

    A last item that is itself bracketed shares the brackets' lines: ``merge(var.tags, {`` … ``})``.
    """
    line = opening + ", ".join(items) + closing
    if not items or not needs_lines([line]):
        return line
    *first, last = items
    opens = last.split("\n", 1)[0]
    if "\n" in last and opens[-1:] in "{[(" and not needs_lines([opening, *first]):
        return line
    ends = [","] * (len(items) - 1) + ["," if trailing_comma else ""]
    body = "".join(indent(item, INDENT) + end + "\n" for item, end in zip(items, ends, strict=True))
    return f"{opening}\n{body}{closing}"


def stacked(opening: str, parts: Sequence[str], closing: str) -> str | None:
    """Put each part on lines of its own between brackets, if two of them have several lines; else return None.

    Side by side they would meet as ``} : {``, a line that `terraform fmt` indents in a way of its own.
    """
    if sum("\n" in part for part in parts) < 2:
        return None
    return opening + "\n" + "".join(indent(part, INDENT) + "\n" for part in parts) + closing


def indent(text: str, by: str) -> str:
    """Indent every line of *text* that is not empty."""
    return "\n".join(by + line if line else line for line in text.split("\n"))


def assignments(pairs: Sequence[tuple[str, str]], by: str) -> str:
    """Write ``name = value`` lines, the ``=`` of neighbouring one-line values in one column."""
    out: list[str] = []
    run: list[tuple[str, str]] = []

    def flush() -> None:
        width = max((len(name) for name, _ in run), default=0)
        out.extend(indent(f"{name.ljust(width)} = {value}", by) + "\n" for name, value in run)
        run.clear()

    for name, value in pairs:
        first = value.split("\n", 1)[0]
        opens_brackets = first != value and not HEREDOC.match(first)
        if opens_brackets:
            flush()
            out.append(indent(f"{name} = {value}", by) + "\n")
            continue
        run.append((name, value))
        if first != value:
            flush()
    flush()
    return "".join(out)
