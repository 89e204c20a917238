"""From how a stage ended to the status, the limit behind it, and a sentence for a person."""

from __future__ import annotations

import math
import re
import signal
from dataclasses import replace

from runner.contract import MEBIBYTE, LimitReached, Request, Result, StageLimits, Status
from runner.stage import Outcome

# Within this of the CPU limit, SIGKILL is taken to be the limit's and not another's.
_CPU_TOLERANCE_SECONDS = 0.1
# From this part of the CPU limit on, SIGXCPU is taken to be the limit's and not the program's own. On a busy machine
# the kernel has sent it when the CPU time measured at the end was more than 0.1 s below the limit.
_CPU_FRACTION = 0.5
# A crash this near the address space limit is taken to come from an allocation that was refused.
_MEMORY_FRACTION = 0.9
_BAD_ALLOC = re.compile(r"terminate called after throwing an instance of 'std::bad_(array_new_length|alloc)'")
# What the compiler's driver says when a limit ended the compiler proper, and what that one says out of memory.
_COMPILER_KILLED = re.compile(
    r"^\S*(?:g\+\+|gcc): (?:fatal error|internal compiler error): (.+?) signal terminated program", re.MULTILINE
)
_COMPILER_MEMORY = re.compile(r"^(\S*cc1(?:plus)?: out of memory|virtual memory exhausted)", re.MULTILINE)


def after_compiling(result: Result, outcome: Outcome) -> Result:
    """*result* with the verdict on the compile stage; status ok means that there is a program to run."""
    if outcome.stopped is None and outcome.exit_code == 0:
        return result
    assert result.compile_limits is not None
    limit = _compile_limit(outcome, result.compile_stderr.text, result.compile_limits)
    if limit is None:
        return replace(result, status=Status.COMPILE_ERROR, error="The program does not compile.")
    return replace(
        result, status=Status.COMPILE_LIMIT, limit=limit, error=f"Compiling stopped at its limit: {_explain(limit)}."
    )


def after_running(result: Result, outcome: Outcome) -> Result:
    """*result* with the verdict on the run stage, exit code or signal included."""
    assert result.run_limits is not None
    status, limit = _run_limit(outcome, outcome.stderr.kept(), result.run_limits)
    result = replace(result, exit_code=outcome.exit_code, signal=_name(outcome.signal))
    if limit is not None:
        return replace(
            result, status=status, limit=limit, error=f"The program was ended by a limit: {_explain(limit)}."
        )
    if outcome.signal is not None:
        text = f"The program was ended by {result.signal} ({signal.strsignal(outcome.signal)})."
        return replace(result, status=Status.SIGNAL, error=text)
    if outcome.exit_code != 0:
        return replace(
            result, status=Status.RUNTIME_ERROR, error=f"The program ended with exit code {outcome.exit_code}."
        )
    return result


def out_of_budget(result: Result, request: Request) -> Result:
    """*result* for a request whose time was over before its next stage could start."""
    budget = request.budget_seconds or 0.0
    limit = LimitReached("budget_seconds", budget, max(budget, result.timings.compile or 0.0))
    return replace(result, status=Status.TIME_LIMIT, limit=limit, error="No time was left to go on.")


def _shared_limit(outcome: Outcome, limits: StageLimits) -> LimitReached | None:
    """The limit on all processes together that ended them."""
    name = {"memory": "memory_bytes", "disk": "disk_bytes", "files": "files"}.get(outcome.stopped or "")
    if name is None:
        return None
    certain = outcome.exact or outcome.stopped != "memory"
    return LimitReached(name, getattr(limits, name), outcome.excess, certain=certain)


def _compile_limit(outcome: Outcome, diagnostics: str, limits: StageLimits) -> LimitReached | None:
    general = _time_limit(outcome, limits) or _shared_limit(outcome, limits)
    if general is not None:
        return general
    killed = _COMPILER_KILLED.search(diagnostics)
    reason = killed[1] if killed else ""
    if "CPU time" in reason:
        return LimitReached("cpu_seconds", limits.cpu_seconds, round(outcome.cpu, 3))
    if "File size" in reason or outcome.signal == signal.SIGXFSZ:
        return LimitReached("file_size_bytes", limits.file_size_bytes, limits.file_size_bytes)
    if "Killed" in reason and outcome.cpu >= limits.cpu_seconds:
        return LimitReached("cpu_seconds", limits.cpu_seconds, round(outcome.cpu, 3))
    if _COMPILER_MEMORY.search(diagnostics):
        return LimitReached("address_space_bytes", limits.address_space_bytes, outcome.peak_memory, certain=False)
    return None


def _run_limit(outcome: Outcome, errors: str, limits: StageLimits) -> tuple[Status, LimitReached | None]:
    time_limit = _time_limit(outcome, limits)
    if time_limit is not None:
        return Status.TIME_LIMIT, time_limit
    if shared := _shared_limit(outcome, limits):
        return Status.MEMORY_LIMIT if outcome.stopped == "memory" else Status.DISK_LIMIT, shared
    if outcome.stopped == "output" or outcome.stdout.full or outcome.stderr.full:
        measured = max(outcome.stdout.seen, outcome.stderr.seen)
        return Status.OUTPUT_LIMIT, LimitReached("output_bytes", limits.output_bytes, measured)
    if outcome.signal == signal.SIGXFSZ:
        return Status.DISK_LIMIT, LimitReached("file_size_bytes", limits.file_size_bytes, limits.file_size_bytes)
    if _looks_out_of_memory(outcome, errors, limits):
        limit = LimitReached("address_space_bytes", limits.address_space_bytes, outcome.peak_memory, certain=False)
        return Status.MEMORY_LIMIT, limit
    return Status.OK, None


def _time_limit(outcome: Outcome, limits: StageLimits) -> LimitReached | None:
    if outcome.stopped == "wall":
        return LimitReached("wall_seconds", limits.wall_seconds, round(outcome.wall, 3))
    least: dict[int | None, float] = {
        signal.SIGXCPU: limits.cpu_seconds * _CPU_FRACTION,
        signal.SIGKILL: limits.cpu_seconds - _CPU_TOLERANCE_SECONDS,
    }
    if outcome.cpu >= least.get(outcome.signal, math.inf):
        return LimitReached("cpu_seconds", limits.cpu_seconds, round(outcome.cpu, 3))
    return None


def _looks_out_of_memory(outcome: Outcome, errors: str, limits: StageLimits) -> bool:
    """A refused allocation ends in whatever the program makes of it; without a cgroup only signs of it are seen."""
    if outcome.signal is None:
        return False
    if outcome.signal == signal.SIGABRT and _BAD_ALLOC.search(errors):
        return True
    return outcome.peak_memory >= _MEMORY_FRACTION * limits.address_space_bytes


def _explain(limit: LimitReached) -> str:
    what, _, unit = limit.name.rpartition("_")
    if not what:
        return f"{unit} ({limit.value:.0f}; measured {limit.measured:.0f})"
    likely = "" if limit.certain else "probably "
    return f"{likely}{what.replace('_', ' ')} ({_amount(limit.value, unit)}; measured {_amount(limit.measured, unit)})"


def _amount(value: float, unit: str) -> str:
    if unit == "seconds":
        return f"{value:.3g} s"
    return f"{value / MEBIBYTE:.4g} MiB" if value >= MEBIBYTE else f"{value:.0f} bytes"


def _name(number: int | None) -> str | None:
    if number is None:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals between the first and the last have no name of their own
        return f"SIGRTMIN{number - signal.SIGRTMIN:+d}"
