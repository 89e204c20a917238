"""The pytest plugin: fixtures to plan modules, and plan cases collected from YAML files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Everything else is imported when it is used: pytest loads this plugin in every run, also where nothing is planned.
if TYPE_CHECKING:
    from tftest import TerraformPlanOutput

    from generator.plan_tests.planner import Planner
    from generator.plan_tests.summary import PlanChange

Plan = Callable[..., "TerraformPlanOutput"]
PLANNER = pytest.StashKey["Planner"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("slipway", "plan tests of Terraform modules")
    group.addoption("--update-inventory", action="store_true", help="write the inventories of plan cases anew")
    group.addoption("--no-plan-cache", action="store_true", help="plan everything, whatever was planned before")
    parser.addini("slipway_cases", "directory of plan cases, <module>/<case>.yaml; without it none are collected")
    parser.addini("slipway_modules", "directory of the modules that plan cases are about", default="modules")
    parser.addini("slipway_region", "region in which modules without a provider block are planned", default="us-west-2")


def pytest_configure(config: pytest.Config) -> None:
    cases = str(config.getini("slipway_cases"))
    if cases and not (config.rootpath / cases).is_dir():
        raise pytest.UsageError(f"slipway_cases names {cases}, which is not a directory below {config.rootpath}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    config = parent.config
    cases = str(config.getini("slipway_cases"))
    directory = config.rootpath / cases
    # A file of the directory itself belongs to no module.
    is_case = file_path.suffix == ".yaml" and file_path.parent != directory and file_path.is_relative_to(directory)
    if not cases or not is_case:
        return None
    from generator.plan_tests.items import CaseFile

    modules = config.rootpath / str(config.getini("slipway_modules"))
    collected: CaseFile = CaseFile.from_parent(
        parent, path=file_path, modules=modules, planner=lambda: _planner(config)
    )
    return collected


@pytest.fixture(scope="session")
def plan(pytestconfig: pytest.Config) -> Plan:
    """``plan(module, variables)`` returns tftest's plan output; *module* is a path below the root of the tests.

    PlanFailedError, an AssertionError, says why terraform refuses to plan.
    """

    def run(module: str | Path, variables: Mapping[str, Any] | None = None) -> TerraformPlanOutput:
        # Tracebacks would tell of this program: without them the test's own line is shown, and the message.
        __tracebackhide__ = True
        from generator.errors import SlipwayError
        from generator.plan_tests.failure import PlanFailedError

        try:
            return _planner(pytestconfig).plan(pytestconfig.rootpath / module, variables or {})
        except PlanFailedError as error:
            raise error.with_traceback(None) from None
        except SlipwayError as error:
            raise pytest.fail.Exception(str(error)) from None

    return run


@pytest.fixture(scope="session")
def expect_error(plan: Plan) -> Callable[..., None]:
    """``expect_error(module, variables, match=..., at="variables.tf:12")`` demands that terraform refuses to plan.

    *match* is a part of what it says, *at* the file, or file and line, that it points at.
    """

    def run(module: str | Path, variables: Mapping[str, Any] | None = None, *, match: str, at: str = "") -> None:
        __tracebackhide__ = True
        from generator.plan_tests.failure import PlanFailedError

        try:
            plan(module, variables)
        except PlanFailedError as error:
            refusal = error
        else:
            pytest.fail(f"terraform planned it; expected an error with {match!r}")
        try:
            refusal.check(match, at)
        except AssertionError as error:
            raise error.with_traceback(None) from None

    return run


@pytest.fixture(scope="session")
def plan_change(plan: Plan) -> Callable[..., PlanChange]:
    """``plan_change(module, before, after)`` returns what a caller sees who changes variables."""

    def run(module: str | Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> PlanChange:
        __tracebackhide__ = True
        from generator.plan_tests.summary import PlanChange

        return PlanChange.between(plan(module, before), plan(module, after))

    return run


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
