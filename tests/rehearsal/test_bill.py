"""The quantities in the environments' READMEs are those of a plan."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.cli.main import run
from generator.modules.shared.billing import BILLED
from generator.project import all_targets
from generator.systems.account import AccountRoot
from generator.systems.bill import bill
from generator.systems.environment import EnvironmentRoot
from generator.systems.manifest import load_manifest

PROJECT = Path(__file__).resolve().parents[2]
TARGETS = [target.name for target in all_targets(PROJECT)]
ACCOUNTS = sorted({f"{name.split('/')[0]}/account" for name in TARGETS})


@pytest.mark.slow
@pytest.mark.rehearsal(12)
@pytest.mark.parametrize("target", [*TARGETS, *ACCOUNTS])
def test_the_bill_is_that_of_the_plan(target: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert run(["--project", str(PROJECT), "plan", target, "--released", "--quiet", "--json", str(file)]) == 0
    planned = Counter(billed(json.loads(file.read_text(encoding="utf-8"))))

    system, _, name = target.partition("/")
    manifest = load_manifest(PROJECT / "envs" / system / "system.yaml")
    root = AccountRoot(manifest.account) if name == "account" else EnvironmentRoot(manifest.resolve(name))
    told: Counter[str] = Counter()
    for item in bill(root):
        told[item.type] += item.count

    assert planned
    assert +told == planned


def billed(plan: dict[str, Any]) -> Iterator[str]:
    """The type of each resource of *plan* that costs something as it is."""
    for resource in plan["resource_changes"]:
        kind, values = resource["type"], resource["change"]["after"]
        free = (kind == "aws_vpc_endpoint" and values["vpc_endpoint_type"] == "Gateway") or (
            kind == "aws_ecs_cluster" and {"name": "containerInsights", "value": "disabled"} in values["setting"]
        )
        if resource["mode"] == "managed" and kind in BILLED and not free:
            yield kind
