"""Slipway misses nothing that checkov's own command finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tftest import TerraformPlanOutput

from tests.policy.comparison import PAGE, compare, page
from tests.policy.fixtures import FOLDER


@pytest.mark.slow
def test_slipway_misses_nothing_and_the_page_is_true(plan: Callable[..., TerraformPlanOutput], tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(dict(plan(FOLDER / "naive").items())), encoding="utf-8")
    found = compare(file)
    assert found.missed == frozenset()
    assert len(found.slipway - found.hcl - found.plan) > 100
    assert PAGE.read_text(encoding="utf-8") == page(found), "write it: python -m tests.policy.comparison PLAN"
