"""The module's hand-written tests as a judge: do they notice that a plan is not what it was?"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from generator.embedded_aws import EmbeddedAws
from generator.plan_tests.cases import Case
from generator.plan_tests.failure import PlanFailedError
from generator.plan_tests.summary import PlanSummary
from tests.plan.planning import Inputs, Plan, read_plans

Json = dict[str, Any]
CURRENT_TEST = "PYTEST_CURRENT_TEST"
# Every slow test as well: a sample would let survive, by the commit's hash, what another one notices.
OPTIONS = (
    *("-x", "-q", "-p", "tests.sampling", "--full", "--tb=line", "--assert=plain"),
    *("-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:randomly"),
)


@dataclass(eq=False)
class Answers:
    """What the fixtures `planner` and `plan` give to tests, instead of planning.

    The functions answer their questions, or raise `pytest.skip.Exception` where they have no answer. *read* are the
    calls whose plans the test that ran last has read.
    """

    start_aws: Callable[[], EmbeddedAws]
    on_plan: Callable[[str, Mapping[str, Inputs], Mapping[str, Sequence[str]], Mapping[str, str]], Mapping[str, Plan]]
    on_upgrade: Callable[[str, Inputs, Inputs], Plan]
    on_refused: Callable[[str, Mapping[str, tuple[str, Inputs]]], Mapping[str, Sequence[str]]]
    on_single: Callable[[Path, Mapping[str, Any]], TerraformPlanOutput]
    read: set[str] = field(default_factory=set)

    def plan(
        self,
        module: str,
        cases: Mapping[str, Inputs],
        *,
        existing: Mapping[str, Sequence[str]] | None = None,
        images: Mapping[str, str] | None = None,
    ) -> Mapping[str, Plan]:
        return self.on_plan(module, cases, existing or {}, images or {})

    def upgrade(self, module: str, before: Inputs, after: Inputs) -> Plan:
        return self.on_upgrade(module, before, after)

    def refused(self, name: str, calls: Mapping[str, tuple[str, Inputs]]) -> Mapping[str, Sequence[str]]:
        return self.on_refused(name, calls)


@dataclass(frozen=True)
class PlansOfCalls(Mapping[str, Plan]):
    """Plans of a module's *calls*, and which of them are *read*; a test that needs one that is not there is skipped."""

    calls: Sequence[str]
    plans: Mapping[str, Plan]
    read: set[str]

    def __getitem__(self, call: str) -> Plan:
        if call in self.calls and call not in self.plans:
            pytest.skip(f"{call} is not planned")
        self.read.add(call)
        return self.plans[call]

    def __iter__(self) -> Iterator[str]:
        if len(self.plans) < len(self.calls):
            pytest.skip("not all calls are planned")
        return iter(self.plans)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, call: object) -> bool:
        return call in list(self)


@dataclass(eq=False)
class _Verdict:
    """A pytest plugin that hands out *answers* and keeps the first failure."""

    answers: Answers
    root: Path
    failure: str = ""
    passed: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> object | None:
        given: Mapping[str, object] = {"planner": self.answers, "plan": self._plan}
        if fixturedef.argname not in given:
            return None
        value = given[fixturedef.argname]
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
        return value

    def pytest_runtest_logstart(self) -> None:
        self.answers.read.clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failure:
            self.failure = f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1]}"
        elif report.passed and report.when == "call":
            self.passed.append(report.nodeid)

    def _plan(self, module: str | Path, variables: Mapping[str, Any] | None = None) -> TerraformPlanOutput:
        return self.answers.on_single(self.root / module, variables or {})


def failing_test(files: Sequence[Path], root: Path, answers: Answers) -> str:
    """Run the tests in *files* with *answers*, and return the first that fails, with its last line; "" when none
    does.

    Raises RuntimeError when pytest itself cannot run them.
    """
    verdict = _Verdict(answers, root)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), _own_current_test():
        code = pytest.main([*OPTIONS, f"--rootdir={root}", *map(str, files)], plugins=[verdict])
    expected = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
    if code not in expected or (code == pytest.ExitCode.TESTS_FAILED) != bool(verdict.failure):
        raise RuntimeError(f"pytest ended with {code}:\n{printed.getvalue()}")
    return verdict.failure


@contextlib.contextmanager
def _own_current_test() -> Iterator[None]:
    """Keep the variable in which a pytest around this one has the name of its test: the inner one removes it."""
    around = os.environ.get(CURRENT_TEST)
    try:
        yield
    finally:
        if around is not None:
            os.environ[CURRENT_TEST] = around


def failing_case(plan: Json, cases: Mapping[str, Case]) -> str:
    """The first of *cases* (by the name of its call in *plan*) that is not as it expects; "" when all are."""
    for call, case in cases.items():
        summary = PlanSummary.of(as_root(plan, call))
        found = summary.differences(counts=case.expect.counts, values=case.expect.values, outputs=case.expect.outputs)
        if found:
            return f"{case.file.parent.name}/{case.file.name}: {found[0]}"
    return ""


def as_root(plan: Json, call: str) -> Json:
    """What *plan* says of one call, as if its module were the root module."""
    prefix = f"module.{call}."
    children = plan["planned_values"].get("root_module", {}).get("child_modules", [])
    (own,) = [child for child in children if child["address"] == f"module.{call}"] or [{}]
    changes = [
        {**change, "address": change["address"].removeprefix(prefix)}
        for change in plan["resource_changes"]
        if change["address"].startswith(prefix)
    ]
    return {
        "planned_values": {"root_module": _without_prefix(own, prefix), "outputs": _outputs(plan, call)},
        "resource_changes": changes,
        "output_changes": {},
    }


def _without_prefix(module: Json, prefix: str) -> Json:
    resources = [{**r, "address": r["address"].removeprefix(prefix)} for r in module.get("resources", [])]
    return {
        "resources": resources,
        "child_modules": [_without_prefix(c, prefix) for c in module.get("child_modules", [])],
    }


def _outputs(plan: Json, call: str) -> Json:
    """The outputs that are known as a whole: the others have no value in a plan of a root module."""
    change = plan["output_changes"][call]
    unknown = change["after_unknown"]
    if unknown is True:
        return {}
    # Of outputs that are all known, Terraform says just false.
    parts = unknown if isinstance(unknown, Mapping) else {}
    return {
        name: {"value": value} for name, value in change["after"].items() if not any_unknown(parts.get(name, False))
    }


def any_unknown(unknown: object) -> bool:
    """Whether anything is, in what a plan's JSON says under ``after_unknown``."""
    if isinstance(unknown, Mapping):
        return any(map(any_unknown, unknown.values()))
    return any(map(any_unknown, unknown)) if isinstance(unknown, list) else bool(unknown)


def plans_of(plan: Json, calls: Sequence[str], planned: Sequence[str], read: set[str]) -> Mapping[str, Plan]:
    """The plans of *calls*, of which only those in *planned* are in *plan*."""
    return PlansOfCalls(calls, read_plans(plan, [call for call in calls if call in planned]), read)


def as_made(plan: Json) -> Json:
    """*plan* as if what it changes in place had been made that way: with its values, and nothing to do."""
    changes = [
        {**found, "change": {**found["change"], "actions": ["no-op"]}}
        if list(found["change"]["actions"]) == ["update"]
        else found
        for found in plan["resource_changes"]
    ]
    return {**plan, "resource_changes": changes}


def refused_case(error: PlanFailedError | None, case: Case) -> str:
    """What is wrong when *case*, which expects an error, ends with *error*; "" when nothing is."""
    assert case.expect.error is not None
    name = f"{case.file.parent.name}/{case.file.name}"
    if error is None:
        return f"{name}: terraform planned it"
    try:
        error.check(case.expect.error.match, case.expect.error.at)
    except AssertionError:
        return f"{name}: another error"
    return ""
