"""Every plan case of the repository plans alike through the proxy and without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.plan_tests.cases import read_case
from generator.terraform.provider_proxy import ProviderProxy
from tests.rehearsal.provider_proxy.planning import MODULES, Bench, calling_root

CASES = Path(__file__).resolve().parents[2] / "plan"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(str(file.relative_to(CASES)) for file in CASES.glob("*/*.yaml")))
def test_a_case_plans_equally(bench: Bench, proxy: ProviderProxy, tmp_path: Path, name: str) -> None:
    case = read_case(CASES / name, MODULES)
    root = calling_root(tmp_path, {case.module.name: case.variables})
    direct, through = bench.plan_both_ways(root, proxy)
    assert direct.plan == through.plan
    assert direct.diagnostics == through.diagnostics
    assert direct.plan or case.expect.error
