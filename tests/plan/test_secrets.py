"""The places of secrets: no value in plan or state, and a way back from deletion."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from generator.modules.secrets import PLACEHOLDER, Secrets
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Secrets.example
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
KEY_ELSEWHERE = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/66666666-7777-8888-9999-000000000000"
FUNCTION = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:rotate"
DATABASE = {"name": "example/test/database", "description": "Password of the database"}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "every_option": {
        "parameters": {**EXAMPLE["parameters"], "token": {"name": "/example/test/token"}},
        "settings": {"ttl": {"name": "/example/test/ttl", "value": "1800", "description": "Seconds of a session"}},
        "secrets": {
            "database": {
                **DATABASE,
                "replicas": {"us-east-1": {}, "eu-west-1": {"kms_key_arn": KEY_ELSEWHERE}},
                "rotation": {"function_arn": FUNCTION, "days": 30},
            },
            "plain": {"name": "example/test/plain"},
        },
        "kms_key_arn": KEY,
        "consumers": {"api": ["api-key", "ttl", "database"], "web": ["ttl"], "mail": ["plain"]},
        "tags": {"Team": "platform"},
    },
    "own_keys": {
        "parameters": EXAMPLE["parameters"],
        "secrets": {"database": DATABASE},
        "consumers": {"api": ["api-key"], "jobs": ["api-key", "database"]},
    },
    "one_key": {
        "parameters": {"api-key": {"name": "/example/one-key/api-key"}},
        "settings": {"ttl": {"name": "/example/one-key/ttl", "value": "1800"}},
        "kms_key_arn": KEY,
        "consumers": {"api": ["api-key", "ttl"]},
    },
    "one_more": {
        "parameters": {**EXAMPLE["parameters"], "token": {"name": "/example/test/token"}},
        "secrets": {"database": {"name": "example/test/other-database"}},
        "allow_destroy": True,
    },
}
PARAMETERS = f"arn:aws:ssm:us-west-2:{ACCOUNT}:parameter/example"


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    # Their ARNs end as AWS likes, and are known once they exist.
    existing = {
        "own_keys": ["aws_ssm_parameter.this", "aws_secretsmanager_secret.this"],
        "one_key": ["aws_ssm_parameter.this", "aws_ssm_parameter.setting"],
    }
    return planner.plan("secrets", CASES, existing=existing)


def test_a_parameter_is_encrypted_and_begins_with_a_placeholder(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_ssm_parameter=1)
    parameter = plan['aws_ssm_parameter.this["api-key"]']
    assert (parameter["name"], parameter["type"]) == ("/example/test/api-key", "SecureString")
    assert parameter["value_wo_version"] == 1
    assert plan.output_names == {"arns", "read_policies"}


def test_no_value_not_even_the_placeholder_is_in_the_plan(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert PLACEHOLDER not in json.dumps([dict(values) for values in plan.values.values()])


def test_a_secret_has_a_first_version_and_can_be_recovered(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan.counts == Counter(
        aws_ssm_parameter=3,
        aws_secretsmanager_secret=2,
        aws_secretsmanager_secret_version=2,
        aws_secretsmanager_secret_rotation=1,
    )
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


@pytest.mark.proves("adding a secret touches nothing else")
def test_one_more_secret_touches_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["one_more"]) == {}


def test_a_setting_is_a_string_with_its_value(plans: dict[str, Plan]) -> None:
    setting = plans["every_option"]['aws_ssm_parameter.setting["ttl"]']
    assert (setting["name"], setting["type"], setting["insecure_value"]) == ("/example/test/ttl", "String", "1800")
    assert (setting["description"], setting["tags"]) == ("Seconds of a session", {"Team": "platform"})


def test_one_key_encrypts_all_that_is_secret(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan['aws_ssm_parameter.this["token"]']["key_id"] == KEY
    assert plan['aws_secretsmanager_secret.this["plain"]']["kms_key_id"] == KEY
    assert plans["one_more"]['aws_secretsmanager_secret.this["database"]']["kms_key_id"] is None


def test_a_secret_is_copied_and_rotated_where_that_is_asked_for(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    replicas = plan['aws_secretsmanager_secret.this["database"]']["replica"]
    # Without a key of its own, AWS says afterwards which one it took.
    assert {r["region"]: r.get("kms_key_id") for r in replicas} == {"us-east-1": None, "eu-west-1": KEY_ELSEWHERE}
    assert plan.unknown['aws_secretsmanager_secret.this["plain"]']["replica"] is True
    rotation = plan['aws_secretsmanager_secret_rotation.this["database"]']
    assert (rotation["rotation_lambda_arn"], rotation["rotate_immediately"]) == (FUNCTION, False)
    assert [r["automatically_after_days"] for r in rotation["rotation_rules"]] == [30]


@pytest.mark.proves("read policy per consumer")
def test_each_consumer_reads_what_it_was_given_and_nothing_else(plans: dict[str, Plan]) -> None:
    policies = {name: json.loads(text) for name, text in plans["own_keys"].outputs["read_policies"].items()}
    secret = plans["own_keys"].outputs["arns"]["database"]
    read_parameter = {
        "Sid": "ReadParameters",
        "Effect": "Allow",
        "Action": ["ssm:GetParameter", "ssm:GetParameters"],
        "Resource": [f"{PARAMETERS}/test/api-key"],
    }
    read_secret = {
        "Sid": "ReadSecrets",
        "Effect": "Allow",
        "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        "Resource": [secret],
    }
    assert plans["own_keys"].outputs["arns"] == {"api-key": f"{PARAMETERS}/test/api-key", "database": secret}
    assert secret.startswith(f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:example/test/database-")
    assert policies == {
        "api": {"Version": "2012-10-17", "Statement": [read_parameter]},
        "jobs": {"Version": "2012-10-17", "Statement": [read_parameter, read_secret]},
    }


@pytest.mark.proves("read policy per consumer")
def test_a_consumer_decrypts_with_the_one_key_through_the_two_stores_alone(plans: dict[str, Plan]) -> None:
    (policy,) = plans["one_key"].outputs["read_policies"].values()
    parameters, key = json.loads(policy)["Statement"]
    assert parameters["Resource"] == [f"{PARAMETERS}/one-key/api-key", f"{PARAMETERS}/one-key/ttl"]
    assert key == {
        "Sid": "Decrypt",
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": KEY,
        "Condition": {
            "StringEquals": {
                "kms:ViaService": ["ssm.us-west-2.amazonaws.com", "secretsmanager.us-west-2.amazonaws.com"]
            }
        },
    }


@pytest.mark.slow
@pytest.mark.proves("adding a secret touches nothing else")
def test_one_more_secret_beside_existing_ones_is_all_that_changes(planner: Planner) -> None:
    before = {"parameters": {"api-key": {"name": "/example/beside/api-key"}}}
    after = {
        **before,
        "secrets": {"database": {"name": "example/beside/database"}},
        "settings": {"ttl": {"name": "/example/beside/ttl", "value": "1"}},
    }
    assert planner.upgrade("secrets", before, after).changed() == {
        'aws_secretsmanager_secret.this["database"]': ["create"],
        'aws_secretsmanager_secret_version.this["database"]': ["create"],
        'aws_ssm_parameter.setting["ttl"]': ["create"],
    }


@pytest.mark.slow
@pytest.mark.proves("placeholders survive a changed description")
def test_a_changed_description_writes_no_parameter(planner: Planner) -> None:
    def described(text: str) -> Inputs:
        return {
            "parameters": {"api-key": {"name": "/example/described/api-key", "description": text}},
            "secrets": {"database": {"name": "example/described/database", "description": text}},
            # The name is free again at once, for whoever asks this another time.
            "allow_destroy": True,
        }

    # The description of a secret is apart from its value; that of a parameter is written together with it.
    assert planner.upgrade("secrets", described("One"), described("Another")).changed() == {
        'aws_secretsmanager_secret.this["database"]': ["update"]
    }


@pytest.mark.slow
@pytest.mark.proves("placeholders survive a changed description")
def test_another_key_writes_no_parameter(planner: Planner) -> None:
    before = {
        "parameters": {"api-key": {"name": "/example/encrypted/api-key"}},
        "secrets": {"database": {"name": "example/encrypted/database"}},
        "allow_destroy": True,
    }
    # Secrets Manager encrypts a secret anew by itself; Parameter Store takes the value together with the key.
    assert planner.upgrade("secrets", before, {**before, "kms_key_arn": KEY}).changed() == {
        'aws_secretsmanager_secret.this["database"]': ["update"]
    }
