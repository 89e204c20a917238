"""Every environment passes its policy, and once it is applied nothing grave is undecided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.project import all_targets
from tests.rehearsal.conftest import PROJECT, slipway

NAMES = [target.name for target in all_targets(PROJECT)]


@pytest.mark.slow
@pytest.mark.rehearsal(150)
@pytest.mark.parametrize("name", NAMES)
def test_an_environment_passes_its_policy_after_a_rehearsal(name: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    done = slipway("scan", name, "--rehearse", "--quiet", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [s["read"] for s in report["stages"]] == ["HCL", "first plan", "plan after a rehearsed apply"]
    grave = [f for f in report["findings"] if f["severity"] in ("critical", "high")]
    assert [f for f in grave if f["outcome"] in ("fail", "error", "undecided")] == []
    assert {f["source"] for f in report["findings"]} >= {"slipway", "checkov", "expectation"}
    # Whoever accepts something says why.
    assert all(len(f["exemption"].split()) >= 4 for f in report["findings"] if f["exemption"])
