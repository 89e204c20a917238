"""Whole lives of environments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.project import all_targets
from tests.rehearsal.conftest import PROJECT, slipway


@pytest.mark.rehearsal(320)
def test_seepp_test_lives_as_its_manifest_says_and_leaves_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = slipway("rehearse", "seepp/test", "--json", str(report))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Hello from the slipway: 78 planks" in done.stdout
    assert "left of seepp: nothing" in done.stdout
    system = json.loads(report.read_text())["systems"]["seepp"]
    assert [step["name"] for step in system["environments"][0]["steps"]] == [
        "init",
        "apply",
        "push and release",
        "apply the release",
        "ask AWS",
        "run a program",
        "plan again",
        "destroy is refused",
        "lift protection",
        "destroy",
    ]
    assert len(system["environments"][0]["checks"]) > 130
    assert all(check["passed"] for check in system["environments"][0]["checks"])


@pytest.mark.slow
@pytest.mark.rehearsal(380)
def test_every_environment_lives_beside_the_others(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = slipway("rehearse", "--json", str(report), "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    systems = json.loads(report.read_text())["systems"]
    assert sorted(e["name"] for s in systems.values() for e in s["environments"]) == sorted(
        target.name for target in all_targets(PROJECT)
    )
    assert all(system["left"] == [] for system in systems.values())
    unrefused = [e["name"] for s in systems.values() for e in s["environments"] if not refuses(e)]
    assert unrefused == []


def refuses(report: dict[str, Any]) -> bool:
    """Whether a destroy was tried before it was allowed, and was refused."""
    return any(step["name"] == "destroy is refused" for step in report["steps"])
