"""A scan: plans and files read, rules tried, exemptions applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from generator.errors import Location
from generator.policy.evaluate import evaluate
from generator.policy.exemptions import exempt
from generator.policy.expectations import RULE as EXPECTATION
from generator.policy.expectations import expected
from generator.policy.findings import Finding, ScanReport, merged
from generator.policy.plan import Plan, parse_plan, read_plan
from generator.policy.planned import Planned, Planning
from generator.policy.platform import Platform
from generator.policy.rule import Rule
from generator.policy.source import Sources
from generator.policy.targets import ScanTarget, standard_input


@dataclass
class Scan:
    """What a scan tries: *rules* of the platform and of the team."""

    rules: Sequence[Rule]
    planning: Planning
    today: date
    stack: ExitStack = field(default_factory=ExitStack)

    def run(self, targets: Iterable[ScanTarget]) -> ScanReport:
        """Scan *targets*. Raises SlipwayError for a target that cannot be read or planned."""
        with self.planning:
            return merged([self._target(target) for target in targets])

    def _target(self, target: ScanTarget) -> ScanReport:
        findings: list[Finding] = []
        stages: list[tuple[str, str]] = []
        for stage in self._stages(target):
            stages.append((target.name, stage.description))
            findings += self._plan(target, stage.plan, stage.sources)
        tried = frozenset({rule.id for rule in self.rules} | {EXPECTATION})
        settings = target.settings
        marked = exempt(findings, settings, target.name, target.environment, tried, self.today)
        return ScanReport(tuple(marked), len(self.rules), tuple(stages))

    def _stages(self, target: ScanTarget) -> list[Planned]:
        if target.kind == "plan":
            return [Planned("plan", read_plan(target.path))]
        if target.kind == "standard input":
            return [Planned("plan", parse_plan(standard_input(), Location(Path("-"))))]
        sources = Sources(target.path)
        sources.check()
        if target.kind == "environment":
            return [self.planning.environment(target, sources)]
        return []

    def _plan(self, target: ScanTarget, plan: Plan, sources: Sources | None) -> list[Finding]:
        settings = target.settings
        platform = Platform(plan, settings.code_runners, target.environment in settings.production)
        locate = sources.locate if sources is not None else None
        found = list(
            evaluate(platform, self.rules, target.name, locate)
            if locate
            else evaluate(platform, self.rules, target.name)
        )
        return [*found, *expected(plan, settings, target.name, target.environment)]
