"""checkov in this process: over a root module's HCL with all modules it calls, and over its plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.policy import checkov_process
from generator.policy.checkov_process import Record, Result
from generator.policy.plan.resource import without_keys


@dataclass(frozen=True, order=True)
class Finding:
    """A check of one resource. *address* has no instance keys; *reason* is that of a skip."""

    check: str
    address: str
    reason: str = ""


@dataclass(frozen=True)
class Scan:
    """What a scan said: the number of passed checks, what failed, and what a comment inside the block skips."""

    passed: int
    failed: frozenset[Finding]
    skipped: frozenset[Finding]


def scan_hcl(directory: Path) -> Scan:
    """Scan the root module in *directory*. Raises SlipwayError for a file that checkov cannot read."""
    return _scan(checkov_process.scan_directory(directory))


def scan_plan(plan: Mapping[str, Any]) -> Scan:
    """Scan a plan, as ``terraform show -json`` gives it."""
    return _scan(checkov_process.scan_plan(plan))


def _scan(records: list[Record]) -> Scan:
    assert [record for record in records if record.result == "error"] == []
    passed = sum(record.result == "passed" for record in records)
    return Scan(passed, _findings(records, "failed"), _findings(records, "skipped"))


def _findings(records: Iterable[Record], result: Result) -> frozenset[Finding]:
    return frozenset(Finding(r.check, without_keys(r.address), r.reason) for r in records if r.result == result)
