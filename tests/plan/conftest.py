"""One embedded AWS and one provider proxy a worker, started by the first plan that the worker makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.plan_tests.cache import PlanCache, default_directory
from generator.rehearsal.terraform_runs import Tools
from tests.plan.planning import ACCOUNT, Planner


@pytest.fixture(scope="session")
def planner(tmp_path_factory: pytest.TempPathFactory, worker_id: str, pytestconfig: pytest.Config) -> Iterator[Planner]:
    # Workers have a directory each, below one that the run shares.
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "plans"
    shared.mkdir(exist_ok=True)
    with ExitStack() as stack:
        start_aws = cache(lambda: stack.enter_context(EmbeddedAws.start()))
        tools = Tools.find()
        start_proxy = cache(lambda: stack.enter_context(tools.proxy(tools.environment(start_aws(), ACCOUNT))))
        cache_of_plans = PlanCache(default_directory(), enabled=not pytestconfig.getoption("--no-plan-cache"))
        directory = tmp_path_factory.mktemp("plan")
        yield Planner(tools, start_aws, start_proxy, directory, shared, cache_of_plans)


@pytest.fixture
def project() -> Path:
    return Path(__file__).resolve().parents[2]
