"""Runs Valgrind's memcheck on a program, beside its trace: what it finds ends the trace at the right line."""

from __future__ import annotations

import os
import re
import shutil
import signal
from dataclasses import dataclass, replace
from pathlib import Path

from runner.audit import clean
from runner.contract import MEBIBYTE, StageLimits
from runner.identity import identity
from runner.launcher import Launcher
from runner.stage import Stage, run_stage
from runner.trace.program import Program, put
from runner.workdir import work_directory

_REPORT, _MOST_REPORT = "findings.xml", 256 * 1024
_FOUND = 99
_FINISHED = b"<state>FINISHED</state>"
_KIND = re.compile(rb"<kind>([^<]*)</kind>")
# What Valgrind itself needs, and its shadow of the program's memory.
_OVERHEAD = 3072 * MEBIBYTE
_CPU_SECONDS = 3


@dataclass(frozen=True)
class Findings:
    """*state* is "clean", "found", "not_finished" or "unavailable"; *report* Valgrind's XML, which the program can
    have written itself."""

    state: str
    report: bytes = b""


def check(program: Program, launcher: Launcher, uids: range) -> Findings:
    """The first error of *program*. RunnerError if the machine refuses to run it."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return Findings("unavailable")
    with identity(uids) as who, work_directory(who.uid, program.room(4 * MEBIBYTE)) as directory:
        target = directory / "main"
        target.write_bytes(program.content)
        target.chmod(0o755)
        for name, content in program.files.items():
            put(directory, name, content, who)
        # Read through the descriptor, whatever the program puts in its place.
        descriptor = os.open(directory / _REPORT, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if who.uid is not None:
                os.fchown(descriptor, who.uid, who.uid)
            words = (*_words(valgrind), *program.arguments)
            stage = Stage(words, directory, _environment(directory), _limits(program.limits), program.stdin)
            outcome = run_stage(stage, launcher, who)
            clean(who.uid, directory)
            report = os.pread(descriptor, _MOST_REPORT, 0)
        finally:
            os.close(descriptor)
    if any(not kind.startswith(b"Leak_") for kind in _KIND.findall(report)):
        return Findings("found", report)
    if _FINISHED in report:
        return Findings("clean")
    # Without that word, and without a limit that ended it, Valgrind itself did not run.
    ended_by_limit = outcome.stopped is not None or outcome.signal in (signal.SIGXCPU, signal.SIGKILL)
    return Findings("not_finished" if ended_by_limit else "unavailable")


def _words(valgrind: str) -> tuple[str, ...]:
    return (
        str(Path(valgrind).absolute()),
        "--tool=memcheck",
        "--quiet",
        "--xml=yes",
        f"--xml-file=./{_REPORT}",
        "--exit-on-first-error=yes",
        f"--error-exitcode={_FOUND}",
        # With XML --leak-check=no has no effect. What is not freed is no error at any step.
        "--show-leak-kinds=none",
        "--errors-for-leak-kinds=none",
        "--vgdb=no",
        "./main",
    )


def _environment(directory: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(directory), "TMPDIR": str(directory)}


def _limits(limits: StageLimits) -> StageLimits:
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, _CPU_SECONDS),
        address_space_bytes=limits.address_space_bytes + _OVERHEAD,
        file_size_bytes=min(limits.file_size_bytes, 4 * MEBIBYTE),
    )
