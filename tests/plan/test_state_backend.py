"""The bucket for state: versioned, kept, and not deleted by mistake."""

from __future__ import annotations

import pytest

from generator.modules.state_backend import StateBackend
from tests.plan.planning import Inputs, Plan, Planner

CASES: dict[str, Inputs] = {
    "example": StateBackend.example,
    "every_option": {
        "name": "example-terraform-state-2",
        "noncurrent_expiration_days": 365,
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    existing = {"example": ["module.bucket.aws_s3_bucket.this"]}
    return planner.plan("state_backend", CASES, existing=existing)


@pytest.mark.parametrize(("case", "days"), [("example", 90), ("every_option", 365)])
def test_state_never_expires_and_replaced_state_is_kept_for_a_while(
    plans: dict[str, Plan], case: str, days: int
) -> None:
    (rule,) = plans[case]["module.bucket.aws_s3_bucket_lifecycle_configuration.this"]["rule"]
    assert rule["expiration"] == []
    assert [block["noncurrent_days"] for block in rule["noncurrent_version_expiration"]] == [days]


@pytest.mark.parametrize("case", CASES)
def test_state_is_versioned(plans: dict[str, Plan], case: str) -> None:
    versioning = plans[case]["module.bucket.aws_s3_bucket_versioning.this"]["versioning_configuration"]
    assert versioning[0]["status"] == "Enabled"


def test_nobody_but_the_account_reaches_it(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan["module.bucket.aws_s3_bucket_public_access_block.this"]["restrict_public_buckets"] is True
    assert set(plan.statements("module.bucket.aws_s3_bucket_policy.this")) == {"DenyPlainHttp"}
    assert plan.output_names == {"bucket", "arn"}


def test_it_is_deleted_with_its_state_only_when_that_is_allowed(plans: dict[str, Plan]) -> None:
    assert plans["example"]["module.bucket.aws_s3_bucket.this"]["force_destroy"] is False
    bucket = plans["every_option"]["module.bucket.aws_s3_bucket.this"]
    assert (bucket["force_destroy"], bucket["tags"]) == (True, {"Team": "platform"})
