"""Runs terraform commands in one working directory and gives typed results."""

from __future__ import annotations

import fcntl
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from generator.errors import TerraformError
from generator.terraform.binary import TerraformBinary
from generator.terraform.command_line import FLAG, command_line
from generator.terraform.diagnostic import Diagnostic
from generator.terraform.events import (
    ChangeCounts,
    ChangeSummary,
    DiagnosticEvent,
    Event,
    ResourceChange,
    parse_event,
)
from generator.terraform.failure import TerraformInterruptedError, TerraformRunError
from generator.terraform.process import GRACE_SECONDS, ChildProcess, Finished
from generator.terraform.progress import Reporter, SilentReporter
from generator.terraform.provider_mirror import ProviderSource
from generator.terraform.storage import storage_errors


class OutputValue(BaseModel):
    """One output of a root module. A sensitive value is left out of the representation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    value: Any
    sensitive: bool = False

    def __repr__(self) -> str:
        return "OutputValue(sensitive)" if self.sensitive else f"OutputValue({self.value!r})"

    __str__ = __repr__


@dataclass(frozen=True)
class PlanResult:
    """What a plan would do.

    *has_changes* is Terraform's own ``-detailed-exitcode``: it also counts a changed output. *changes* are the
    planned changes (reads of data sources included). *file* is the plan file. *drift* are the differences between the
    state and what the provider read; alone they say little, since a provider that reads "" where the state has null
    makes an environment that nobody touched seem to drift. What matters of them is among *changes*.
    """

    counts: ChangeCounts
    has_changes: bool
    changes: tuple[ResourceChange, ...]
    drift: tuple[ResourceChange, ...]
    file: Path | None


@dataclass(frozen=True)
class ApplyResult:
    """What an apply or a destroy did, and the wall time it took."""

    counts: ChangeCounts
    seconds: float


@dataclass
class _Run:
    command: str
    finished: Finished = field(default_factory=lambda: Finished(0, ""))
    events: list[Event] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    variables_file: str | None = None

    def errors(self) -> list[Diagnostic]:
        found = [
            # The variables' own file is gone by now, and the caller never saw it.
            diagnostic.model_copy(update={"range": None})
            if diagnostic.range is not None and diagnostic.range.filename == self.variables_file
            else diagnostic
            for diagnostic in (event.diagnostic for event in self.events if isinstance(event, DiagnosticEvent))
        ]
        # Terraform repeats some errors (once a walk over the configuration); a person needs each once.
        return list(dict.fromkeys(diagnostic for diagnostic in found if diagnostic.severity == "error"))


class Terraform:
    """Terraform in *workspace_dir*, one command at a time.

    *environment* is the child's whole environment (see `child_environment`). *shown_dir* is the directory that file
    names in errors are shown relative to: the environment's own one when *workspace_dir* is a copy. Every command
    raises TerraformRunError when terraform fails and TerraformInterruptedError after `interrupt`; Ctrl-C raises
    KeyboardInterrupt once terraform has ended. *reporter* hears of each event as it happens.
    """

    def __init__(
        self,
        workspace_dir: Path,
        *,
        binary: TerraformBinary,
        provider_source: ProviderSource,
        environment: Mapping[str, str],
        reporter: Reporter | None = None,
        shown_dir: Path | None = None,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._directory, self._binary, self._source = workspace_dir, binary, provider_source
        self._environment, self._reporter = dict(environment), reporter or SilentReporter()
        self._shown_dir, self._grace_seconds = shown_dir or workspace_dir, grace_seconds
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._interrupted = threading.Event()

    def init(self) -> None:
        """Install the provider (by link or from the shared cache), the modules and the backend."""
        plugin_dir = self._source.plugin_dir
        with _one_at_a_time(self._source.cache):
            self._checked(self._streamed("init", plugin_dir=None if plugin_dir is None else str(plugin_dir)))

    def validate(self) -> list[Diagnostic]:
        """What terraform says of the configuration, errors and warnings; an empty list is a clean one."""
        run = self._run("validate", json=FLAG, no_color=FLAG)
        answer = self._json(run)
        try:
            return TypeAdapter(list[Diagnostic]).validate_python(answer["diagnostics"])
        except (KeyError, TypeError, ValidationError) as error:
            raise TerraformRunError(run.command, (), directory=self._shown_dir, stderr=run.finished.stderr) from error

    def plan(
        self, *, out: Path | None = None, variables: Mapping[str, Any] | None = None, destroy: bool = False
    ) -> PlanResult:
        """Plan an apply (or a destroy), kept in *out*. *variables* are JSON-like values by name."""
        run = self._streamed(
            "plan",
            destroy=FLAG if destroy else None,
            detailed_exitcode=FLAG,
            out=None if out is None else str(out.absolute()),
            variables=variables,
        )
        self._checked(run, succeeds=(0, 2))
        changes = [event for event in run.events if isinstance(event, ResourceChange)]
        return PlanResult(
            _counts(run),
            run.finished.exit_code == 2,
            tuple(change for change in changes if not change.drift),
            tuple(change for change in changes if change.drift),
            out,
        )

    def show_plan(self, file: Path) -> dict[str, Any]:
        """A plan file in Terraform's JSON plan format. It holds sensitive values in the clear."""
        run = self._checked(self._run("show", str(file.absolute()), json=FLAG, no_color=FLAG))
        answer = self._json(run)
        if not isinstance(answer, dict):
            raise TerraformError(f"{file} is not a plan.", cure="Give a file that `terraform plan -out` wrote.")
        return answer

    def apply(self, *, plan: Path | None = None, variables: Mapping[str, Any] | None = None) -> ApplyResult:
        """Apply the plan file *plan*, or plan anew with *variables* and apply. A plan file has its own variables."""
        if plan is not None and variables:
            raise ValueError("a plan file holds its variables already")
        if plan is not None:
            return self._timed("apply", str(plan.absolute()))
        return self._timed("apply", auto_approve=FLAG, variables=variables)

    def destroy(
        self,
        variables: Mapping[str, Any] | None = None,
        *,
        targets: Sequence[str] = (),
        shown_as: str = "destroy",
    ) -> ApplyResult:
        """Destroy everything in the state, or the addresses *targets* and what depends on them.

        Progress calls it *shown_as*.
        """
        options = {"variables": variables, "target": list(targets) or None}
        return self._timed("destroy", shown_as=shown_as, auto_approve=FLAG, **options)

    def state(self) -> dict[str, Any]:
        """The state in Terraform's own format, which no provider is started for. It holds sensitive values."""
        run = self._checked(self._run("state", "pull"))
        return TypeAdapter(dict[str, Any]).validate_python(self._json(run))

    def output(self) -> dict[str, OutputValue]:
        """The outputs in the state, sensitive ones with their values."""
        run = self._checked(self._run("output", json=FLAG, no_color=FLAG))
        return TypeAdapter(dict[str, OutputValue]).validate_python(self._json(run))

    def fmt_check(self) -> list[Path]:
        """The files below the directory that ``terraform fmt`` would change, relative to it."""
        run = self._run("fmt", check=FLAG, recursive=FLAG, no_color=FLAG)
        self._checked(run, succeeds=(0, 3))
        return [Path(line) for line in run.lines]

    def interrupt(self) -> None:
        """Stop the running command as Ctrl-C would, from any thread; later commands raise at once."""
        with self._lock:
            self._interrupted.set()
            if self._child is not None:
                self._child.interrupt()

    def _timed(self, command: str, *arguments: str, **options: Any) -> ApplyResult:
        started = time.monotonic()
        run = self._checked(self._streamed(command, *arguments, **options))
        return ApplyResult(_counts(run), time.monotonic() - started)

    def _streamed(self, command: str, *arguments: str, shown_as: str | None = None, **options: Any) -> _Run:
        run = _Run(command)
        succeeded = False
        self._reporter.begin(shown_as or command)

        def hear(line: str) -> None:
            event = parse_event(line)
            run.events.append(event)
            self._reporter.event(event)

        try:
            self._execute(run, hear, *arguments, json=FLAG, input=False, **options)
            succeeded = run.finished.exit_code in (0, 2)
        finally:
            self._reporter.end(succeeded)
        return run

    def _run(self, command: str, *arguments: str, **options: Any) -> _Run:
        run = _Run(command)
        self._execute(run, run.lines.append, *arguments, **options)
        return run

    def _execute(self, run: _Run, on_line: Callable[[str], None], *arguments: str, **options: Any) -> None:
        built = command_line(self._binary.path, run.command, *arguments, **options)
        with storage_errors(self._directory), built as line:
            run.variables_file = line.variables_file
            child = ChildProcess(
                line.words, directory=self._directory, environment=self._environment, grace_seconds=self._grace_seconds
            )
            with self._lock:
                if self._interrupted.is_set():
                    raise TerraformInterruptedError(f"terraform {run.command} was not started: interrupted.")
                self._child = child
            try:
                run.finished = child.run(on_line)
            finally:
                with self._lock:
                    self._child = None
        if self._interrupted.is_set() and run.finished.exit_code != 0:
            raise TerraformInterruptedError(
                f"terraform {run.command} was interrupted.", cure="Run it again: the state holds what had been done."
            )

    def _checked(self, run: _Run, succeeds: tuple[int, ...] = (0,)) -> _Run:
        if run.finished.exit_code in succeeds:
            return run
        stderr = run.finished.stderr
        raise TerraformRunError(run.command, run.errors(), directory=self._shown_dir, stderr=stderr)

    def _json(self, run: _Run) -> Any:
        try:
            return json.loads("\n".join(run.lines))
        except ValueError as error:
            raise TerraformRunError(run.command, (), directory=self._shown_dir, stderr=run.finished.stderr) from error


def _counts(run: _Run) -> ChangeCounts:
    # An apply without a plan file reports its plan's totals first and its own last.
    for event in reversed(run.events):
        if isinstance(event, ChangeSummary):
            return event.counts
    return ChangeCounts()


@contextmanager
def _one_at_a_time(cache: Path | None) -> Iterator[None]:
    """Terraform's plugin cache is not safe for two installations at once: hold its lock file meanwhile."""
    if cache is None:
        yield
        return
    with storage_errors(cache):
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / ".lock").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
