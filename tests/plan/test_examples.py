"""Every example plans as it stands, and shows what its module offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tftest import TerraformPlanOutput

from generator.examples import all_examples, built_examples
from generator.modules import all_modules
from generator.plan_tests import PlanSummary

EXAMPLES = [(module, example.name()) for module, examples in all_examples().items() for example in examples]


def test_every_module_has_examples() -> None:
    assert all_examples().keys() == all_modules().keys()


@pytest.mark.parametrize(("module", "name"), EXAMPLES, ids=map("-".join, EXAMPLES))
def test_it_plans_as_it_stands(plan: Callable[..., TerraformPlanOutput], module: str, name: str) -> None:
    planned = PlanSummary.of(plan(f"modules/{module}/examples/{name}"))
    assert sum(planned.counts.values()) > 0


@pytest.mark.parametrize("module", all_examples())
def test_it_calls_the_module_that_it_is_about(module: str) -> None:
    for example in built_examples(module):
        calls = example.configuration()["module"].values()
        assert any(call["source"].endswith(f"/{module}") for call in calls), example.name()


@pytest.mark.parametrize("module", all_examples())
def test_the_complete_example_sets_more_than_the_basic_one(module: str) -> None:
    basic, complete = (
        {
            name
            for call in e.configuration()["module"].values()
            if call["source"].endswith(f"/{module}")
            for name in call
        }
        for e in built_examples(module)
    )
    assert len(complete) > len(basic)
