"""A report as SARIF 2.1.0, as GitHub's code scanning takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.policy.findings import Finding, ScanReport
from generator.policy.reports.paths import relative, uri
from generator.policy.rule import Rule
from generator.policy.verdict import Outcome, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# What GitHub sorts by: from 9.0 critical, from 7.0 high, from 4.0 medium.
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
SHOWN = (Outcome.FAIL, Outcome.ERROR, Outcome.UNDECIDED)
# GitHub refuses a file with more.
MOST = 25_000


def as_sarif(report: ScanReport, rules: Iterable[Rule], base: Path) -> dict[str, Any]:
    """The failures of *report*, and what is undecided as notes. Files are relative to *base*; a finding without a file
    stands at the first line of what was scanned. What is accepted is left out: GitHub does not read `suppressions`, and
    would open an alert for each."""
    known = {rule.id: rule for rule in rules}
    findings = report.of(*SHOWN)[:MOST]
    ids = sorted({finding.rule for finding in findings})
    first = {finding.rule: finding for finding in reversed(findings)}
    run = {
        "tool": {
            "driver": {
                "name": "Slipway",
                "semanticVersion": _semantic(version("slipway")),
                "rules": [_rule(first[i], known) for i in ids],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": [_result(finding, ids.index(finding.rule), base) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(finding: Finding, known: Mapping[str, Rule]) -> dict[str, Any]:
    rule = known.get(finding.rule)
    why = rule.rationale if rule else finding.title
    cure = finding.remediation or "See the documentation of checkov."
    return {
        "id": finding.rule,
        "name": finding.rule.replace("-", "").replace("_", ""),
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": why},
        "help": {
            "text": f"{why}\n\nRemedy: {cure}\n\nFrom: {finding.document}",
            "markdown": f"{why}\n\n**Remedy:** {cure}\n\n*From: {finding.document}*",
        },
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {
            "security-severity": SCORES[finding.severity],
            "precision": "high",
            "tags": ["security", "terraform", finding.source],
        },
    }


def _result(finding: Finding, index: int, base: Path) -> dict[str, Any]:
    undecided = finding.outcome is Outcome.UNDECIDED
    text = f"{finding.address or 'The rule itself'}: {finding.message or finding.title}"
    file = relative(finding.where, base) or _scanned(finding.target, base)
    line = finding.where.line if finding.where and finding.where.line else 1
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": "note" if undecided else LEVELS[finding.severity],
        "message": {"text": f"Undecided. {text}" if undecided else text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri(file), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": line},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.address or finding.rule, "kind": "resource"}],
            }
        ],
        # Of what does not move when lines do.
        "partialFingerprints": {"slipway/v1": _fingerprint(finding)},
    }
    if file.startswith("/"):
        del result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"]
    return result


def _scanned(target: str, base: Path) -> str:
    path = Path(target)
    if path.is_file():
        resolved = path.resolve()
        root = base.resolve()
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else resolved.as_posix()
    return "plan.json" if target == "standard input" else f"envs/{target}/main.tf"


def _fingerprint(finding: Finding) -> str:
    text = "\0".join((finding.target, finding.rule, finding.address, finding.attribute, finding.message))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _semantic(text: str) -> str:
    """A version of Python's packages as semantic versioning writes it: 0.1.0.dev0 is 0.1.0-dev0."""
    release, mark, rest = text.partition(".dev")
    return f"{release}-dev{rest}" if mark else release
