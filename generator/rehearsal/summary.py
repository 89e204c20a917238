"""A rehearsal's result for a person, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from generator.rehearsal.checks import Check
from generator.rehearsal.life import Report
from generator.rehearsal.rehearse import Rehearsal, SystemReport

GOOD, BAD = "[green]✓[/]", "[red]✗[/]"
STUB = "°"


def render(rehearsal: Rehearsal) -> RenderableType:
    """Return the summary: what was done with times, checks that failed, the program, what is left, the verdict."""
    parts: list[RenderableType] = []
    for report in (report for system in rehearsal.systems.values() for report in system.reports):
        parts += [_steps(report), *_checks(report)]
    parts += [panel for s in rehearsal.systems.values() for panel in _programs(s)]
    parts += [_left(name, system) for name, system in rehearsal.systems.items()]
    checks = [check for s in rehearsal.systems.values() for report in s.reports for check in report.checks]
    verdict = "[bold green]All holds[/]" if rehearsal.passed else "[bold red]It does not hold[/]"
    if any(check.stub for check in checks):
        parts.append(f"{STUB} the embedded AWS says so without doing it, as it starts no task and copies no image")
    passed = sum(check.passed for check in checks)
    minutes, seconds = divmod(round(rehearsal.seconds), 60)
    parts.append(f"{verdict}: {passed} of {len(checks)} checks, {minutes} min {seconds} s")
    return Group(*parts)


def as_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return the same as data."""
    return {
        "passed": rehearsal.passed,
        "seconds": round(rehearsal.seconds, 1),
        "systems": {name: _system_json(system) for name, system in rehearsal.systems.items()},
    }


def _steps(report: Report) -> Table:
    table = Table(title=report.name, title_justify="left", title_style="bold", show_header=False, box=None)
    table.add_column(width=1)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_column(justify="right", style="dim")
    for step in report.steps:
        mark = BAD if step.name == "ask AWS" and report.failed_checks else GOOD
        table.add_row(mark, step.name, Text(step.result), f"{step.seconds:.1f} s")
    for check in report.failed_checks:
        table.add_row(BAD, Text(check.name), Text(f"found {check.found!r}, expected {check.expected!r}"), "")
    if report.failure:
        table.add_row(BAD, "stopped", Text(report.failure), "")
    return table


def _checks(report: Report) -> Iterator[Text]:
    """Yield the names of what was asked, a paragraph for each concern."""
    concerns: dict[str, list[Check]] = {}
    for check in report.checks:
        concerns.setdefault(check.concern, []).append(check)
    for concern, checks in concerns.items():
        held = sum(check.passed for check in checks)
        names = " · ".join(f"{check.name}{STUB if check.stub else ''}" for check in checks)
        yield Text.assemble((f"   {concern} {held}/{len(checks)}: ", "bold"), (names, "dim"))


def _programs(system: SystemReport) -> Iterator[Panel]:
    for report in system.environments:
        if report.answer is not None:
            seconds = report.answer.result.get("timings", {}).get("total", 0.0)
            trace = report.answer.result.get("trace")
            traced = f", {len(trace['trace'])} steps of it traced" if trace else ""
            title = f"a C++ program through {report.name}, compiled and run in {seconds:.2f} s{traced}"
            yield Panel(Text(report.answer.stdout.rstrip()), title=title, title_align="left", expand=False)


def _left(name: str, system: SystemReport) -> str:
    if system.left is None:
        return f"{BAD} left of {name}: not counted, it was not destroyed"
    if system.left:
        return f"{BAD} left of {name}: " + ", ".join(system.left)
    return f"{GOOD} left of {name}: nothing"


def _system_json(system: SystemReport) -> dict[str, Any]:
    return {
        "passed": system.passed,
        "left": system.left,
        "account": _report_json(system.account),
        "environments": [_report_json(report) for report in system.environments],
    }


def _report_json(report: Report) -> dict[str, Any]:
    return {
        "name": report.name,
        "passed": report.passed,
        "failure": report.failure or None,
        "steps": [{"name": s.name, "result": s.result, "seconds": round(s.seconds, 1)} for s in report.steps],
        "checks": [
            {
                "concern": c.concern,
                "name": c.name,
                "passed": c.passed,
                "stub": c.stub,
                "found": repr(c.found),
                "expected": repr(c.expected),
            }
            for c in report.checks
        ],
        "program": report.answer.result if report.answer else None,
    }
