"""The tracing benchmark judges what it measured, and measures what it says."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from benchmarks.tracing import IOSTREAM, PROGRAMS, THOUSAND, Measured, claims, measure, table
from runner.trace.service import service

_GOOD = Measured(
    name=IOSTREAM, steps=30, plain=0.3, traced=0.5, checked=0.8, cold=0.7, trace=0.1, memcheck=0.4, gdb=1.0
)
_LONG = replace(_GOOD, name=THOUSAND, steps=1000, trace=0.3, gdb=9.0)


def _binding(*programs: Measured) -> dict[str, bool]:
    return {claim.what: claim.holds for claim in claims(programs) if claim.binding}


def test_good_measurements_hold() -> None:
    assert all(_binding(_GOOD, _LONG).values())
    assert len(_binding(_GOOD, _LONG)) == 3


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"traced": 0.61}, "iostream, of a plain run"),
        ({"checked": 0.91}, "iostream with memcheck, of a plain run"),
        ({"gdb": 0.1}, "record and decode, of stepping with gdb"),
    ],
)
def test_slower_than_claimed_fails(changed: dict[str, float], claim: str) -> None:
    slow = replace(_GOOD, **changed)  # type: ignore[arg-type]
    assert not _binding(slow, replace(_LONG, gdb=changed.get("gdb", 9.0)))[claim]
    assert "FAILS" in table([slow, replace(_LONG, gdb=changed.get("gdb", 9.0))])


def test_without_gdb_the_rest_is_judged() -> None:
    programs = [replace(_GOOD, gdb=None), replace(_LONG, gdb=None)]
    assert len(_binding(*programs)) == 2
    assert "-" in table(programs)


def test_times_of_the_machine_are_shown_and_not_judged() -> None:
    slow = replace(_LONG, trace=2.0, gdb=9.0)
    assert all(_binding(_GOOD, slow).values())


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_a_program_is_measured_on_every_side() -> None:
    try:
        measured = measure(PROGRAMS / "linked_list.cpp", 1)
    finally:
        service().close()
    assert measured.steps > 20
    assert min(measured.plain, measured.traced, measured.checked, measured.cold, measured.trace, measured.memcheck) > 0
    assert measured.gdb is None or measured.gdb > 0
