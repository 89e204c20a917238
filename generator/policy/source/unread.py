"""Modules that HCL calls and that are not on disk: what they make is judged by nobody, and said to be undecided."""

from __future__ import annotations

from collections.abc import Iterator

from generator.policy.findings import Finding
from generator.policy.source.tree import Sources
from generator.policy.verdict import Outcome, Severity

RULE = "SOURCE-001"


def unread_modules(sources: Sources, target: str) -> Iterator[Finding]:
    """Yield a finding for each call in *sources* of a module that cannot be read."""
    for address, where in sources.missing():
        yield Finding(
            target=target,
            rule=RULE,
            title="Every module that is called can be read",
            severity=Severity.HIGH,
            outcome=Outcome.UNDECIDED,
            address=address,
            message="Its module is not on disk: no rule saw what it makes.",
            attribute="source",
            remediation="Run terraform init, which fetches it, or scan a plan.",
            document="docs/policy.md",
            where=where,
        )
