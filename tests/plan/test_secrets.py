"""The places of secrets: no value in plan or state, and a way back from deletion."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from generator.modules.secrets import PLACEHOLDER, Secrets
from tests.plan.planning import Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Secrets.example
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "every_option": {
        "parameters": {
            **EXAMPLE["parameters"],
            "token": {"name": "/example/test/token"},
        },
        "secrets": {"database": {"name": "example/test/database", "description": "Password of the database"}},
        "tags": {"Team": "platform"},
    },
    "one_more": {
        "parameters": {**EXAMPLE["parameters"], "token": {"name": "/example/test/token"}},
        "secrets": {"database": {"name": "example/test/other-database"}},
        "allow_destroy": True,
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("secrets", CASES)


def test_a_parameter_is_encrypted_and_begins_with_a_placeholder(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_ssm_parameter=1)
    parameter = plan['aws_ssm_parameter.this["api-key"]']
    assert (parameter["name"], parameter["type"]) == ("/example/test/api-key", "SecureString")
    assert parameter["value_wo_version"] == 1
    assert plan.output_names == {"arns"}


def test_no_value_not_even_the_placeholder_is_in_the_plan(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert PLACEHOLDER not in json.dumps([dict(values) for values in plan.values.values()])


def test_a_secret_has_a_first_version_and_can_be_recovered(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan.counts == Counter(aws_ssm_parameter=2, aws_secretsmanager_secret=1, aws_secretsmanager_secret_version=1)
    secret = plan['aws_secretsmanager_secret.this["database"]']
    assert (secret["name"], secret["description"]) == ("example/test/database", "Password of the database")
    assert (secret["recovery_window_in_days"], secret["tags"]) == (30, {"Team": "platform"})
    version = plan['aws_secretsmanager_secret_version.this["database"]']
    assert version["secret_string_wo_version"] == 1
    # AWS deletes a version without a label, and operators take AWSCURRENT away.
    assert sorted(version["version_stages"]) == ["AWSCURRENT", "PLACEHOLDER"]
    assert plan['aws_ssm_parameter.this["token"]']["description"] == "Set by an operator"


def test_where_destruction_is_allowed_a_name_is_free_at_once(plans: dict[str, Plan]) -> None:
    secret = plans["one_more"]['aws_secretsmanager_secret.this["database"]']
    assert secret["recovery_window_in_days"] == 0


def test_one_more_secret_touches_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["one_more"]) == {}
