"""Stepping through a trace in the terminal, and listing it where there is none."""

from __future__ import annotations

import os
import re
import sys
import termios
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from generator.traces.values import as_text

# An arrow is an escape and more, and several keys may come at once.
KEY = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)
HELP = "→ next  ← back  Home first  End last  q quit"
KEYS = {
    "\x1b[C": "forward",
    "n": "forward",
    " ": "forward",
    "\r": "forward",
    "\x1b[D": "back",
    "p": "back",
    "\x1b[H": "first",
    "\x1bOH": "first",
    "g": "first",
    "\x1b[F": "last",
    "\x1bOF": "last",
    "G": "last",
    "q": "quit",
    "\x1b": "quit",
}


@dataclass
class Steps:
    """The steps of a *trace* (a ProgramTrace), one of which is looked at."""

    trace: Mapping[str, Any]
    at: int = 0

    def __len__(self) -> int:
        return len(self.trace["trace"])

    @property
    def step(self) -> dict[str, Any]:
        found: dict[str, Any] = self.trace["trace"][self.at]
        return found

    def press(self, key: str) -> bool:
        """Do what *key* asks for; false when it asks to end. Keys that mean nothing do nothing."""
        last = len(self) - 1
        match KEYS.get(key):
            case "forward":
                self.at = min(self.at + 1, last)
            case "back":
                self.at = max(self.at - 1, 0)
            case "first":
                self.at = 0
            case "last":
                self.at = last
            case "quit":
                return False
        return True


def show(steps: Steps) -> None:
    """Show a step at a time on the whole screen, and go where the keys lead."""
    console = Console(highlight=False)
    with _keys() as keys, console.screen(hide_cursor=True) as screen:
        screen.update(_screen(steps, console.height))
        for key in keys:
            if not steps.press(key):
                return
            screen.update(_screen(steps, console.height))


@contextmanager
def _keys() -> Iterator[Iterator[str]]:
    """The keys that are pressed. One mode for all: what is typed while a step is drawn is neither lost nor echoed."""
    # Standard input may be the program's.
    at = os.dup(sys.stdin.fileno()) if sys.stdin.isatty() else os.open("/dev/tty", os.O_RDONLY)
    try:
        before = termios.tcgetattr(at)
        tty.setcbreak(at, termios.TCSADRAIN)
        try:
            yield _read_keys(at)
        finally:
            termios.tcsetattr(at, termios.TCSADRAIN, before)
    finally:
        os.close(at)


def _read_keys(terminal: int) -> Iterator[str]:
    while typed := os.read(terminal, 64):
        yield from KEY.findall(typed.decode(errors="replace"))


def listing(steps: Steps) -> Iterator[str]:
    """Each step as a line, with the variables of its function below what they were changed to."""
    before: dict[str, str] = {}
    for number, step in enumerate(steps.trace["trace"], start=1):
        yield f"{number:4}  {_what(step)}"
        now = dict(_state(step))
        for name, text in now.items():
            if before.get(name) != text:
                yield f"      {name} = {text}"
        before = now


def _what(step: Mapping[str, Any]) -> str:
    message = f": {step['exceptionMsg']}" if step.get("exceptionMsg") else ""
    return f"line {step['line']}  {step['event']} in {step['funcName']}{message}"


def _state(step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _variables(step["orderedGlobals"], step["globals"])
    if step["stackToRender"]:
        frame = step["stackToRender"][-1]
        for name, text in _variables(frame["orderedVarNames"], frame["encodedLocals"]):
            yield f"{frame['funcName']}.{name}", text


def _variables(names: list[str], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, as_text(values[name])) for name in names if name in values)


def _screen(steps: Steps, height: int) -> Layout:
    layout = Layout()
    layout.split_column(Layout(name="middle"), Layout(_output(steps.step), size=5), Layout(_status(steps), size=1))
    layout["middle"].split_row(Layout(_code(steps, height - 8)), Layout(_memory(steps.step)))
    return layout


def _code(steps: Steps, lines: int) -> Panel:
    line = steps.step["line"]
    first = max(1, line - lines // 2)
    syntax = Syntax(
        steps.trace["code"],
        "cpp",  # C is coloured well by it
        line_numbers=True,
        highlight_lines={line},
        line_range=(first, first + max(lines, 1) - 1),
        background_color="default",
    )
    return Panel(syntax, title=steps.step["funcName"], border_style="dim")


def _memory(step: Mapping[str, Any]) -> Panel:
    parts: list[RenderableType] = []
    # The innermost first: what does not fit is cut off below.
    for frame in reversed(step["stackToRender"]):
        title = f"{frame['funcName']}, line {frame['line']}"
        parts.append(_table(title, _variables(frame["orderedVarNames"], frame["encodedLocals"])))
    if step["orderedGlobals"]:
        parts.append(_table("globals", _variables(step["orderedGlobals"], step["globals"])))
    if step["heap"]:
        parts.append(_table("heap", ((address, as_text(value)) for address, value in step["heap"].items())))
    return Panel(Group(*parts), title="memory", border_style="dim")


def _table(title: str, rows: Iterator[tuple[str, str]]) -> Table:
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    return table


def _output(step: Mapping[str, Any]) -> Panel:
    # The newest lines: three fit.
    return Panel(Text("\n".join(step["stdout"].splitlines()[-3:])), title="output", border_style="dim")


def _status(steps: Steps) -> Text:
    return Text(f"step {steps.at + 1} of {len(steps)}  {_what(steps.step)}   {HELP}", style="reverse")
