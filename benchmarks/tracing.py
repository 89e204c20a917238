"""What a trace costs, against a plain run, stock memcheck and stepping with gdb: ``tox run -e bench``.

All sides get the same programs, in turn. The runs are the engine's own, as an answer to a request makes them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.process_tree import BenchmarkError
from benchmarks.synthesis import Claim, positive, write
from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request, Result, Status
from runner.engine import prepare, run
from runner.trace.service import service

PROGRAMS = Path(__file__).with_name("traced")
IOSTREAM, THOUSAND = "iostream", "steps_1000"
DEFAULT_RUNS = 3
MOST_PLAIN_RATIO, MOST_MEMCHECK_RATIO = 2.0, 3.0
MOST_SECONDS_300, MOST_SECONDS_1000 = 0.15, 0.4
_GDB_SECONDS = 300
# What else the machine does is no reason to fail.
_PATIENT = replace(COMPILE_LIMITS, wall_seconds=60)
_GDB = """set pagination off
set confirm off
skip -gfi /usr/include/*
skip -gfi /usr/include/*/*
skip -gfi /usr/include/*/*/*
break main
run > /dev/null
while 1
info locals
step
end
"""


@dataclass(frozen=True)
class Measured:
    """Medians for one program, in seconds: *plain*, *traced* and *checked* (with memcheck) are whole requests, with
    compiling; *trace* is recording and decoding alone; *cold* a traced request whose decoder has to start; *memcheck*
    and *gdb* start with the compiled program. *gdb* is None where gdb is not installed."""

    name: str
    steps: int
    plain: float
    traced: float
    checked: float
    cold: float
    trace: float
    memcheck: float
    gdb: float | None

    @property
    def ratio(self) -> float:
        return self.traced / self.plain

    @property
    def checked_ratio(self) -> float:
        return self.checked / self.plain


def measure(path: Path, runs: int) -> Measured:
    """Every side on the program at *path*, in turn, *runs* times. BenchmarkError if one fails."""
    code = path.read_text()
    plain, traced, checked, memcheck, gdb = [], [], [], [], []
    service().close()
    cold = _answer(Request(code, trace=True, memcheck=False))
    for _ in range(runs):
        plain.append(_answer(Request(code)))
        traced.append(_answer(Request(code, trace=True, memcheck=False)))
        checked.append(_answer(Request(code, trace=True)))
        with tempfile.TemporaryDirectory(prefix="slipway-benchmark-") as directory:
            program = _compiled(path, Path(directory))
            memcheck.append(_timed(("valgrind", "-q", str(program)), Path(directory)))
            if shutil.which("gdb") is not None:
                script = Path(directory) / "steps.gdb"
                script.write_text(_GDB)
                gdb.append(_timed(("gdb", "-nx", "-batch", "-x", str(script), str(program)), Path(directory)))
    return Measured(
        name=path.stem,
        steps=len((cold.trace or {"trace": []})["trace"]),
        plain=_median([result.timings.total for result in plain]),
        traced=_median([result.timings.total for result in traced]),
        checked=_median([result.timings.total for result in checked]),
        cold=cold.timings.total,
        trace=_median([result.timings.trace or 0.0 for result in traced]),
        memcheck=_median(memcheck),
        gdb=_median(gdb) if gdb else None,
    )


def _answer(request: Request) -> Result:
    result = run(replace(request, compile_limits=_PATIENT, run_limits=replace(RUN_LIMITS, wall_seconds=60)))
    if result.status is not Status.OK or result.trace_error is not None:
        raise BenchmarkError(f"a program did not run: {result.error or result.trace_error}")
    if request.trace and request.memcheck and result.memcheck != "clean":
        raise BenchmarkError(f"memcheck is {result.memcheck}", cure="Install valgrind.")
    return result


def _compiled(path: Path, directory: Path) -> Path:
    program = directory / "program"
    words = ("g++", "-std=c++17", "-O0", "-g", "-o", str(program), str(path))
    if subprocess.run(words, check=False).returncode != 0:
        raise BenchmarkError(f"{path} does not compile")
    return program


def _timed(words: Sequence[str], directory: Path) -> float:
    started_at = time.monotonic()
    try:
        subprocess.run(words, cwd=directory, timeout=_GDB_SECONDS, capture_output=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchmarkError(f"{words[0]} did not finish: {error}") from error
    return time.monotonic() - started_at


def _median(numbers: Sequence[float]) -> float:
    return statistics.median(numbers)


def claims(programs: Sequence[Measured]) -> list[Claim]:
    """What is claimed of *programs*, all of which include iostream or more."""
    named = {program.name: program for program in programs}
    short = max((p.trace for p in programs if p.steps <= 300), default=0.0)
    found = [
        Claim("iostream, of a plain run", named[IOSTREAM].ratio, MOST_PLAIN_RATIO, "", binding=True),
        Claim(
            "iostream with memcheck, of a plain run",
            named[IOSTREAM].checked_ratio,
            MOST_MEMCHECK_RATIO,
            "",
            binding=True,
        ),
        Claim("record and decode up to 300 steps", short, MOST_SECONDS_300, "s", binding=False),
        Claim("record and decode 1000 steps", named[THOUSAND].trace, MOST_SECONDS_1000, "s", binding=False),
    ]
    compared = [p for p in programs if p.gdb is not None]
    if compared:
        ratio = statistics.median(p.trace / p.gdb for p in compared if p.gdb)
        found.append(Claim("record and decode, of stepping with gdb", ratio, 0.5, "", binding=True))
    return found


def table(programs: Sequence[Measured]) -> str:
    """The medians and the claims, for a person."""
    columns = ("plain", "traced", "with memcheck", "cold", "record+decode", "steps/s", "memcheck", "gdb")
    lines = [
        f"Seconds, medians, Python {platform.python_version()}, {os.cpu_count()} processors",
        "",
        f"{'':20}{'steps':>6}" + "".join(f"{column:>15}" for column in columns),
    ]
    for p in programs:
        numbers = (p.plain, p.traced, p.checked, p.cold, p.trace, p.steps / p.trace, p.memcheck, p.gdb)
        shown = ("-" if n is None else f"{n:.0f}" if n > 100 else f"{n:.3f}" for n in numbers)
        lines.append(f"{p.name:20}{p.steps:>6}" + "".join(f"{text:>15}" for text in shown))
    lines.append("")
    for claim in claims(programs):
        verdict = ("holds" if claim.holds else "FAILS") if claim.binding else "shown only"
        lines.append(f"{claim.what:42}{claim.value:>8.3f} {claim.unit:1} at most {claim.limit:g}: {verdict}")
    return "\n".join(lines) + "\n"


def benchmark(arguments: argparse.Namespace) -> int:
    prepare()
    try:
        programs = [measure(path, arguments.runs) for path in sorted(PROGRAMS.glob("*.cpp"))]
    finally:
        service().close()
    sys.stdout.write(table(programs))
    if arguments.json:
        text = json.dumps([asdict(program) for program in programs], indent=2) + "\n"
        sys.stdout.write(text) if arguments.json == "-" else write(Path(arguments.json), text)
    return 0 if all(claim.holds for claim in claims(programs) if claim.binding) else 1


def main() -> None:
    """Run the command line. Exit codes: 0 the ratios hold, 1 one does not, 2 cannot measure."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tracing",
        description="What a trace costs, against a plain run, memcheck and gdb.",
        epilog="Example: python -m benchmarks.tracing --runs 5",
    )
    parser.add_argument("--runs", type=positive, default=DEFAULT_RUNS, help="runs of each side (default %(default)s)")
    parser.add_argument("--json", metavar="FILE|-", help="write everything measured there; - is standard output")
    try:
        sys.exit(benchmark(parser.parse_args()))
    except BenchmarkError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(BenchmarkError.exit_code)


if __name__ == "__main__":
    main()
