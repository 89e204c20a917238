"""One embedded AWS and one provider proxy a worker, started by the first plan that is not kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.systems.released import RootPlanner, planning


@pytest.fixture(scope="session")
def root_planner(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[RootPlanner]:
    with planning(tmp_path_factory.mktemp("roots"), use_cache=not pytestconfig.getoption("--no-plan-cache")) as planner:
        yield planner
