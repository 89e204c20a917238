"""checkov's records as findings: at their addresses and lines, and undecided where it judged what nobody knows yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.errors import Location
from generator.policy.checkov_process import Record
from generator.policy.evaluate import Locate
from generator.policy.findings import Finding
from generator.policy.plan import Plan, is_known
from generator.policy.plan.resource import without_keys
from generator.policy.verdict import Outcome, Severity

# checkov tells no severity without its service. These are worse than the rest: the internet, or everything, is let in.
SEVERITIES = {
    **dict.fromkeys(
        (
            "CKV_AWS_20",
            "CKV_AWS_57",
            "CKV_AWS_17",
            "CKV_AWS_24",
            "CKV_AWS_25",
            "CKV_AWS_41",
            "CKV_AWS_45",
            "CKV_AWS_46",
            "CKV_AWS_62",
            "CKV_AWS_63",
            "CKV2_AWS_40",
        ),
        Severity.CRITICAL,
    ),
    **dict.fromkeys(
        (
            "CKV_AWS_2",
            "CKV_AWS_16",
            "CKV_AWS_19",
            "CKV_AWS_53",
            "CKV_AWS_54",
            "CKV_AWS_55",
            "CKV_AWS_56",
            "CKV_AWS_79",
            "CKV_AWS_88",
            "CKV_AWS_103",
            "CKV_AWS_109",
            "CKV_AWS_110",
            "CKV_AWS_111",
            "CKV_AWS_260",
            "CKV_AWS_286",
            "CKV_AWS_287",
            "CKV_AWS_288",
            "CKV_AWS_289",
            "CKV_AWS_290",
            "CKV_AWS_336",
            "CKV_AWS_355",
            "CKV_AWS_382",
            "CKV2_AWS_6",
        ),
        Severity.HIGH,
    ),
}
# What is left out has a good default in the provider: HCL alone does not say so, and the plan does.
GOOD_DEFAULTS = frozenset({"CKV_AWS_226", "CKV_AWS_338"})
DOCUMENT = "checkov"


def from_directory(records: Iterable[Record], target: str, locate: Locate) -> list[Finding]:
    """The findings of a scan of HCL; what a comment in a block skips is accepted, for its reason."""
    return [_finding(record, target, locate) for record in records]


def from_plan(
    records: Iterable[Record], plan: Plan, target: str, locate: Locate, skips: dict[tuple[str, str], str]
) -> Iterator[Finding]:
    """The findings of a scan of *plan*. *skips* are the reasons in the HCL that the plan was made of: matched by the
    exact id of the check and the whole address of the block."""
    for record in records:
        finding = _finding(record, target, locate)
        if finding.outcome is Outcome.PASS and _guessed(record, plan):
            message = "checkov passed it without the value, which is known only after the apply."
            finding = _finding(record, target, locate, Outcome.UNDECIDED, message)
        elif finding.outcome is Outcome.FAIL and _accused(record, plan):
            message = "checkov failed it without the value, which is known only after the apply."
            finding = _finding(record, target, locate, Outcome.UNDECIDED, message)
        reason = skips.get((record.check, without_keys(record.address)))
        yield finding.exempted(reason) if reason and finding.outcome in (Outcome.FAIL, Outcome.UNDECIDED) else finding


def reasons(records: Iterable[Record]) -> dict[tuple[str, str], str]:
    """The reasons of skips in HCL, by check and block."""
    return {
        (r.check, without_keys(r.address)): r.reason or "skipped in its block" for r in records if r.result == "skipped"
    }


def without_doubles(hcl: Iterable[Finding], plan: Iterable[Finding]) -> list[Finding]:
    """Both, with each check of a block once: the plan knows instances, HCL knows what was left out."""
    planned = list(plan)
    has_plan = any(f.source == "checkov" for f in planned)
    failed = {(f.rule, without_keys(f.address)) for f in planned if f.outcome is Outcome.FAIL}
    passed = {(f.rule, without_keys(f.address)) for f in planned if f.outcome is Outcome.PASS}
    kept = []
    for finding in hcl:
        mark = (finding.rule, without_keys(finding.address))
        if finding.outcome is Outcome.FAIL and (mark in failed or (mark in passed and finding.rule in GOOD_DEFAULTS)):
            continue
        if finding.outcome is not Outcome.PASS or not has_plan:
            kept.append(finding)
    # What failed in HCL did not pass: the plan's default only looks like an answer.
    refuted = {(f.rule, without_keys(f.address)) for f in kept if f.outcome is Outcome.FAIL and not f.exemption}
    return [
        *kept,
        *(f for f in planned if f.outcome is not Outcome.PASS or (f.rule, without_keys(f.address)) not in refuted),
    ]


def _finding(record: Record, target: str, locate: Locate, outcome: Outcome | None = None, message: str = "") -> Finding:
    outcomes = {"passed": Outcome.PASS, "failed": Outcome.FAIL, "skipped": Outcome.FAIL, "error": Outcome.ERROR}
    attribute = _path(record.keys[0]) if record.keys else ""
    place = locate(record.address, attribute) or (Location(record.file, record.line) if record.file else None)
    found = outcome or outcomes[record.result]
    return Finding(
        target=target,
        rule=record.check,
        title=record.title.rstrip("."),
        severity=SEVERITIES.get(record.check, Severity.MEDIUM),
        outcome=found,
        address=record.address,
        message=message or ("The check of checkov failed itself." if found is Outcome.ERROR else ""),
        attribute=attribute,
        document=DOCUMENT,
        source="checkov",
        where=None if found is Outcome.PASS else place,
        exemption=(record.reason or "skipped in its block") if record.result == "skipped" else "",
    )


def _guessed(record: Record, plan: Plan) -> bool:
    """Whether the check read an argument that is not known yet."""
    resource = plan.by_address.get(record.address)
    if resource is None or not record.keys:
        return False
    return any(not is_known(resource.get(_path(key))) for key in record.keys)


def _accused(record: Record, plan: Plan) -> bool:
    """Whether every argument that the check read is written down, and not known yet: what is left out has a default,
    of which checkov knows."""
    resource = plan.by_address.get(record.address)
    if resource is None or not record.keys:
        return False
    paths = [_path(key) for key in record.keys]
    return all(not is_known(resource.get(path)) and plan.is_written(resource, path) for path in paths)


def _path(key: str) -> str:
    return re.sub(r"\.+", ".", key.replace("/", ".").replace("[", "").replace("]", "")).strip(".")
