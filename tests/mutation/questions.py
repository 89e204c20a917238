"""What the tests of a module ask to be planned, learned by running them on the module as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from generator.modules import all_modules
from generator.plan_tests.cases import Case, read_case
from generator.plan_tests.failure import PlanFailedError
from generator.plan_tests.planner import Planner as CasePlanner
from tests.mutation.bench import Bench, Calls
from tests.mutation.judge import Answers, failing_test
from tests.plan.capabilities import ROOT, case_files, module_of_test
from tests.plan.planning import Inputs, Plan, read_plans


@dataclass
class Questions:
    """What the tests of *module* in *files* ask.

    *calls* are all that plan, of which *asked* are those of the fixture `planner`, *cases* the YAML cases by call, and
    *single* the questions to the fixture `plan` by call. *refusals* are the YAML cases that must be refused, *slow*
    says whether tests ask what takes runs of its own: upgrades, and refusals.
    """

    module: str
    files: list[Path]
    calls: Calls
    asked: list[str] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    single: dict[str, tuple[Path, Mapping[str, Any]]] = field(default_factory=dict)
    refusals: list[Case] = field(default_factory=list)
    slow: bool = False

    def call_of(self, path: Path, variables: Mapping[str, Any]) -> str | None:
        return next((call for call, asked in self.single.items() if asked == (path, variables)), None)


def learn(module: str, bench: Bench, planner: CasePlanner) -> Questions:
    """Run the tests of *module* with real plans, and return what they asked.

    *planner* plans what tests ask of the fixture `plan`. Raises RuntimeError when a test fails.
    """
    modules = list(all_modules())
    files = [f for f in sorted((ROOT / "tests/plan").glob("test_*.py")) if module_of_test(f, modules) == module]
    questions = Questions(module, files, Calls(module, {}))
    bench.calls = questions.calls
    if failed := failing_test(files, ROOT, _recorder(questions, bench, planner)):
        raise RuntimeError(f"{failed} fails without any mutant")
    for file in case_files(ROOT).get(module, []):
        case = read_case(file, ROOT / "modules")
        if case.expect.error is not None:
            questions.refusals.append(case)
        elif case.module == ROOT / "modules" / module:
            questions.cases[f"case-{file.stem}"] = case
    asked = {call: questions.calls.inputs[call] for call in questions.asked}
    others = {call: case.variables for call, case in questions.cases.items()}
    others |= {call: variables for call, (_, variables) in questions.single.items()}
    questions.calls = Calls(module, {**asked, **others}, questions.calls.existing, questions.calls.images)
    return questions


def _recorder(questions: Questions, bench: Bench, planner: CasePlanner) -> Answers:
    """Answers as the fixtures do, and keeps the questions."""
    plans: dict[str, Plan] = {}

    def on_plan(
        module: str, cases: Mapping[str, Inputs], existing: Mapping[str, Sequence[str]], images: Mapping[str, str]
    ) -> Mapping[str, Plan]:
        if module != questions.module:
            return pytest.skip("another module")
        if not plans:
            questions.asked = list(cases)
            questions.calls = Calls(module, cases, existing, images)
            plans.update(read_plans(bench.prepare(questions.calls), cases))
        return plans

    def on_upgrade(module: str, before: Inputs, after: Inputs) -> Plan:
        if module != questions.module:
            return pytest.skip("another module")
        questions.slow = True
        return read_plans(bench.upgraded(before, after), ["it"])["it"]

    def on_refused(name: str, calls: Mapping[str, tuple[str, Inputs]]) -> Mapping[str, Sequence[str]]:
        questions.slow = True
        return bench.errors(name, calls)

    def on_single(path: Path, variables: Mapping[str, Any]) -> TerraformPlanOutput:
        try:
            plan = planner.plan(path, variables)
        except PlanFailedError:
            questions.slow = True
            raise
        if path == ROOT / "modules" / questions.module and questions.call_of(path, variables) is None:
            questions.single[f"plan-{len(questions.single)}"] = (path, variables)
        return plan

    return Answers(bench.start_aws, on_plan, on_upgrade, on_refused, on_single)
