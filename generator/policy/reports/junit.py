"""A report as JUnit's XML, which every build server shows. Written here: no code and no value is in it."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as Xml

from generator.policy.findings import Finding, ScanReport
from generator.policy.reports.paths import relative
from generator.policy.verdict import Outcome

# XML 1.0 has no other control characters, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: ScanReport) -> str:
    """One suite a target, one case a rule and resource. What is undecided or accepted is skipped, with the reason."""
    root = Xml.Element("testsuites", name="slipway scan")
    cases = sorted((f for f in report.findings if f.outcome is not Outcome.NOT_APPLICABLE), key=lambda f: f.target)
    for target, group in groupby(cases, key=lambda f: f.target):
        findings = sorted(group, key=lambda f: f.order)
        suite = Xml.SubElement(root, "testsuite", name=_clean(target), tests=str(len(findings)))
        suite.set("failures", str(sum(f.counts and f.outcome is Outcome.FAIL for f in findings)))
        suite.set("errors", str(sum(f.counts and f.outcome is Outcome.ERROR for f in findings)))
        suite.set("skipped", str(sum(_is_skipped(f) for f in findings)))
        for finding in findings:
            suite.append(_case(finding))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _case(finding: Finding) -> Xml.Element:
    case = Xml.Element("testcase", classname=_clean(finding.address or "rule"), name=f"{finding.rule} {finding.title}")
    if finding.where:
        case.set("file", _clean(str(relative(finding.where, Path()))))
        case.set("line", str(finding.where.line or 1))
    if _is_skipped(finding):
        Xml.SubElement(case, "skipped", message=_clean(finding.exemption or finding.message))
    elif finding.counts:
        kind = "error" if finding.outcome is Outcome.ERROR else "failure"
        element = Xml.SubElement(case, kind, message=_clean(finding.message or finding.title), type=finding.severity)
        element.text = _clean(finding.remediation)
    return case


def _is_skipped(finding: Finding) -> bool:
    return bool(finding.exemption) or finding.outcome is Outcome.UNDECIDED


def _clean(text: str) -> str:
    return FORBIDDEN.sub("?", text)
