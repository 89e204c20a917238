"""The engine: compiles a C++ program, runs it, and says what happened."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from runner import tracing
from runner.contract import Isolation, Request, Result, StageLimits, Status, Timings
from runner.errors import RunnerError
from runner.identity import SLOT_UIDS, Identity, identity
from runner.launcher import SEARCH_PATH, Compiler, Launcher, find_compiler, launcher
from runner.stage import Outcome, Stage, run_stage
from runner.verdict import after_compiling, after_running, out_of_budget
from runner.workdir import work_directory

SOURCE_NAME = "main.cpp"
PROGRAM_NAME = "main"
COMPILER_OPTIONS = ("-std=c++17", "-O0", "-pipe", "-fmax-errors=20")
# Every layer there is or will be, so that an answer also says what did not hold.
KNOWN_LAYERS = (
    "own-user",
    "own-session",
    "closed-descriptors",
    "scrubbed-environment",
    "resource-limits",
    "adopted-orphans",
    "first-out-of-memory",
    "no-new-privileges",
    "seccomp",
    "landlock",
    "namespaces",
    "cgroup",
)


def prepare() -> None:
    """Makes what every run needs. Called before the first untrusted program of a process, it leaves that program
    nothing to tamper with. RunnerError if the machine lacks g++ or refuses."""
    launcher()
    tracing.prepare()


def run(request: Request, *, uids: range = SLOT_UIDS) -> Result:
    """Compiles and runs *request*; returns when nothing of it is left. Safe to call from several threads.

    Never raises for what a program does. What is wrong with the machine (no g++, no free uid among *uids* although
    started as root, no space) is a result with status ``internal_error`` whose *error* names the cure.
    """
    started_at = time.monotonic()
    result = Result(status=Status.INTERNAL_ERROR)
    try:
        with ExitStack() as stack:
            compiler, program_launcher = find_compiler(), launcher()
            who = stack.enter_context(identity(uids))
            directory = stack.enter_context(work_directory(who.uid))
            result = _Run(request, compiler, program_launcher, who, directory, started_at, uids).result()
    except RunnerError as error:
        result = Result(status=Status.INTERNAL_ERROR, error=f"The runner cannot run programs here: {error}")
    except OSError as error:
        result = Result(status=Status.INTERNAL_ERROR, error=f"The machine refused what the runner needs: {error}.")
    return replace(result, timings=replace(result.timings, total=_since(started_at)))


@dataclass(frozen=True)
class _Run:
    """One request on its way through the two stages."""

    request: Request
    compiler: Compiler
    launcher: Launcher
    who: Identity
    directory: Path
    started_at: float
    uids: range

    def result(self) -> Result:
        """The result of the stages that were reached."""
        source = self.directory / SOURCE_NAME
        source.write_bytes(self.request.code.encode())
        source.chmod(0o644)  # readable by the program's user whatever our umask
        limits = self._within_budget(self.request.compile_limits)
        if limits is None:
            return out_of_budget(Result(status=Status.TIME_LIMIT), self.request)
        compiled = self._compile(limits)
        result = after_compiling(
            Result(
                status=Status.OK,
                compile_stdout=compiled.stdout.finish(),
                compile_stderr=compiled.stderr.finish(),
                timings=Timings(compile=round(compiled.wall, 6), compile_cpu=round(compiled.cpu, 6)),
                compile_limits=limits,
                isolation=self._isolation(compiled),
            ),
            compiled,
        )
        return result if result.status is not Status.OK else self._go_on(result, compiled)

    def _go_on(self, result: Result, compiled: Outcome) -> Result:
        limits = self._within_budget(self.request.run_limits)
        if limits is None:
            return out_of_budget(result, self.request)
        program = self.directory / PROGRAM_NAME
        trace = tracing.begin(self.request, limits, program, SOURCE_NAME, self.launcher, self.uids, self.started_at)
        try:
            ran = self._execute(limits)
        finally:
            traced = trace.finish()
        return after_running(
            replace(
                result,
                trace=traced.trace,
                trace_error=traced.error,
                memcheck=traced.memcheck,
                stdout=ran.stdout.finish(),
                stderr=ran.stderr.finish(),
                peak_memory_bytes=ran.peak_memory,
                timings=replace(
                    result.timings, run=round(ran.wall, 6), run_cpu=round(ran.cpu, 6), trace=traced.seconds
                ),
                run_limits=limits,
                isolation=self._isolation(compiled, ran),
            ),
            ran,
        )

    def _compile(self, limits: StageLimits) -> Outcome:
        environment = self.compiler.environment | self._environment()
        with tracing.compiling(self.request, self.directory) as options:
            words = (self.compiler.path, *COMPILER_OPTIONS, *options, "-o", PROGRAM_NAME, SOURCE_NAME)
            # A flood of diagnostics is cut, not a reason to stop: the verdict is the compiler's.
            stage = Stage(words, self.directory, environment, limits, stop_at_output_limit=False)
            return run_stage(stage, self.launcher, self.who)

    def _execute(self, limits: StageLimits) -> Outcome:
        environment = {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", **self._environment()}
        stage = Stage((f"./{PROGRAM_NAME}",), self.directory, environment, limits, self.request.stdin.encode())
        return run_stage(stage, self.launcher, self.who)

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self.directory), "TMPDIR": str(self.directory)}

    def _within_budget(self, limits: StageLimits) -> StageLimits | None:
        """*limits* with the wall limit cut to what is left of the request's budget; None if nothing is."""
        if self.request.budget_seconds is None:
            return limits
        left = self.request.budget_seconds - _since(self.started_at)
        return replace(limits, wall_seconds=min(limits.wall_seconds, left)) if left > 0 else None

    def _isolation(self, *stages: Outcome) -> Isolation:
        layers = tuple(layer for layer in KNOWN_LAYERS if all(layer in stage.layers for stage in stages))
        return Isolation(
            user="shared" if self.who.uid is None else "own",
            uid=self.who.uid,
            layers=layers,
            absent=tuple(layer for layer in KNOWN_LAYERS if layer not in layers),
        )


def _since(moment: float) -> float:
    return round(time.monotonic() - moment, 6)
