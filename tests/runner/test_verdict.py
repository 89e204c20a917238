"""Which limit a stage's end is put down to."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from runner.capture import Capture
from runner.contract import RUN_LIMITS, Result, Status
from runner.stage import Outcome
from runner.verdict import after_running


def ended_by(number: int, cpu: float) -> Result:
    """The verdict on a program that *number* ended after *cpu* seconds, of ten that it had."""
    limits = replace(RUN_LIMITS, cpu_seconds=10)
    outcome = Outcome(None, number, None, Capture(100), Capture(100), cpu, cpu, 0, ())
    return after_running(Result(Status.OK, run_limits=limits), outcome)


@pytest.mark.parametrize(
    ("number", "cpu", "status"),
    [
        (signal.SIGXCPU, 10.0, Status.TIME_LIMIT),
        (signal.SIGXCPU, 7.0, Status.TIME_LIMIT),  # sent by the kernel before the measurement reached the limit
        (signal.SIGXCPU, 1.0, Status.SIGNAL),  # raised by the program itself
        (signal.SIGKILL, 9.95, Status.TIME_LIMIT),
        (signal.SIGKILL, 7.0, Status.SIGNAL),
        (signal.SIGSEGV, 10.0, Status.SIGNAL),
    ],
)
def test_a_signal_is_put_down_to_the_cpu_limit_when_the_time_fits(number: int, cpu: float, status: Status) -> None:
    result = ended_by(number, cpu)
    assert result.status is status
    assert (result.limit is not None) == (status is Status.TIME_LIMIT)


@pytest.mark.parametrize("encoding", ["utf-8", "base64"])
def test_a_refused_allocation_is_seen_whatever_the_encoding_of_the_output(encoding: str) -> None:
    errors = Capture(1000, encoding)
    errors.feed(b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    outcome = Outcome(None, signal.SIGABRT, None, Capture(100), errors, 1.0, 1.0, 0, ())
    result = after_running(Result(Status.OK, run_limits=RUN_LIMITS, stderr=errors.finish()), outcome)
    assert result.status is Status.MEMORY_LIMIT


@pytest.mark.parametrize(("exact", "stopped"), [(True, "memory"), (False, "memory"), (False, "disk")])
def test_a_verdict_on_memory_is_certain_where_what_is_shared_can_be_told(exact: bool, stopped: str) -> None:
    outcome = Outcome(None, signal.SIGKILL, stopped, Capture(9), Capture(9), 1.0, 0.1, 0, (), excess=9, exact=exact)
    limit = after_running(Result(Status.OK, run_limits=RUN_LIMITS), outcome).limit
    assert limit is not None
    assert limit.certain == (exact or stopped == "disk")
