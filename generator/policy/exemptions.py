"""Accepting failures: matched by exact rule and whole address, until a day, and only while they are needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from generator.policy.findings import Finding
from generator.policy.platform import matches
from generator.policy.settings import Exemption, Placed, Settings
from generator.policy.verdict import Outcome, Severity

EXPIRED, UNUSED = "POLICY-001", "POLICY-002"


def exempt(
    findings: Iterable[Finding], settings: Settings, target: str, environment: str, tried: frozenset[str], today: date
) -> list[Finding]:
    """Mark what *settings* accept in *findings*, and add a finding for each exemption that expired or is not needed.

    *tried* are the ids of the rules that this scan tried: of others nobody can say whether they are needed.
    """
    placed = [p for p in settings.exemptions if p.exemption.covers(environment)]
    living = [p for p in placed if p.exemption.expires >= today]
    used: set[int] = set()
    result: list[Finding] = []
    for finding in findings:
        about = [p for p in living if _is_about(p, finding)]
        by = [p for p in about if _accepts(p.exemption, finding)]
        # Of what is undecided nobody knows yet what the message will be.
        used |= {id(p) for p in (about if finding.outcome is Outcome.UNDECIDED else by)}
        result.append(finding.exempted(by[0].exemption.reason) if by else finding)
    for p in placed:
        if p not in living:
            result.append(_about(p, target, EXPIRED, f"The exemption of {p.exemption.rule} has expired."))
        elif id(p) not in used and p.exemption.rule in tried:
            said = f' with "{p.exemption.message}"' if p.exemption.message else ""
            message = f"Nothing at {p.exemption.address} fails {p.exemption.rule}{said} any more."
            result.append(_about(p, target, UNUSED, message))
    return result


def unknown_rules(settings: Settings, known: frozenset[str]) -> list[Placed]:
    """The exemptions of rules that do not exist."""
    return [p for p in settings.exemptions if p.exemption.rule not in known]


def _is_about(placed: Placed, finding: Finding) -> bool:
    exemption = placed.exemption
    if finding.outcome not in (Outcome.FAIL, Outcome.UNDECIDED) or exemption.rule != finding.rule:
        return False
    return matches(finding.address, exemption.address)


def _accepts(exemption: Exemption, finding: Finding) -> bool:
    return not exemption.message or matches(finding.message, exemption.message)


def _about(placed: Placed, target: str, rule: str, message: str) -> Finding:
    titles = {EXPIRED: "Exemptions end on their day", UNUSED: "Exemptions are needed"}
    cures = {EXPIRED: "Mend the cause, or decide anew and set another day.", UNUSED: "Remove it from policy.yaml."}
    return Finding(
        target=target,
        rule=rule,
        title=titles[rule],
        severity=Severity.HIGH,
        outcome=Outcome.FAIL,
        address=placed.exemption.address,
        message=f"{message} It is {placed.exemption.owner}'s.",
        remediation=cures[rule],
        document="policy.yaml",
        source="policy.yaml",
        where=placed.where,
    )
