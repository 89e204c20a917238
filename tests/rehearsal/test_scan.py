"""Every environment and account passes its policy, and once it is applied nothing grave is undecided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.project import all_targets, systems
from tests.rehearsal.conftest import PROJECT, slipway

NAMES = [target.name for target in all_targets(PROJECT)]
ACCOUNTS = [f"{system}/account" for system in systems(PROJECT)]


@pytest.mark.slow
@pytest.mark.rehearsal(150)
@pytest.mark.parametrize("name", NAMES)
def test_an_environment_passes_its_policy_after_a_rehearsal(name: str, tmp_path: Path) -> None:
    findings = passed(name, tmp_path / "report.json")
    assert {f["source"] for f in findings} >= {"slipway", "checkov", "expectation"}


@pytest.mark.slow
@pytest.mark.rehearsal(60)
@pytest.mark.parametrize("name", ACCOUNTS)
def test_an_account_passes_its_policy_after_a_rehearsal(name: str, tmp_path: Path) -> None:
    assert {f["source"] for f in passed(name, tmp_path / "report.json")} >= {"slipway", "checkov"}


def passed(name: str, file: Path) -> list[dict[str, Any]]:
    """The findings of a scan of *name*, in which nothing fails and nothing grave is undecided."""
    done = slipway("scan", name, "--rehearse", "--quiet", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [s["read"] for s in report["stages"]] == ["HCL", "first plan", "plan after a rehearsed apply"]
    findings: list[dict[str, Any]] = report["findings"]
    grave = [f for f in findings if f["severity"] in ("critical", "high")]
    assert [f for f in grave if f["outcome"] in ("fail", "error", "undecided")] == []
    # Whoever accepts something says why.
    assert all(len(f["exemption"].split()) >= 4 for f in findings if f["exemption"])
    return findings
