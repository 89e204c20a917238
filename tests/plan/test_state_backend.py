"""The bucket for state: versioned, kept, and not deleted by mistake."""

from __future__ import annotations

import pytest

from generator.modules.state_backend import StateBackend
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner, kept

KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
CASES: dict[str, Inputs] = {
    "example": StateBackend.example,
    "before": {"name": "example-terraform-state-3"},
    "lock_table": {"name": "example-terraform-state-3", "lock_table_name": "example-terraform-lock-3"},
    "every_option": {
        "name": "example-terraform-state-2",
        "noncurrent_expiration_days": 365,
        "kms_key_arn": KEY,
        "role_access": {"writers": [f"arn:aws:iam::{ACCOUNT}:role/terraform"]},
        "lock_table_name": "example-terraform-lock",
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    # The output names the bucket once its policy is in force.
    existing = {case: ["module.bucket.aws_s3_bucket_policy.this"] for case in ("example", "every_option")}
    return planner.plan("state_backend", CASES, existing=existing)


@pytest.mark.parametrize(("case", "days"), [("example", 90), ("every_option", 365)])
def test_state_never_expires_and_replaced_state_is_kept_for_a_while(
    plans: dict[str, Plan], case: str, days: int
) -> None:
    (rule,) = plans[case]["module.bucket.aws_s3_bucket_lifecycle_configuration.this"]["rule"]
    assert rule["expiration"] == []
    assert [block["noncurrent_days"] for block in rule["noncurrent_version_expiration"]] == [days]


@pytest.mark.parametrize("case", ["example", "every_option"])
def test_state_is_versioned(plans: dict[str, Plan], case: str) -> None:
    versioning = plans[case]["module.bucket.aws_s3_bucket_versioning.this"]["versioning_configuration"]
    assert versioning[0]["status"] == "Enabled"


def test_nobody_but_the_account_reaches_it(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan["module.bucket.aws_s3_bucket_public_access_block.this"]["restrict_public_buckets"] is True
    assert set(plan.statements("module.bucket.aws_s3_bucket_policy.this")) == {"DenyPlainHttp"}
    assert plan.output_names == {"bucket", "arn", "lock_table_name", "backend_config"}


def test_it_is_deleted_with_its_state_only_when_that_is_allowed(plans: dict[str, Plan]) -> None:
    assert plans["example"]["module.bucket.aws_s3_bucket.this"]["force_destroy"] is False
    bucket = plans["every_option"]["module.bucket.aws_s3_bucket.this"]
    assert (bucket["force_destroy"], bucket["tags"]) == (True, {"Team": "platform"})


def test_terraform_is_told_to_lock_and_to_encrypt(plans: dict[str, Plan]) -> None:
    assert plans["example"].outputs["backend_config"] == {
        "bucket": StateBackend.example["name"],
        "region": "us-west-2",
        "encrypt": True,
        "use_lockfile": True,
    }


def test_a_table_is_a_second_lock_and_replaces_nothing(plans: dict[str, Plan]) -> None:
    assert plans["every_option"].outputs["backend_config"] == {
        "bucket": "example-terraform-state-2",
        "region": "us-west-2",
        "encrypt": True,
        "use_lockfile": True,
        "dynamodb_table": "example-terraform-lock",
    }
    assert plans["every_option"]["aws_dynamodb_table.lock[0]"]["server_side_encryption"] == [
        {"enabled": True, "kms_key_arn": KEY}
    ]
    assert plans["example"].counts["aws_dynamodb_table"] == 0
    assert kept(plans["before"], plans["lock_table"]) == {}
