"""Plan cases as pytest items."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.errors import Location, SlipwayError
from generator.plan_tests.cases import Case, line_of_variable, read_case
from generator.plan_tests.failure import PlanFailedError
from generator.plan_tests.inventory import inventory_differences, write_inventory
from generator.plan_tests.planner import Planner
from generator.plan_tests.summary import PlanSummary
from generator.plan_tests.variables import UnknownVariableError


class CaseFile(pytest.File):
    """A YAML file that is one plan case. *planner* is called once the case runs."""

    def __init__(self, *, modules: Path, planner: Callable[[], Planner], **other: Any) -> None:
        super().__init__(**other)
        self.modules, self.planner = modules, planner

    def collect(self) -> Iterator[CaseItem]:
        item: CaseItem = CaseItem.from_parent(self, name=self.path.stem)
        yield item


class CaseItem(pytest.Item):
    """One plan case."""

    parent: CaseFile

    def runtest(self) -> None:
        case = read_case(self.path, self.parent.modules)
        try:
            self._check(case)
        except UnknownVariableError as error:
            where = Location(case.file, line_of_variable(case.file, error.name))
            raise SlipwayError(error.what, where=where, cure=error.cure) from error

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | Any:
        """What is wrong, without a traceback: it would tell of this program alone."""
        if isinstance(excinfo.value, SlipwayError):
            return str(excinfo.value)
        if isinstance(excinfo.value, AssertionError):
            return f"{self._name}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"plan case {self.path.parent.name}/{self.name}"

    def _check(self, case: Case) -> None:
        expected = case.expect
        try:
            plan = self.parent.planner().plan(case.module, case.variables)
        except PlanFailedError as error:
            if expected.error is None:
                raise
            error.check(expected.error.match, expected.error.at)
            return
        if expected.error is not None:
            raise AssertionError(f"terraform planned it; expected an error with {expected.error.match!r}")
        messages = []
        found = PlanSummary.of(plan).differences(
            counts=expected.counts, values=expected.values, outputs=expected.outputs
        )
        if found:
            messages.append("\n  ".join(["the plan is not what was expected:", *found]))
        if case.inventory is not None:
            if self.config.getoption("--update-inventory"):
                write_inventory(case.file, plan)
            elif not case.inventory:
                messages.append(f"the inventory is still empty; generate it:  {self._update_command}")
            elif changed := inventory_differences(case.inventory, plan):
                messages.append("\n  ".join(["the plan is not what the inventory holds:", *changed]))
                messages.append(f"If the plan is right, write the inventory anew:  {self._update_command}")
        if messages:
            raise AssertionError("\n".join(messages))

    @property
    def _name(self) -> str:
        return os.path.relpath(self.path, self.config.invocation_params.dir)

    @property
    def _update_command(self) -> str:
        return f"pytest --update-inventory {shlex.quote(self._name)}"
