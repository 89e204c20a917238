"""Shows what terraform is doing: a live display on a terminal, one line a command elsewhere."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from generator.terraform.diagnostic import Diagnostic
from generator.terraform.events import (
    ChangeSummary,
    DiagnosticEvent,
    Event,
    MessageEvent,
    OperationEvent,
    PlainLine,
    ResourceChange,
)

# How many apply_complete events a planned action leads to; the other actions (read, noop, move, …) lead to none.
STEPS = {"create": 1, "update": 1, "delete": 1, "replace": 2}
SHOWN_RESOURCES = 6


class Reporter(Protocol):
    """Hears of a command's begin, of each of its events in order, and of its end (also after an exception)."""

    def begin(self, command: str) -> None:
        """*command* starts: init, plan, apply, destroy, or what else the caller calls it."""

    def event(self, event: Event) -> None:
        """Something happened; called in the thread that runs the command."""

    def end(self, succeeded: bool) -> None:
        """The command ended."""


class SilentReporter:
    """Says nothing."""

    def begin(self, command: str) -> None:
        """Nothing."""

    def event(self, event: Event) -> None:
        """Nothing."""

    def end(self, succeeded: bool) -> None:
        """Nothing."""


class ProgressDisplay:
    """The place on *console* where any number of reporters show their progress at once. A context manager.

    On a terminal each running command has a live row; elsewhere only the line about its end is printed.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._rows: list[RichReporter] = []
        self._live = Live(self, console=console, refresh_per_second=4, transient=True) if console.is_terminal else None

    def reporter(self, label: str = "") -> RichReporter:
        """A reporter with a row of its own; *label* names the environment, for example ``seepp/test``."""
        row = RichReporter(self.console, label)
        self._rows.append(row)
        return row

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for row in list(self._rows):
            yield from row.lines()


@dataclass
class _Row:
    """What is known of the running command. *working* holds, by address, when work on it began and the action."""

    command: str
    started: float = field(default_factory=time.monotonic)
    stopping: bool = False
    total: int = 0
    done: int = 0
    refreshed: int = 0
    summary: ChangeSummary | None = None
    working: dict[str, tuple[float, str]] = field(default_factory=dict)

    def follow(self, event: OperationEvent) -> None:
        """Count an ``apply`` event."""
        if event.phase == "start":
            self.working[event.address] = (time.monotonic(), event.action)
        elif event.phase in ("complete", "errored"):
            self.working.pop(event.address, None)
            self.done += event.phase == "complete"

    def result(self, succeeded: bool) -> str:
        """How the command ended, in words."""
        if not succeeded:
            how = "interrupted" if self.stopping else "failed"
            return f"{how} after {self.done} of {self.total} changes" if self.total else how
        if self.summary is None:
            return "done"
        counts = self.summary.counts
        if self.command == "plan":
            return f"{counts.add} to add, {counts.change} to change, {counts.destroy} to destroy"
        return f"{counts.add} added, {counts.change} changed, {counts.destroy} destroyed"


class RichReporter:
    """Counts what is done and prints one line at the end of each command, warnings and stray output in between."""

    def __init__(self, console: Console, label: str = "") -> None:
        self._console, self._label = console, label
        self._lock = threading.Lock()
        self._warned: set[Diagnostic] = set()
        self._row: _Row | None = None

    def begin(self, command: str) -> None:
        """Start a row."""
        with self._lock:
            self._row = _Row(command)

    def event(self, event: Event) -> None:
        """Count it, or print it when it is something to read."""
        with self._lock:
            said = None if self._row is None else self._hear(event, self._row)
        self._print(said)

    def end(self, succeeded: bool) -> None:
        """Replace the row by one line."""
        with self._lock:
            row, self._row = self._row, None
        if row is not None:
            mark = Text("✓ ", "green") if succeeded else Text("✗ ", "red")
            said = f"{row.command}: {row.result(succeeded)} in {time.monotonic() - row.started:.1f} s"
            self._print(mark + Text(f"{self._label} {said}".strip()))

    def lines(self) -> list[Table | Text]:
        """The row as it stands now; nothing between two commands."""
        with self._lock:
            row = self._row
            if row is None:
                return []
            now = time.monotonic()
            working = sorted(row.working.items(), key=lambda entry: entry[1][0])
            lines: list[Table | Text] = [self._bar(row, now)]
            for address, (since, action) in working[:SHOWN_RESOURCES]:
                said = f"    {now - since:4.0f} s  {action:7} {address}"
                lines.append(Text(said, style="dim", overflow="ellipsis", no_wrap=True))
            if len(working) > SHOWN_RESOURCES:
                lines.append(Text(f"            and {len(working) - SHOWN_RESOURCES} more", style="dim"))
            return lines

    def _hear(self, event: Event, row: _Row) -> Text | None:
        """Count *event* in *row*; gives what there is to print."""
        match event:
            case ResourceChange(drift=False):
                row.total += STEPS.get(event.action, 0)
            case OperationEvent(kind="apply") if event.action != "read":
                row.follow(event)
            case OperationEvent(kind="refresh", phase="complete"):
                row.refreshed += 1
            case ChangeSummary():
                row.summary = event
            case DiagnosticEvent():
                return self._warning(event.diagnostic, row.command)
            case MessageEvent() if "Interrupt received" in event.message:
                row.stopping = True
            case PlainLine() if event.text.strip() and row.command != "init":
                # `init -json` still writes a sentence about the backend as plain text.
                return Text(event.text)
            case _:
                pass
        return None

    def _warning(self, diagnostic: Diagnostic, command: str) -> Text | None:
        # `init` warns that the lock file of the working copy covers this platform only, which it is meant to.
        if diagnostic.severity != "warning" or command == "init" or diagnostic in self._warned:
            return None
        self._warned.add(diagnostic)
        place = diagnostic.address or (diagnostic.range.filename if diagnostic.range else "")
        parts = (self._label, place, diagnostic.summary)
        return Text("warning: " + ": ".join(part for part in parts if part), style="yellow")

    def _bar(self, row: _Row, now: float) -> Table:
        cells: list[Text | ProgressBar] = [
            Text(f"{self._label} {'stopping' if row.stopping else row.command}".strip(), style="bold")
        ]
        if row.total:
            cells += [ProgressBar(total=row.total, completed=row.done, width=30), Text(f"{row.done}/{row.total}")]
        elif row.refreshed:
            cells.append(Text(f"{row.refreshed} refreshed"))
        cells.append(Text(f"{now - row.started:.0f} s", style="dim"))
        grid = Table.grid(padding=(0, 1))
        grid.add_row(*cells)
        return grid

    def _print(self, text: Text | None) -> None:
        # Never under the lock: printing makes the live display draw every row, which takes each row's lock.
        if text is not None:
            self._console.print(text, soft_wrap=True)
