"""The pytest plugin: fixtures to plan modules, and plan cases collected from YAML files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import SlipwayError

# Everything else is imported when it is used: pytest loads this plugin in every run, also where nothing is planned.
if TYPE_CHECKING:
    from tftest import TerraformPlanOutput

    from generator.plan_tests.cases import Case
    from generator.plan_tests.planner import Planner
    from generator.plan_tests.summary import PlanChange

Plan = Callable[..., "TerraformPlanOutput"]
PLANNER = pytest.StashKey["Planner"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("slipway", "plan tests of Terraform modules")
    group.addoption("--update-inventory", action="store_true", help="write the inventories of plan cases anew")
    group.addoption("--no-plan-cache", action="store_true", help="plan everything, whatever was planned before")
    parser.addini("slipway_cases", "directory of plan cases, <module>/<case>.yaml; without it none are collected")
    parser.addini("slipway_modules", "directory of the modules", default="modules")
    parser.addini("slipway_region", "region in which modules without a provider block are planned", default="us-west-2")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    cases = parent.config.getini("slipway_cases")
    if not cases or file_path.suffix != ".yaml" or not file_path.is_relative_to(parent.config.rootpath / cases):
        return None
    collected: CaseFile = CaseFile.from_parent(parent, path=file_path)
    return collected


@pytest.fixture(scope="session")
def plan(pytestconfig: pytest.Config) -> Plan:
    """``plan(module, variables)`` returns tftest's plan output; *module* is a path below the root of the tests."""

    def run(module: str | Path, variables: Mapping[str, Any] | None = None) -> TerraformPlanOutput:
        return _planner(pytestconfig).plan(pytestconfig.rootpath / module, variables or {})

    return run


@pytest.fixture(scope="session")
def expect_error(plan: Plan) -> Callable[..., None]:
    """``expect_error(module, variables, match=..., at="variables.tf:12")`` demands that terraform refuses to plan.

    *match* is a part of what it says, *at* the file, or file and line, that it points at.
    """
    from generator.plan_tests.planner import PlanFailedError

    def run(module: str | Path, variables: Mapping[str, Any] | None = None, *, match: str, at: str = "") -> None:
        try:
            plan(module, variables)
        except PlanFailedError as error:
            error.check(match, at)
        else:
            raise AssertionError(f"terraform planned it; expected an error with {match!r}")

    return run


@pytest.fixture(scope="session")
def plan_change(plan: Plan) -> Callable[..., PlanChange]:
    """``plan_change(module, before, after)`` returns what a caller sees who changes variables."""
    from generator.plan_tests.summary import PlanChange

    def run(module: str | Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> PlanChange:
        return PlanChange.between(plan(module, before), plan(module, after))

    return run


class CaseFile(pytest.File):
    """A YAML file that is one plan case."""

    def collect(self) -> Iterator[CaseItem]:
        item: CaseItem = CaseItem.from_parent(self, name=self.path.stem)
        yield item


class CaseItem(pytest.Item):
    """One plan case."""

    def runtest(self) -> None:
        from generator.plan_tests.cases import read_case

        case = read_case(self.path, self.config.rootpath / self.config.getini("slipway_modules"))
        _check(case, _planner(self.config), update=self.config.getoption("--update-inventory"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | Any:
        if isinstance(excinfo.value, AssertionError | SlipwayError):
            name = self.path.relative_to(self.config.rootpath)
            again = f"pytest --update-inventory {name}"
            return f"{name}: {excinfo.value}\n\nIf the plan is right, write the inventory anew:  {again}"
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"plan case {self.path.parent.name}/{self.name}"


def _check(case: Case, planner: Planner, *, update: bool) -> None:
    from generator.plan_tests.cases import write_inventory
    from generator.plan_tests.planner import PlanFailedError
    from generator.plan_tests.summary import PlanSummary

    try:
        plan = planner.plan(case.module, case.variables)
    except PlanFailedError as error:
        if case.expect.error is None:
            raise
        error.check(case.expect.error.match, case.expect.error.at)
        return
    if case.expect.error is not None:
        raise AssertionError(f"terraform planned it; expected an error with {case.expect.error.match!r}")
    summary = PlanSummary.of(plan)
    if update:
        write_inventory(case.file, summary)
    summary.check(counts=case.expect.counts, values=case.expect.values, outputs=case.expect.outputs)
    if case.inventory is not None and not update:
        summary.check(**case.inventory)


def pytest_unconfigure(config: pytest.Config) -> None:
    if PLANNER in config.stash:
        config.stash[PLANNER].close()


def _planner(config: pytest.Config) -> Planner:
    """The planner of this process; it starts what it needs with the first plan that is not in the cache."""
    from generator.plan_tests.cache import PlanCache, default_directory
    from generator.plan_tests.planner import Planner

    if PLANNER not in config.stash:
        cache = PlanCache(default_directory(), enabled=not config.getoption("--no-plan-cache"))
        config.stash[PLANNER] = Planner(config.rootpath, cache, str(config.getini("slipway_region")))
    return config.stash[PLANNER]
