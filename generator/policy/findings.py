"""What a scan found: one finding for each rule and resource, whoever found it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from generator.errors import Location
from generator.policy.verdict import Outcome, Severity

Source = Literal["slipway", "checkov", "expectation", "policy.yaml"]


@dataclass(frozen=True)
class Finding:
    """What *rule* says of *address* in *target*. *where* is the file and line of the block, when a file is known.

    *exemption* is the reason for which a failure is accepted; it then counts as exempt, whatever its outcome.
    """

    target: str
    rule: str
    title: str
    severity: Severity
    outcome: Outcome
    address: str
    message: str = ""
    attribute: str = ""
    remediation: str = ""
    document: str = ""
    source: Source = "slipway"
    where: Location | None = None
    exemption: str = ""

    @property
    def counts(self) -> bool:
        """Whether it fails the scan."""
        return self.outcome in (Outcome.FAIL, Outcome.ERROR) and not self.exemption

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Worst first."""
        outcomes = list(Outcome)
        return (outcomes.index(self.outcome), self.severity.rank, self.address, self.rule)

    def failed(self) -> Finding:
        """The same as a failure: for what may not stay undecided."""
        return self if self.exemption else replace(self, outcome=Outcome.FAIL)

    def exempted(self, reason: str) -> Finding:
        return replace(self, exemption=reason)


@dataclass(frozen=True)
class ScanReport:
    """All findings of a scan, of every target. *rules* is how many rules were tried; *stages* say which plans and
    files were read, by target."""

    findings: tuple[Finding, ...]
    rules: int
    stages: tuple[tuple[str, str], ...] = ()

    def of(self, *outcomes: Outcome) -> list[Finding]:
        """The findings with one of *outcomes* that are not exempt, worst first."""
        found = [f for f in self.findings if f.outcome in outcomes and not f.exemption]
        return sorted(found, key=lambda f: f.order)

    @property
    def failures(self) -> list[Finding]:
        return self.of(Outcome.FAIL, Outcome.ERROR)

    @property
    def undecided(self) -> list[Finding]:
        return self.of(Outcome.UNDECIDED)

    @property
    def exempt(self) -> list[Finding]:
        return sorted((f for f in self.findings if f.exemption), key=lambda f: f.order)

    @property
    def exempt_rules(self) -> list[str]:
        """The ids of what is accepted somewhere."""
        return sorted({f.rule for f in self.findings if f.exemption})

    @property
    def passed(self) -> bool:
        return not self.failures

    def counts(self) -> Counter[str]:
        """How many findings there are, by outcome; exempt ones by themselves."""
        return Counter("exempt" if f.exemption else str(f.outcome) for f in self.findings)


def merged(reports: Iterable[ScanReport]) -> ScanReport:
    """One report of several."""
    every = list(reports)
    return ScanReport(
        tuple(f for report in every for f in report.findings),
        max((report.rules for report in every), default=0),
        tuple(stage for report in every for stage in report.stages),
    )
