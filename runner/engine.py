"""The engine: compiles a program, runs it, and says what happened."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from runner import headers, killing, tracing
from runner.audit import Audit, audited_user
from runner.contract import Isolation, Leftovers, Request, Result, StageLimits, Status, Timings
from runner.errors import RunnerError, UncleanError
from runner.home import REQUIRE, Home, check_required, current_home, found_home, is_hidden
from runner.identity import SLOT_UIDS, Identity, identity
from runner.languages import LANGUAGES, PROGRAM_NAME, Language, find_interpreter
from runner.launcher import SEARCH_PATH, Compiler, Launcher, find_compiler, launcher
from runner.layers import KNOWN_LAYERS
from runner.limits import MEBIBYTE
from runner.stage import Outcome, Stage, run_stage
from runner.usage import DiskUse
from runner.verdict import after_compiling, after_running, out_of_budget
from runner.workdir import work_directory


def prepare(*, also: Sequence[str] = ()) -> None:
    """Makes what every run needs. Called before the first untrusted program of a process, it leaves that program
    nothing to tamper with. RunnerError if the machine lacks g++, or does not give what ``RUNNER_REQUIRE`` names.

    *also* are layers that the caller gives.
    """
    find_compiler()
    check_required(found_home(os.geteuid()), os.environ.get(REQUIRE, ""), also)
    tracing.prepare()


def run(request: Request, *, uids: range = SLOT_UIDS, home: Home | None = None) -> Result:
    """Compiles and runs *request*; returns when nothing of it is left. Safe to call from several threads.

    *home* says which layers to use; left out, all that hold here.

    Never raises for what a program does. What is wrong with the machine (no g++, no free uid among *uids* although
    started as root, no space) is a result with status ``internal_error`` whose *error* names the cure.
    """
    started_at = time.monotonic()
    result = Result(status=Status.INTERNAL_ERROR)
    try:
        with ExitStack() as stack:
            here, tool = home or current_home(), _tool(request)
            who = stack.enter_context(identity(uids, sole_user=_cleans_up(here)))
            directory = stack.enter_context(work_directory(who.uid, _size(request, here)))
            audit = _audit(who, here, directory)
            try:
                result = _Run(request, tool, launcher(), here, who, directory, started_at, uids).result()
            finally:
                killed = result.leftovers.processes if result.leftovers else 0
                if who.sole_user:
                    tracing.close()  # it is this user's too, and nothing that a program left
                    killed += killing.kill_all_others(here.name, sole_user=True)
                leftovers = audit.finish(killed) if audit else None
            result = replace(result, leftovers=leftovers)
    except UncleanError as error:
        result = Result(status=Status.INTERNAL_ERROR, error=f"The program left something: {error}", unclean=True)
    except RunnerError as error:
        result = Result(status=Status.INTERNAL_ERROR, error=f"The runner cannot run programs here: {error}")
    except OSError as error:
        result = Result(status=Status.INTERNAL_ERROR, error=f"The machine refused what the runner needs: {error}.")
    return replace(result, timings=replace(result.timings, total=_since(started_at)))


def _tool(request: Request) -> Compiler:
    """The compiler of the request's language, or its interpreter."""
    compiler = LANGUAGES[request.language].compiler
    return Compiler(find_interpreter()) if compiler is None else find_compiler(compiler)


def _size(request: Request, here: Home) -> DiskUse | None:
    """What the work directory may hold where it can be a file system of its own: as much as both stages may add."""
    if "limited-disk" not in here.layers:
        return None
    stages = (request.compile_limits, request.run_limits)
    return DiskUse(MEBIBYTE, len(request.files) + 1) + DiskUse(
        sum(limits.disk_bytes for limits in stages), sum(limits.files for limits in stages)
    )


def _cleans_up(here: Home) -> bool:
    """Whether all processes of the runner's user may, and have to, be ended after a request: nobody adopts orphans."""
    return "sole-user" in here.layers and not {"adopted-orphans", "namespaces"} & set(here.asked())


def _audit(who: Identity, here: Home, directory: Path) -> Audit | None:
    uid = audited_user(who.uid, here.name)
    if uid is None:
        return None
    return Audit.begin(uid, keep=directory if who.uid is not None else None)


@dataclass(frozen=True)
class _Run:
    """One request on its way through the two stages."""

    request: Request
    tool: Compiler
    launcher: Launcher
    home: Home
    who: Identity
    directory: Path
    started_at: float
    uids: range

    def result(self) -> Result:
        """The result of the stages that were reached."""
        self._write_files()
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
                leftovers=self._leftovers(compiled),
            ),
            compiled,
        )
        return result if result.status is not Status.OK else self._go_on(result, compiled)

    def _go_on(self, result: Result, compiled: Outcome) -> Result:
        limits = self._within_budget(self.request.run_limits)
        if limits is None:
            return out_of_budget(result, self.request)
        program = self.directory / PROGRAM_NAME
        trace = tracing.begin(
            self.request,
            limits,
            program,
            self._language.source,
            self.launcher,
            self.uids,
            self.started_at,
            _size(self.request, self.home),
        )
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
                leftovers=self._leftovers(compiled, ran),
            ),
            ran,
        )

    def _write_files(self) -> None:
        for name, text in {self._language.source: self.request.code, **self.request.files}.items():
            path = self.directory / name
            path.write_bytes(text.encode())
            path.chmod(0o644)  # readable by the program's user whatever our umask

    def _compile(self, limits: StageLimits) -> Outcome:
        environment = self.tool.environment | self._environment()
        with tracing.compiling(self.request, self.directory) as options:
            names = list(self.request.files)
            ahead = headers.options_for(self._language, self.request.code, self._language.sources(names), options)
            words = self._language.compiling(self.tool.path, names, (*options, *ahead))
            # A flood of diagnostics is cut, not a reason to stop: the verdict is the compiler's.
            stage = Stage(words, self.directory, environment, limits, stop_at_output_limit=False, home=self.home)
            return run_stage(stage, self.launcher, self.who)

    def _execute(self, limits: StageLimits) -> Outcome:
        words = self._language.running(self.tool.path, self.request.args)
        environment = {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", **self._environment()}
        given = self.request.stdin.encode()
        stage = Stage(words, self.directory, environment, limits, given, encoding=self.request.encoding, home=self.home)
        return run_stage(stage, self.launcher, self.who)

    @property
    def _language(self) -> Language:
        return LANGUAGES[self.request.language]

    def _leftovers(self, *stages: Outcome) -> Leftovers:
        return Leftovers(processes=sum(stage.killed for stage in stages))

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self.directory), "TMPDIR": str(self.directory)}

    def _within_budget(self, limits: StageLimits) -> StageLimits | None:
        """*limits* with the wall limit cut to what is left of the request's budget; None if nothing is."""
        if self.request.budget_seconds is None:
            return limits
        left = self.request.budget_seconds - _since(self.started_at)
        return replace(limits, wall_seconds=min(limits.wall_seconds, left)) if left > 0 else None

    def _isolation(self, *stages: Outcome) -> Isolation:
        held = set.intersection(*(set(stage.layers) for stage in stages))
        held |= self.home.layers & {"limited-disk", "disk-watch"}
        if audited_user(self.who.uid, self.home.name) is not None:
            held.add("leftovers-audit")
        held |= self.home.layers & {"sole-user"}
        if held & {"own-user", "landlock", "namespaces"} or is_hidden():
            held.add("hidden-runtime")
        layers = tuple(layer for layer in KNOWN_LAYERS if layer in held)
        return Isolation(
            user="shared" if self.who.uid is None else "own",
            uid=self.who.uid,
            layers=layers,
            absent=tuple(layer for layer in KNOWN_LAYERS if layer not in layers),
            home=self.home.name,
            degraded=self.home.degraded,
        )


def _since(moment: float) -> float:
    return round(time.monotonic() - moment, 6)
