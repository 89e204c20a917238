"""A report as a comment on a pull request: the sums first, and never longer than GitHub takes."""

from __future__ import annotations

from generator.policy.findings import Finding, ScanReport
from generator.policy.verdict import Outcome

# GitHub counts characters of UTF-16, and refuses 65,536.
LIMIT = 65_535
MARKS = {"critical": "🟥", "high": "🟧", "medium": "🟨", "low": "🟦"}


def as_markdown(report: ScanReport) -> str:
    """The summary, the failures by severity, what is undecided, what is accepted; cut where the comment is full."""
    counts = report.counts()
    verdict = "Nothing fails" if report.passed else f"{len(report.failures)} failed"
    failed, undecided, accepted = len(report.failures), len(report.undecided), counts["exempt"]
    sums = (failed, undecided, accepted, len(report.exempt_rules), counts[str(Outcome.PASS)])
    targets = sorted({f.target for f in report.findings})
    head = [
        f"## Policy: {verdict}",
        "",
        f"{report.rules} rules on {', '.join(f'`{_code(t)}`' for t in targets[:20])}.",
        "",
        "| failed | undecided | accepted | of rules | passed |",
        "| --- | --- | --- | --- | --- |",
        f"| {' | '.join(map(str, sums))} |",
        "",
    ]
    body: list[str] = []
    body += _table("Failed", report.failures)
    body += _table("Undecided: known only after the apply", report.undecided, folded=True)
    body += _table("Accepted", report.exempt, folded=True)
    return _fitted(head, body)


def _table(title: str, findings: list[Finding], *, folded: bool = False) -> list[str]:
    if not findings:
        return []
    rows = [_row(finding) for finding in findings]
    table = ["| | Rule | Where | What | Remedy |", "| --- | --- | --- | --- | --- |", *rows]
    if folded:
        return [f"<details><summary>{title}: {len(findings)}</summary>", "", *table, "", "</details>", ""]
    return [f"### {title}", "", *table, ""]


def _row(finding: Finding) -> str:
    place = f"`{_code(finding.address or 'the rule itself')}`"
    if finding.where:
        place += f"<br>{_cell(finding.where.file.name)}:{finding.where.line or 1}"
    what = f"{finding.title}. {finding.exemption or finding.message}".strip()
    return (
        f"| {MARKS[finding.severity]} | {finding.rule} | {place} | {_cell(what)} "
        f"| {'' if finding.exemption else _cell(finding.remediation)} |"
    )


def _cell(text: str) -> str:
    """*text* in a cell: a stranger's name must not end the table, call a person, or become HTML."""
    for character, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("@", "@\u200b"), ("`", "'")):
        text = text.replace(character, safe)
    return " ".join(text.split())


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").replace("|", "\\|").split())


def _fitted(head: list[str], body: list[str]) -> str:
    text = "\n".join([*head, *body])
    if _length(text) <= LIMIT:
        return text
    kept = list(head)
    room = LIMIT - _length("\n".join(head)) - 200
    opened = False
    for line in body:
        room -= _length(line) + 1
        if room < 0:
            break
        kept.append(line)
        opened = line.startswith("<details>") or (opened and line != "</details>")
    kept += ["", "</details>"] if opened else []
    rest = len(body) - (len(kept) - len(head))
    return "\n".join([*kept, "", f"*{rest} more lines are in the report of the run.*", ""])


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
