"""A report for a terminal: worst first, by resource, the remedy below."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from generator.errors import Location
from generator.policy.findings import Finding, ScanReport
from generator.policy.reports.paths import relative
from generator.policy.verdict import Outcome

STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
SHOWN = 50


def render(report: ScanReport, *, verbose: bool = False) -> RenderableType:
    """The failures, what is undecided, and the sums. *verbose* lists everything that is undecided or exempt."""
    parts: list[RenderableType] = []
    parts += _section("Failed", report.failures)
    undecided = report.undecided
    shown = undecided if verbose else undecided[:SHOWN]
    parts += _section("Undecided: known only after the apply", shown, remedy=False)
    if len(shown) < len(undecided):
        parts.append(Text(f"  and {len(undecided) - len(shown)} more: --verbose\n"))
    if verbose:
        parts += _section("Accepted", report.exempt, remedy=False)
    parts.append(summary(report))
    return Group(*parts)


def summary(report: ScanReport) -> Text:
    """The sums in one line."""
    counts = report.counts()
    words = [f"{counts[str(o)]} {o}" for o in Outcome if counts[str(o)]]
    words += [f"{counts['exempt']} accepted, of {_counted(report.exempt_rules, 'rule')}"] if counts["exempt"] else []
    targets = _counted({finding.target for finding in report.findings}, "target")
    text = f"{report.rules} rules, {targets}: {', '.join(words) or 'nothing found'}"
    return Text(text, "bold green" if report.passed else "bold red")


def _counted(things: Collection[object], word: str) -> str:
    return f"{len(things)} {word}{'s' if len(things) != 1 else ''}"


def _section(title: str, findings: list[Finding], *, remedy: bool = True) -> list[RenderableType]:
    if not findings:
        return []
    parts: list[RenderableType] = [Text(f"{title}\n", "bold")]
    # A resource stands where the worst of its findings would.
    worst = {(f.target, f.address): f.order[:2] for f in sorted(findings, key=lambda f: f.order, reverse=True)}
    by_resource = sorted(findings, key=lambda f: (worst[f.target, f.address], f.target, f.address, f.order))
    for (target, address), group in groupby(by_resource, key=lambda f: (f.target, f.address)):
        of_it = list(group)
        place = next((_place(f.where) for f in of_it if f.where), "")
        head = Text(address or "the rule itself", "bold")
        head.append(f"  {target}" + (f"  {place}" if place else ""), "dim")
        parts.append(head)
        for finding in of_it:
            line = Text(f"  {finding.severity:<9}", STYLES[finding.severity])
            line.append(f"{finding.rule}  {finding.title}. ", "default")
            line.append(finding.exemption or finding.message, "default")
            parts.append(line)
            if remedy and finding.remediation:
                parts.append(Text(f"           {finding.remediation}", "green"))
        parts.append(Text())
    return parts


def _place(where: Location) -> str:
    """The file below where the scan runs, and the line: what an editor and a terminal open."""
    file = relative(where, Path())
    return f"{file}:{where.line}" if where.line else str(file)
