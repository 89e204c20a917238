"""No module and no option without a plan."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import pytest

from generator.modules import all_modules
from tests.plan.planning import Inputs


@pytest.mark.parametrize("name", all_modules())
def test_every_option_is_planned_with_another_value_than_its_default(name: str) -> None:
    cases: Mapping[str, Inputs] = import_module(f"tests.plan.test_{name}").CASES
    untried = [
        variable
        for variable, declared in all_modules()[name].variables().items()
        if not declared.required
        and not any(variable in inputs and inputs[variable] != declared.default for inputs in cases.values())
    ]
    assert untried == []


@pytest.mark.parametrize("name", all_modules())
def test_the_example_in_the_readme_is_planned(name: str) -> None:
    cases: Mapping[str, Inputs] = import_module(f"tests.plan.test_{name}").CASES
    assert cases["example"] == all_modules()[name].example
