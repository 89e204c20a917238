"""Keys lead through a trace, and a pipe gets it as a list."""

from __future__ import annotations

import pytest

from generator.traces import Steps, listing
from tests.unit.traces.examples import TRACE


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["\x1b[C"], 1),
        (["n", " ", "\r"], 3),
        (["n"] * 9, 3),
        (["n", "\x1b[D", "p"], 0),
        (["\x1b[F"], 3),
        (["G", "g"], 0),
        (["n", "x", "\x1b[A"], 1),
    ],
)
def test_keys_lead_through_the_steps_and_not_beyond(keys: list[str], at: int) -> None:
    steps = Steps(TRACE)
    assert all(steps.press(key) for key in keys)
    assert steps.at == at


@pytest.mark.parametrize("key", ["q", "\x1b"])
def test_q_and_escape_end_it(key: str) -> None:
    assert not Steps(TRACE).press(key)


def test_the_list_has_each_step_and_what_changed_before_it() -> None:
    assert list(listing(Steps(TRACE))) == [
        "   1  line 4  call in main",
        "      main.p = ?",
        "   2  line 5  stepLine in main",
        "   3  line 1  call in twice",
        "      twice.n = 4",
        "   4  line 6  return in main",
        "      main.p = → 0x100",
    ]


def test_an_exception_is_told() -> None:
    last = {**TRACE["trace"][-1], "event": "exception", "exceptionMsg": "Invalid read of size 4"}
    (line, *_) = listing(Steps({**TRACE, "trace": [last]}))
    assert line == "   1  line 6  exception in main: Invalid read of size 4"
