"""The corpus: programs with the trace that each must have, written at its end (see reading.py for the notation).

call 4 main 1: n=?              every local, in the order of the source
step 5 main 1: ... n=3          at least these
step 6 main 1: p=h1 | h1=[3]    and at least these blocks of the heap
step 7 main 1: n=3 ; g=1        and at least these globals
! text                          the last step's message begins so
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.runner.trace.reading import Reading
from tests.runner.trace.recording import PROGRAMS, traced

_MARK = "\n/* trace\n"
_STDIN = re.compile(r"// stdin: (.*)")


def _programs() -> list[Path]:
    return sorted(path for path in PROGRAMS.iterdir() if path.suffix in (".c", ".cpp"))


def test_corpus_is_as_large_as_it_is_said_to_be() -> None:
    assert len(_programs()) >= 60


@pytest.mark.parametrize("path", _programs(), ids=lambda path: path.name)
def test_program_has_the_trace_written_under_it(path: Path) -> None:
    code, _, expected = path.read_text().partition(_MARK)
    stdin = _STDIN.search(code)
    reading = Reading(traced(code + "\n", path.name, stdin[1] if stdin else ""))
    wanted = expected.removesuffix("*/\n").splitlines()
    assert wanted, f"{path.name} has no trace written under it"
    message = wanted.pop().removeprefix("! ") if wanted[-1].startswith("! ") else ""
    lines = [reading.line(index) for index in range(len(reading.steps))]
    shown = [want if _matches(line, want) else line for line, want in zip(lines, wanted, strict=False)] + lines[
        len(wanted) :
    ]
    assert shown == wanted
    assert reading.message.startswith(message)
    assert bool(reading.message) == bool(message)


def _matches(line: str, wanted: str) -> bool:
    (head, local, blocks, static), (head_, local_, blocks_, static_) = _parts(line), _parts(wanted)
    if head != head_ or not (set(blocks_) <= set(blocks) and set(static_) <= set(static)):
        return False
    return set(local_[1:]) <= set(local) if local_[:1] == ["..."] else local == local_


def _parts(line: str) -> tuple[str, list[str], list[str], list[str]]:
    line, _, static = line.partition(" ; ")
    line, _, blocks = line.partition(" | ")
    head, _, local = line.partition(":")
    while local and local[0] not in " ":  # a name with colons, such as Box::Box
        more, _, local = local.partition(":")
        head = f"{head}:{more}"
    return head, local.split(), blocks.split(), static.split()
