"""A report as JSON, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.policy.findings import Finding, ScanReport
from generator.policy.reports.paths import relative

VERSION = 1


def as_json(report: ScanReport) -> dict[str, Any]:
    """The report: ``summary``, ``exempt_rules``, ``stages`` and every finding, worst first."""
    return {
        "version": VERSION,
        "passed": report.passed,
        "summary": {**report.counts(), "rules": report.rules},
        "exempt_rules": report.exempt_rules,
        "stages": [{"target": target, "read": stage} for target, stage in report.stages],
        "findings": [_finding(finding) for finding in sorted(report.findings, key=lambda f: f.order)],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    where = finding.where
    return {
        "target": finding.target,
        "rule": finding.rule,
        "title": finding.title,
        "severity": str(finding.severity),
        "outcome": "exempt" if finding.exemption else str(finding.outcome),
        "address": finding.address,
        "attribute": finding.attribute,
        "message": finding.message,
        "remediation": finding.remediation,
        "document": finding.document,
        "source": finding.source,
        "file": relative(where, Path()),
        "line": where.line if where else None,
        "exemption": finding.exemption or None,
    }
