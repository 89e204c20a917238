"""The last event of a trace, and what it says."""

from __future__ import annotations

import pytest

from runner.trace.endings import explain
from runner.trace.errors import TraceError
from runner.trace.log import End, Ending, Fatal
from runner.trace.memory import STACK_BASE

_FATAL = End(Ending.FATAL, 11)


@pytest.mark.parametrize(
    ("end", "fatal", "status", "errors", "event", "message"),
    [
        (End(Ending.RETURNED, 0), None, 0, "", "return", None),
        (End(Ending.EXITED, 3), None, 768, "", "return", None),
        (End(Ending.STEPS, 9), None, 0, "", "instruction_limit_reached", "Stopped after too many steps"),
        (
            End(Ending.BYTES, 0),
            None,
            0,
            "",
            "instruction_limit_reached",
            "Stopped, because the trace has become too large",
        ),
        (End(Ending.TIME, 0), None, 0, "", "instruction_limit_reached", "Stopped, because the program ran too long"),
        (None, None, 9, "", "exception", "The program was ended by a signal: Killed."),
        (None, None, None, "", "exception", "The recording ends here"),
        (End(Ending.UNKNOWN, 0), None, 0, "", "exception", "The recording ends here"),
        (_FATAL, None, 0, "", "exception", "Segmentation fault: the stack was overwritten."),
        (_FATAL, Fatal(11, 8), 0, "", "exception", "Segmentation fault: there is no memory at address 0x8, a null"),
        (
            _FATAL,
            Fatal(11, 1 << 50),
            0,
            "",
            "exception",
            "Segmentation fault: there is no memory at address 0x4000000000000.",
        ),
        (_FATAL, Fatal(11, STACK_BASE - 8), 0, "", "exception", "Stack overflow"),
        (_FATAL, Fatal(8, 0), 0, "", "exception", "Arithmetic error"),
        (_FATAL, Fatal(1002, 64), 0, "", "exception", "Double free: this block has been freed before (0x40)."),
        (_FATAL, Fatal(1006, 2**64 - 1), 0, "", "exception", "Index -1 is out of bounds for type int [3]."),
        (_FATAL, Fatal(6, 0), 0, "x\nprogram: what went wrong\n", "exception", "Aborted: program: what went wrong"),
        (_FATAL, Fatal(6, 0), 0, "", "exception", "Aborted."),
        (
            _FATAL,
            Fatal(6, 0),
            0,
            "terminate called after throwing an instance of 'std::out_of_range'\n  what():  far out\n",
            "uncaughtException",
            "Uncaught exception std::out_of_range: far out",
        ),
        (
            _FATAL,
            Fatal(6, 0),
            0,
            "terminate called after throwing an instance of 'int'\n",
            "uncaughtException",
            "Uncaught exception int",
        ),
    ],
)
def test_end_is_explained(
    end: End | None, fatal: Fatal | None, status: int | None, errors: str, event: str, message: str | None
) -> None:
    found, said = explain(end, fatal, b"'int [3]'", status, errors)
    assert found == event
    assert said is None if message is None else str(said).startswith(message)


def test_threads_have_no_trace() -> None:
    with pytest.raises(TraceError, match="threads"):
        explain(End(Ending.THREADS, 0), None, b"", 0, "")
