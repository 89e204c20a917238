"""What memcheck found, and at which step of the trace it was.

Memcheck names the place in the source, not the moment: a line in a loop is many steps. Which of them it was shows in
the two runs with different fills: what is read out of bounds, after a free or before a write makes something
uninitialised, and a decision on it sends the two runs different ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from runner.trace.symbols import Symbols
from runner.trace.values import UNINITIALIZED

_MOST_FRAMES, _LONGEST = 64, 400


@dataclass(frozen=True)
class Finding:
    """An error: *text* says which; *places* are (function's address, line) in the program's own source, innermost
    first."""

    kind: str
    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Moment:
    """A step as far as it matters here: the *places* of its frames, the *addresses* of these, innermost first, and its
    JSON, innermost frame's apart."""

    is_call: bool
    places: tuple[tuple[int, int], ...]
    address: int
    local: str
    shared: str


def first_finding(report: bytes, symbols: Symbols) -> Finding | None:
    """The first error in memcheck's XML; None if there is none in the program's own source. The report may end
    anywhere: its program was ended."""
    begin, end = report.find(b"<error>"), report.find(b"</error>")
    try:
        return None if begin < 0 else _finding(ElementTree.fromstring(report[begin : end + len(b"</error>")]), symbols)
    except (ElementTree.ParseError, ValueError):
        return None


def locate(finding: Finding, moments: Sequence[Moment], diverged_after: int | None, complete: bool) -> int | None:
    """The step at which *finding* happened: the index of its moment; None if that is not among *moments*.

    *diverged_after* is the last step before the two runs went different ways. Unless the trace is *complete*, the
    finding may also lie behind its end; then only evidence counts.
    """
    fitting = [i for i, moment in enumerate(moments) if not moment.is_call and moment.places == finding.places]
    if diverged_after in fitting and finding.kind.startswith("Uninit"):
        return diverged_after
    for index in fitting:
        if _spoils(moments, index):
            return index
    return fitting[0] if fitting and complete else None


def _spoils(moments: Sequence[Moment], index: int) -> bool:
    """Whether something became uninitialised in the statement that step *index* stands before."""
    before = moments[index]
    for after in moments[index + 1 :]:
        if after.address == before.address:
            return _count(after) > _count(before)
        if after.address > before.address:  # it returned
            return False
    return False


def _count(moment: Moment) -> int:
    return moment.local.count(UNINITIALIZED) + moment.shared.count(UNINITIALIZED)


def _finding(error: ElementTree.Element, symbols: Symbols) -> Finding | None:
    stack = error.find("stack")
    what = error.findtext("what") or error.findtext("xwhat/text") or "Memory error"
    about = error.findtext("auxwhat") or ""
    places = []
    for index, frame in enumerate([] if stack is None else stack.findall("frame")[:_MOST_FRAMES]):
        address = int(frame.findtext("ip") or "0", 16) - (1 if index else 0)  # callers' are return addresses
        function = symbols.function_at(address)
        if function is not None:
            places.append((function.low, symbols.line_at(address, function)))
    kind = error.findtext("kind") or ""
    if not places or kind.startswith("Leak_"):
        return None
    return Finding(kind, _sentence(what, about), tuple(places))


def _sentence(what: str, about: str) -> str:
    """Memcheck's words; its own addresses mean nothing beside the trace's."""
    words = about.split(" ")
    if len(words) > 2 and words[0] == "Address":
        about = " ".join(("It", *words[2:]))
    return (f"{what}. {about}" if about else what)[:_LONGEST].rstrip(". ") + "."
