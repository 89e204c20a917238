"""Runs a command and measures all of it: its time, and the processor time and memory of every process it starts.

Linux only: it reads /proc and adopts orphans (jsii's Node outlives the Python that started it, and would otherwise be
missing from the processor time).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import SlipwayError

SAMPLE_SECONDS = 0.02
LIMIT_SECONDS = 300.0
LOG_LINES_SHOWN = 15
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class BenchmarkError(SlipwayError):
    """A run that could not be measured."""


@dataclass(frozen=True)
class Measurement:
    """What one run of a command took.

    *seconds* is the time from its start to its end, to about `SAMPLE_SECONDS`; *cpu_seconds* the user and system time
    of all its processes; *peak_bytes* the largest sum of their resident memory seen at one moment (pages that two
    processes share count twice).
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (prctl(2), PR_SET_CHILD_SUBREAPER).

    :raises BenchmarkError: this is not Linux, or the kernel refuses.
    """
    if sys.platform != "linux":
        raise BenchmarkError("the benchmark needs Linux: it reads /proc", cure="Run it in a container.")
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise BenchmarkError(f"cannot adopt orphaned processes: {os.strerror(ctypes.get_errno())}")


def measure(command: Sequence[str], *, directory: Path, environment: Mapping[str, str]) -> Measurement:
    """Run *command* in *directory* and wait until it and every process it started are gone.

    `adopt_orphans` must have been called, and the caller must have no other children.

    :raises BenchmarkError: it does not start, fails, or takes longer than `LIMIT_SECONDS`.
    """
    with tempfile.TemporaryFile() as log, nothing_left_running():
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        except OSError as error:
            raise BenchmarkError(f"cannot start {command[0]}: {error}") from error
        seconds, cpu_seconds, peak = 0.0, 0.0, 0
        while True:
            peak = max(peak, sum(resident_bytes(pid) for pid in descendants(os.getpid())))
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            now = time.perf_counter() - start
            if pid:
                cpu_seconds += usage.ru_utime + usage.ru_stime
                if pid == process.pid:
                    seconds = now
                    # Popen did not see its own process end: wait4(-1) did.
                    process.returncode = os.waitstatus_to_exitcode(status)
            elif now > LIMIT_SECONDS:
                raise BenchmarkError(f"{' '.join(command)}: not done after {LIMIT_SECONDS:.0f} s")
            else:
                time.sleep(SAMPLE_SECONDS)
        if process.returncode != 0:
            log.seek(0)
            last = log.read().decode(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
            raise BenchmarkError(f"{' '.join(command)}: exit code {process.returncode}", cure="\n  ".join(last))
    return Measurement(seconds, cpu_seconds, peak)


def descendants(pid: int) -> list[int]:
    """The processes below *pid*; one that ends meanwhile is left out."""
    found: list[int] = []
    for thread in _entries(Path(f"/proc/{pid}/task")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, (thread / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def resident_bytes(pid: int) -> int:
    """The resident memory of *pid*, 0 if it has ended (proc_pid_statm(5))."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    return 0


def _entries(directory: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return list(directory.iterdir())
    return []


@contextlib.contextmanager
def nothing_left_running() -> Iterator[None]:
    """Ends and collects every descendant on the way out, also after an error or Ctrl-C."""
    try:
        yield
    finally:
        while left := descendants(os.getpid()):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.wait()
