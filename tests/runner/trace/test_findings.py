"""Which step memcheck's finding belongs to."""

from __future__ import annotations

import pytest

from runner.trace.findings import Finding, Moment, locate

_MAIN, _HELPER = 100, 200
_UNKNOWN = '["C_DATA","0x1","int","<UNINITIALIZED>"]'


def _moment(line: int, unknown: int = 0, *, call: bool = False, helper: int | None = None) -> Moment:
    """A step in main, or with *helper* in a function that main calls from *line*."""
    places = ((_MAIN, line),) if helper is None else ((_HELPER, helper), (_MAIN, line))
    return Moment(call, places, 1000 if helper is None else 900, _UNKNOWN * unknown, "")


def _finding(*places: tuple[int, int], kind: str = "InvalidRead") -> Finding:
    return Finding(kind, "text", places)


def test_step_after_which_something_is_unknown_is_it() -> None:
    moments = [_moment(3), _moment(4), _moment(3), _moment(4), _moment(3, unknown=1), _moment(4, unknown=1)]
    assert locate(_finding((_MAIN, 4)), moments, None, complete=True) == 3


def test_what_a_called_function_does_not_know_does_not_count() -> None:
    moments = [_moment(4), _moment(4, unknown=2, helper=9), _moment(4), _moment(5, unknown=1)]
    assert locate(_finding((_MAIN, 4)), moments, None, complete=True) == 2


def test_first_step_of_the_line_is_it_without_evidence() -> None:
    assert locate(_finding((_MAIN, 4)), [_moment(3), _moment(4), _moment(4)], None, complete=True) == 1


def test_nothing_is_guessed_where_the_trace_was_cut() -> None:
    assert locate(_finding((_MAIN, 4)), [_moment(3), _moment(4), _moment(4)], None, complete=False) is None


def test_callers_must_be_the_same() -> None:
    moments = [_moment(7, helper=2), _moment(8, helper=2)]
    assert locate(_finding((_HELPER, 2), (_MAIN, 8)), moments, None, complete=True) == 1
    assert locate(_finding((_HELPER, 2), (_MAIN, 9)), moments, None, complete=True) is None


@pytest.mark.parametrize(("kind", "expected"), [("UninitCondition", 2), ("InvalidRead", 0)])
def test_step_where_the_runs_part_is_that_of_an_unknown_decision(kind: str, expected: int) -> None:
    moments = [_moment(4), _moment(5), _moment(4), _moment(6)]
    assert locate(_finding((_MAIN, 4), kind=kind), moments, 2, complete=True) == expected


def test_a_call_is_no_statement() -> None:
    assert locate(_finding((_MAIN, 4)), [_moment(4, call=True), _moment(4)], None, complete=True) == 1
