"""One module's mutants, each tried against the module's hand-written tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from generator.plan_tests.failure import PlanFailedError
from generator.plan_tests.planner import Planner as CasePlanner
from generator.terraform.failure import TerraformRunError
from tests.mutation.bench import Bench, Json
from tests.mutation.judge import (
    Answers,
    any_unknown,
    as_made,
    as_root,
    failing_case,
    failing_test,
    plans_of,
    refused_case,
)
from tests.mutation.mutants import Mutant
from tests.mutation.questions import Questions
from tests.plan.capabilities import ROOT
from tests.plan.planning import Inputs, Plan, read_plans
from tests.plan.test_wrong_values import COMPARISONS, PRECONDITIONS, VALIDATIONS, inputs_of, own_words
from tests.plan.wrong_values import WrongCall

# Cases of the first attempt, in which most mutants are noticed, calls of the second, and tests that tell them.
CASES, FEW, TOLD = 2, 3, 2
NEAR = 300  # characters
VARIABLE = re.compile(r"\bvar\.(\w+)")
# How the provider's two kits say what an argument takes.
ONE_OF = re.compile(r"one of:? \[([^\]]*)\]")
QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    *by* is the test or case that noticed it, or terraform's refusal of a call that plans otherwise (*refused*); ""
    when nothing did. Then *same_plan* tells that no call's plan is another: no test could have noticed it.
    """

    name: str
    line: int
    by: str
    refused: bool = False
    same_plan: bool = False


class Trial:
    """The tests that asked *questions*, on a *bench*. *planner* plans single calls of the bench's copy.

    *other* is a second bench, for what would change or end what exists on the first: mutants that make it themselves,
    and upgrades.

    Raises RuntimeError when the module as it is does not pass its tests here.
    """

    def __init__(self, questions: Questions, bench: Bench, other: Bench, planner: CasePlanner) -> None:
        self.questions, self.bench, self.other, self.planner = questions, bench, other, planner
        self.everything = list(questions.calls.inputs)
        self.existing = list(questions.calls.existing)
        self.new = [call for call in self.everything if call not in self.existing]
        self._read: frozenset[str] = frozenset()
        self._told: dict[str, list[frozenset[str]]] = {}
        self.baseline = bench.prepare(questions.calls)
        other.copy(questions.calls)
        self.check_baseline()

    def check_baseline(self) -> None:
        """Raises RuntimeError when the module as it is does not pass its tests, now."""
        plan = self.bench.plan_calls(self.everything)
        by = self._noticed(plan, self.everything)
        for calls in (self.existing, self.new, [*self.existing[:1], *self.new[:1]]):
            by = by or (self._noticed_in(calls) if calls else "")
        by = by or self._noticed_without_plan(plan)
        if by:
            raise RuntimeError(f"{by} fails on the module {self.questions.module} as it is")
        if _changes(plan) != _changes(self.baseline):
            raise RuntimeError(f"the module {self.questions.module} does not plan twice the same")

    def outcome(self, mutant: Mutant) -> Outcome:
        """Try *mutant*: the first of its replacements that terraform plans, or its refusal."""
        replacements = list(mutant.replacements)
        refusal = ""
        while replacements:
            replacement = replacements.pop(0)
            try:
                self._read = frozenset()
                by, same_plan = self._tried(mutant, replacement)
            except TerraformRunError as error:
                if not refusal:
                    refusal = f"terraform: {error.diagnostics[0].summary if error.diagnostics else error.what}"
                    replacements += _allowed(mutant, error)
                continue
            self._remember(mutant)
            return Outcome(mutant.name, mutant.line, by, same_plan=same_plan)
        return Outcome(mutant.name, mutant.line, refusal, refused=True)

    def _remember(self, mutant: Mutant) -> None:
        """Keep which calls the test had read that noticed *mutant*: it may notice others of the same block."""
        if 0 < len(self._read) <= FEW:
            told = self._told.setdefault(_block(mutant.place), [])
            told[:] = [self._read, *(read for read in told if read != self._read)]

    def _tried(self, mutant: Mutant, replacement: str) -> tuple[str, bool]:
        """What noticed, and whether all plans are the same. Raises TerraformRunError when a call does not plan."""
        made_before = _block(mutant.place) in self.made_before
        with self.bench.mutated(mutant, replacement), self.other.mutated(mutant, replacement):
            if by := self._noticed_soon(mutant, made_before=made_before):
                return by, False
            plan = None if made_before else self.bench.plan_calls(self.everything)
            if plan is None or self._disturbs(plan):
                return self._tried_anew(), False
            same_plan = _changes(plan) == _changes(self.baseline)
            by = "" if same_plan else self._noticed(plan, self.everything)
            return by or self._noticed_without_plan(plan), same_plan

    def _noticed_soon(self, mutant: Mutant, *, made_before: bool) -> str:
        """What notices *mutant* in calls that are soon planned, as most are: all calls, and more so to make what exists
        anew, take long."""
        attempts = [*self._telling(mutant), *([self.existing, self.new] if made_before else [])]
        for calls in attempts:
            try:
                if calls and (by := self._noticed_in(calls)):
                    return by
            except TerraformRunError:
                # If it changes what exists, perhaps only because that is protected.
                if not made_before or set(self.existing).isdisjoint(calls):
                    raise
        return ""

    def _noticed_in(self, calls: Sequence[str]) -> str:
        """What notices the mutant in *calls*, if what exists of them is at most changed."""
        plan = self.bench.plan_few(calls)
        return self._noticed(as_made(plan), calls) if self._tells_as_much(plan) else ""

    def _tried_anew(self) -> str:
        self.other.make_anew()
        if by := self._noticed(self.other.plan_calls([]), self.existing):
            return by
        plan = self.other.plan_calls(self.everything)
        return self._noticed(plan, self.everything) or self._noticed_without_plan(plan)

    def _noticed_without_plan(self, plan: Json) -> str:
        """What notices it where it is not in *plan*, of all calls."""
        return self._noticed_by_refusals() or self._noticed_by_slow_tests(plan)

    def _noticed(self, plan: Json, planned: Sequence[str]) -> str:
        """The case or test that fails on *plan*, in which there are the calls *planned*."""
        cases = {call: case for call, case in self.questions.cases.items() if call in planned}
        return failing_case(plan, cases) or self._failing_test(plan, planned)

    def _failing_test(self, plan: Json, planned: Sequence[str], *, slow: bool = False) -> str:
        answers = self._answers(plan, planned, slow=slow)
        failed = failing_test(self.questions.files, ROOT, answers)
        self._read = frozenset(answers.read) if failed else frozenset()
        return failed

    def _noticed_by_refusals(self) -> str:
        """The call that must be refused with a message, and is not, or with another."""
        own = [
            {name: call for name, call in calls.items() if call.module == self.questions.module}
            for calls in (VALIDATIONS, COMPARISONS, PRECONDITIONS)
        ]
        if by := self._noticed_by_wrong_calls(*own):
            return by
        for case in self.questions.refusals:
            error = None
            try:
                self.planner.plan(self._in_copy(case.module), case.variables)
            except PlanFailedError as refusal:
                error = refusal
            if by := refused_case(error, case):
                return by
        return ""

    def _noticed_by_wrong_calls(
        self,
        validations: Mapping[str, WrongCall],
        comparisons: Mapping[str, WrongCall],
        preconditions: Mapping[str, WrongCall],
    ) -> str:
        found: dict[str, list[str]] = {}
        for root, calls in (("validations", validations), ("comparisons", {**comparisons, **preconditions})):
            if calls:
                found |= self.bench.errors(root, inputs_of(calls))
        for name, call in {**validations, **comparisons}.items():
            if own_words(found.get(name, [])) != sorted(call.messages):
                return f"wrong call {name}"
        expected = sorted(message for call in preconditions.values() for message in call.messages)
        return "" if own_words(found.get(self.questions.module, [])) == expected else "wrong calls of preconditions"

    def _noticed_by_slow_tests(self, plan: Json) -> str:
        if not self.questions.slow:
            return ""
        return self._failing_test(plan, self.everything, slow=True)

    def _disturbs(self, plan: Json) -> bool:
        """Whether what exists before would be changed, replaced or destroyed."""
        return any(
            not {"no-op", "create", "read"}.issuperset(change["change"]["actions"])
            for change in plan["resource_changes"]
        )

    def _tells_as_much(self, plan: Json) -> bool:
        """Whether *plan* knows as much of what exists as the plan of the module as it is: nothing of it is made anew,
        at most changed, without anything that is known after the apply only."""
        return all(
            change["address"] in self._reads
            if _is_read(change)
            else change["change"]["before"] is None
            or ("delete" not in change["change"]["actions"] and not any_unknown(change["change"]["after_unknown"]))
            for change in plan["resource_changes"]
        )

    def _telling(self, mutant: Mutant) -> Iterator[list[str]]:
        """A few calls at a time that are likely to show *mutant*; none when all are few.

        First cases that expect something of its resource. Then other calls that make it: those read by the tests that
        noticed the last mutants of its block, or else those that give the variables named near it, and the largest.
        """
        block = _block(mutant.place)
        cases = self.questions.cases
        about = [call for call, case in cases.items() if any(block in address for address in case.expect.values)]
        about.sort(key=lambda call: -sum(block in address for address in cases[call].expect.values))
        source = (ROOT / "modules" / mutant.module / mutant.file).read_text(encoding="utf-8")
        near = set(VARIABLE.findall(source[max(0, mutant.start - NEAR) : mutant.end + NEAR]))
        given = {call: len(near & inputs.keys()) for call, inputs in self.questions.calls.inputs.items()}
        others = [call for call in self.everything if call not in cases]
        others = [call for call in others if any(block in address for address in self._addresses[call])] or others
        others.sort(key=lambda call: -len(self._addresses[call]))
        fitting = sorted(others, key=lambda call: -given[call])[: FEW - 1]
        told = set().union(*self._told.get(block, [])[:TOLD])
        for few in (about[:CASES], sorted(told) or list(dict.fromkeys([*fitting, *others]))[:FEW]):
            if few and len(few) < len(self.everything):
                yield few

    @cached_property
    def made_before(self) -> set[str]:
        """The blocks of what exists: also of what is made because something else needs it."""
        changes = self.baseline["resource_changes"]
        addresses = [c["address"] for c in changes if c["mode"] == "managed" and c["change"]["before"] is not None]
        return {_block(address.split(".", 2)[2]) for address in addresses}

    @cached_property
    def _reads(self) -> set[str]:
        return {change["address"] for change in self.baseline["resource_changes"] if _is_read(change)}

    @cached_property
    def _addresses(self) -> dict[str, list[str]]:
        return {call: list(plan.values) for call, plan in read_plans(self.baseline, self.everything).items()}

    def _answers(self, plan: Json, planned: Sequence[str], *, slow: bool = False) -> Answers:
        """Answers from *plan*; what takes runs of its own is answered only if *slow*."""
        read: set[str] = set()

        def on_plan(
            module: str, cases: Mapping[str, Inputs], existing: Mapping[str, Sequence[str]], images: Mapping[str, str]
        ) -> Mapping[str, Plan]:
            if module != self.questions.module:
                return pytest.skip("another module")
            assert list(cases) == self.questions.asked
            return plans_of(plan, self.questions.asked, planned, read)

        def on_upgrade(module: str, before: Inputs, after: Inputs) -> Plan:
            if not slow or module != self.questions.module:
                return pytest.skip("comes last")
            self.other.forget_existing()  # an upgrade destroys what it made, which may have the same names
            return read_plans(self.other.upgraded(before, after), ["it"])["it"]

        def on_refused(name: str, calls: Mapping[str, tuple[str, Inputs]]) -> Mapping[str, Sequence[str]]:
            return self.bench.errors(name, calls) if slow else pytest.skip("comes last")

        def on_single(path: Path, variables: Mapping[str, Any]) -> TerraformPlanOutput:
            call = self.questions.call_of(path, variables)
            if call in planned:
                return TerraformPlanOutput(as_root(plan, str(call)))
            return self.planner.plan(self._in_copy(path), variables) if slow else pytest.skip("comes last")

        return Answers(self.bench.start_aws, on_plan, on_upgrade, on_refused, on_single, read)

    def _in_copy(self, module: Path) -> Path:
        return self.bench.directory / module.relative_to(ROOT)


def _block(place: str) -> str:
    """The block of *place*, an address in a module: ``aws_s3_bucket.this``, ``module.bucket``."""
    return ".".join(place.split("[")[0].split(".")[:2])


def _is_read(change: Json) -> bool:
    return list(change["change"]["actions"]) == ["read"]


def _changes(plan: Json) -> tuple[object, object]:
    return plan["resource_changes"], plan["output_changes"]


def _allowed(mutant: Mutant, error: TerraformRunError) -> Iterator[str]:
    """The other values that *error* says the argument takes."""
    said = " ".join(" ".join(f"{found.summary} {found.detail}" for found in error.diagnostics).split())
    if mutant.replacements[0].startswith('"') and (listed := ONE_OF.search(said)):
        tried = {replacement.strip('"') for replacement in mutant.replacements}
        for value in QUOTED.findall(listed.group(1)):
            if not any(value.strip('"') in text for text in tried):
                yield value
                return
