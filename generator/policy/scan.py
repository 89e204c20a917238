"""A scan: plans and files read, rules tried, exemptions applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from generator.errors import Location, SlipwayError
from generator.policy import checkov_findings, checkov_process
from generator.policy.checkov_process import Record
from generator.policy.evaluate import Locate, evaluate, nowhere
from generator.policy.exemptions import exempt, unknown_rules
from generator.policy.expectations import RULE as EXPECTATION
from generator.policy.expectations import expected
from generator.policy.findings import Finding, ScanReport, merged
from generator.policy.plan import Plan, parse_plan, read_plan
from generator.policy.planned import Planned, Planning
from generator.policy.platform import Platform
from generator.policy.read_back import without_read_back
from generator.policy.redaction import redacted, secrets_of
from generator.policy.rule import Rule
from generator.policy.source import Sources
from generator.policy.source.static import static_plan
from generator.policy.source.unread import RULE as UNREAD
from generator.policy.source.unread import unread_modules
from generator.policy.targets import ScanTarget, standard_input
from generator.policy.verdict import Outcome, Severity
from generator.systems.manifest.problems import one_of

GRAVE = (Severity.CRITICAL, Severity.HIGH)


@dataclass
class Scan:
    """What a scan tries: *rules* of the platform and of the team, and checkov's. *today* decides what has expired.

    *rehearse* applies environments to the embedded AWS and scans the plan after that: then nothing grave may stay
    undecided.
    """

    rules: Sequence[Rule]
    planning: Planning
    today: date
    checkov: bool = True
    rehearse: bool = False

    def run(self, targets: Iterable[ScanTarget]) -> ScanReport:
        """Scan *targets*. Raises SlipwayError for a target that cannot be read, planned, or rehearsed."""
        chosen = list(targets)
        for target in chosen:
            self._check_exemptions(target)
            if self.rehearse and target.kind != "environment":
                # An apply executes what it is given, and a plan has nothing to apply it to.
                cure = "Name SYSTEM/ENV, or leave out --rehearse."
                where = Location(target.path)
                raise SlipwayError("only environments of a project can be rehearsed", where=where, cure=cure)
        with self.planning:
            return merged([self._target(target) for target in chosen])

    def _check_exemptions(self, target: ScanTarget) -> None:
        ours = frozenset({rule.id for rule in self.rules} | {EXPECTATION, UNREAD})
        for placed in unknown_rules(target.settings, ours):
            rule = placed.exemption.rule
            if not rule.startswith("CKV"):
                raise SlipwayError(f"there is no rule {rule}", where=placed.where, cure=one_of(rule, ours))
            if self.checkov and rule not in checkov_process.check_ids():
                cure = one_of(rule, checkov_process.check_ids())
                raise SlipwayError(f"checkov has no check {rule}", where=placed.where, cure=cure)

    def _target(self, target: ScanTarget) -> ScanReport:
        sources = self._sources(target)
        locate = sources.locate if sources is not None else nowhere
        hcl = _of_root(sources) if sources is not None and self.checkov else []
        findings, ids = [], {rule.id for rule in self.rules} | {EXPECTATION, UNREAD}
        stages = [(target.name, "HCL")] if sources is not None else []
        planned = self._planned(target, sources)
        for number, stage in enumerate(planned):
            stages.append((target.name, stage.description))
            last = number == len(planned) - 1
            found = self._plan(target, stage, locate, hcl)
            # What the last plan decides is not said twice.
            findings += found if last else [f for f in found if f.outcome in (Outcome.FAIL, Outcome.ERROR)]
        if target.kind == "directory" and sources is not None:
            findings += unread_modules(sources, target.name)
        if hcl:
            of_hcl = checkov_findings.from_directory(hcl, target.name, locate)
            findings = checkov_findings.without_doubles(of_hcl, findings)
        if self.checkov:
            ids |= checkov_process.check_ids()
        marked = exempt(_once(findings), target.settings, target.name, target.environment, frozenset(ids), self.today)
        return ScanReport(tuple(self._strictly(marked)), len(ids), tuple(stages))

    def _sources(self, target: ScanTarget) -> Sources | None:
        if target.source is None:
            return None
        sources = Sources(target.source)
        sources.check()
        return sources

    def _planned(self, target: ScanTarget, sources: Sources | None) -> list[Planned]:
        if target.kind == "plan":
            return [_given(read_plan(target.path), sources)]
        if target.kind == "standard input":
            return [_given(parse_plan(standard_input(), Location(Path("standard input"))), sources)]
        if sources is None:
            return []
        if target.kind == "directory":
            # No plan: that would execute what the directory says.
            if unread := sources.unread():
                cure = "Scan a plan: what this file adds would be judged by nobody."
                raise SlipwayError("is Terraform's JSON, which is not read", where=Location(unread[0]), cure=cure)
            return [Planned("what is written out", static_plan(sources), sources)]
        first = self.planning.environment(target, sources)
        return [first, self.planning.rehearsed(target, sources)] if self.rehearse else [first]

    def _plan(self, target: ScanTarget, stage: Planned, locate: Locate, hcl: list[Record]) -> list[Finding]:
        settings, plan = target.settings, stage.plan
        secrets = secrets_of(plan)
        platform = Platform(plan, settings.code_runners, target.environment in settings.production)
        found = list(evaluate(platform, self.rules, target.name, locate))
        found += expected(plan, settings, target.name, target.environment, secrets)
        if self.checkov and plan.document:
            found += self._checkov(target, plan, locate, hcl)
        return list(redacted(found, secrets))

    def _checkov(self, target: ScanTarget, plan: Plan, locate: Locate, hcl: list[Record]) -> list[Finding]:
        records = checkov_process.scan_plan(without_read_back(plan))
        skips = checkov_findings.reasons(hcl)
        return list(checkov_findings.from_plan(records, plan, target.name, locate, skips))

    def _strictly(self, findings: list[Finding]) -> list[Finding]:
        """After a rehearsal nothing grave may stay undecided."""
        if not self.rehearse:
            return findings
        return [f.failed() if f.outcome is Outcome.UNDECIDED and f.severity in GRAVE else f for f in findings]


def _of_root(sources: Sources) -> list[Record]:
    """checkov's records of the root and of what it calls: it reads every folder below, and knows blocks by address."""
    records = checkov_process.scan_directory(sources.directory)
    return [record for record in records if record.file is None or sources.holds(record.file, record.address)]


def _given(plan: Plan, sources: Sources | None) -> Planned:
    if sources is not None:
        plan.files = sources
    return Planned("plan", plan, sources)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, whatever plans have it."""
    kept: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        kept[finding.rule, finding.address, finding.attribute, finding.outcome, finding.message] = finding
    return list(kept.values())
