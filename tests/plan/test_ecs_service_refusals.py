"""Every way to call a service wrongly: more of them than Terraform tells apart in one plan."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.plan.planning import Planner
from tests.plan.test_wrong_values import inputs_of, own_words
from tests.plan.wrong_values import WrongCall
from tests.plan.wrong_values_ecs_service import MODULE, PRECONDITIONS, REFUSED


def groups(calls: Mapping[str, WrongCall]) -> list[dict[str, WrongCall]]:
    """*calls* in as few groups as it takes for no message to come twice in one."""
    found: list[dict[str, WrongCall]] = []
    for name, call in calls.items():
        apart = (g for g in found if not {m for c in g.values() for m in c.messages} & set(call.messages))
        group = next(apart, None)
        if group is None:
            found.append(group := {})
        group[name] = call
    return found


GROUPS = groups({name: call for name, call in REFUSED.items() if name not in PRECONDITIONS})


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_each_wrong_call_is_refused_with_its_messages(planner: Planner, number: int) -> None:
    found = planner.refused(f"ecs-service-refused-{number}", inputs_of(GROUPS[number]))
    expected = [message for call in GROUPS[number].values() for message in call.messages]
    assert own_words(found.get(MODULE, [])) == sorted(expected)


def test_every_message_is_shown_once_in_the_common_plan() -> None:
    assert {m for c in REFUSED.values() for m in c.messages} == {m for c in PRECONDITIONS.values() for m in c.messages}
