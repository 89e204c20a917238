"""Every rule passes on the good environment, fails on the naive one, and notices one changed argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from generator.policy.rules import platform_rules
from generator.policy.source import Sources
from generator.policy.source.static import static_plan
from generator.policy.testing import Flip, judged, outcomes, plan_of
from generator.policy.verdict import Outcome
from tests.policy.fixtures import FOLDER, ROOT, flips

RULES = [rule.id for rule in platform_rules()]
FLIPS = flips()
# A first plan of a new environment destroys nothing.
NOT_IN_A_FIRST_PLAN = {"PLT-059"}

Outcomes = dict[str, set[Outcome]]


@pytest.fixture(scope="module")
def good(plan: Callable[..., TerraformPlanOutput]) -> dict[str, Any]:
    return dict(plan(FOLDER / "good").items())


@pytest.fixture(scope="module")
def good_outcomes(good: dict[str, Any]) -> Outcomes:
    return _outcomes(good, "good")


@pytest.fixture(scope="module")
def naive_outcomes(plan: Callable[..., TerraformPlanOutput]) -> Outcomes:
    return _outcomes(dict(plan(FOLDER / "naive").items()), "naive")


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_passes_on_the_good_environment(good_outcomes: Outcomes, rule: str) -> None:
    assert good_outcomes[rule] == ({Outcome.NOT_APPLICABLE} if rule in NOT_IN_A_FIRST_PLAN else {Outcome.PASS})


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in NOT_IN_A_FIRST_PLAN])
def test_the_rule_fails_on_the_naive_environment(naive_outcomes: Outcomes, rule: str) -> None:
    assert Outcome.FAIL in naive_outcomes[rule]


def test_every_rule_has_a_flip() -> None:
    assert sorted(FLIPS) == RULES


@pytest.mark.parametrize(("rule", "flip"), FLIPS.items(), ids=list(FLIPS))
def test_one_flipped_argument_makes_exactly_this_rule_fail(good: dict[str, Any], rule: str, flip: Flip) -> None:
    found = _outcomes(flip.of(good), "good")
    failed = {r for r, seen in found.items() if seen & {Outcome.FAIL, Outcome.ERROR}}
    assert failed == {rule, *flip.also}
    assert not [r for r, seen in found.items() if Outcome.UNDECIDED in seen]


@pytest.mark.parametrize(
    ("rule", "flip"), [(rule, flip) for rule, flip in FLIPS.items() if rule not in NOT_IN_A_FIRST_PLAN]
)
def test_the_argument_unknown_leaves_the_rule_undecided(good: dict[str, Any], rule: str, flip: Flip) -> None:
    found = _outcomes(flip.hidden(good), "good")
    assert Outcome.UNDECIDED in found[rule]
    assert not [r for r, seen in found.items() if seen & {Outcome.FAIL, Outcome.ERROR}]


def _outcomes(document: dict[str, Any], fixture: str) -> Outcomes:
    return outcomes(judged(plan_of(document, ROOT / FOLDER / fixture), platform_rules()))


def test_the_naive_hcl_alone_fails_what_its_plan_fails(naive_outcomes: Outcomes) -> None:
    plan_alone = {"PLT-047", "PLT-048"}  # tags of the provider block
    written = static_plan(Sources(ROOT / FOLDER / "naive"))
    found = outcomes(judged(written, platform_rules()))
    failed = {rule for rule, seen in found.items() if Outcome.FAIL in seen}
    assert failed == {rule for rule, seen in naive_outcomes.items() if Outcome.FAIL in seen} - plan_alone


def test_the_good_hcl_alone_fails_nothing() -> None:
    found = outcomes(judged(static_plan(Sources(ROOT / FOLDER / "good")), platform_rules()))
    assert not [rule for rule, seen in found.items() if seen & {Outcome.FAIL, Outcome.ERROR}]
