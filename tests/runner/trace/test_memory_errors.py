"""Errors that only memcheck finds: the trace ends at the step in which each happened."""

from __future__ import annotations

import pytest

from runner.identity import SLOT_UIDS
from runner.launcher import launcher
from runner.trace import memcheck
from runner.trace.memcheck import _words
from runner.trace.program import Program
from tests.runner.trace.reading import Reading
from tests.runner.trace.recording import LIMITS, compiled, traced
from tests.tools import needs

pytestmark = needs("valgrind")


@pytest.mark.parametrize(
    ("name", "code", "line", "local", "message"),
    [
        (
            "read behind a block, in a loop",
            (
                "int main() {\n"
                "    int *p = new int[3]{1, 2, 3}, s = 0;\n"
                "    for (int i = 0; i <= 3; i++)\n"
                "        s += p[i];\n"
                "    return 0;\n}"
            ),
            4,
            "i=3",
            "Invalid read of size 4. It is 0 bytes after a block of size 12 alloc'd.",
        ),
        (
            "read after free",
            "int main() {\n    int *p = new int(5);\n    delete p;\n    int n = *p;\n    return 0;\n}",
            4,
            "n=?",
            "Invalid read of size 4. It is 0 bytes inside a block of size 4 free'd.",
        ),
        (
            "decision on what is uninitialised",
            (
                "int main() {\n    int x, n = 0;\n    for (int i = 0; i < 2; i++) n++;\n"
                "    if (x > 3)\n        n = 1;\n    return 0;\n}"
            ),
            4,
            "n=2",
            "Conditional jump or move depends on uninitialised value(s).",
        ),
        (
            "decision on it in the second round of a loop",
            (
                "int main() {\n    int v[2], n = 0;\n    v[0] = 1;\n    for (int i = 0; i < 2; i++)\n"
                "        if (v[i] > 0)\n            n++;\n    return 0;\n}"
            ),
            5,
            "i=1",
            "Conditional jump or move depends on uninitialised value(s).",
        ),
    ],
)
def test_error_ends_the_trace_at_its_step(name: str, code: str, line: int, local: str, message: str) -> None:
    reading = Reading(traced(code, memcheck=True))
    assert reading.message == message, name
    last = reading.line(len(reading.steps) - 1)
    assert last.startswith(f"exception {line} main 1: ")
    assert local in last.split()
    assert reading.steps[0]["event"] == "call", "the steps before are kept"


def test_error_in_a_function_is_shown_with_its_callers() -> None:
    code = "int get(int *p) {\n    return p[2];\n}\nint main() {\n    int *p = new int[2]();\n    return get(p);\n}"
    reading = Reading(traced(code, memcheck=True))
    assert reading.line(len(reading.steps) - 1).startswith("exception 2 get 2:")


def test_program_without_errors_returns() -> None:
    reading = Reading(traced("int main() {\n    int *p = new int(1);\n    delete p;\n    return 0;\n}", memcheck=True))
    assert (reading.steps[-1]["event"], reading.message) == ("return", "")


def test_what_is_not_freed_is_no_error() -> None:
    code = "int main() {\n    int *p = new int(1);\n    p = nullptr;\n    return 0;\n}"
    reading = Reading(traced(code, memcheck=True))
    assert (reading.steps[-1]["event"], reading.message) == ("return", "")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("--no-such-option",), "unavailable"),
        ((), "clean"),
    ],
)
def test_a_valgrind_that_did_not_run_certifies_nothing(
    words: tuple[str, ...], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memcheck, "_words", lambda valgrind: (*_words(valgrind)[:-1], *words, "./main"))
    program = Program(compiled("int main() {}", "main.cpp"), "main.cpp", "", b"", LIMITS, True)
    assert memcheck.check(program, launcher(), SLOT_UIDS).state == state


def test_a_program_that_aborts_was_checked_to_its_end() -> None:
    code = "#include <cstdlib>\nint main() { abort(); }"
    program = Program(compiled(code, "main.cpp"), "main.cpp", "", b"", LIMITS, True)
    assert memcheck.check(program, launcher(), SLOT_UIDS).state == "clean"
