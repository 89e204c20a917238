"""What roles may do, computed as IAM does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.policy.permissions import Permissions, Role, glob
from tests.unit.policy.plans import plan, resource

ALLOW_OBJECTS = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::a/*"}
MANAGED = "arn:aws:iam::aws:policy/"


def role(*statements: dict[str, Any], **more: Any) -> Role:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    found = plan(
        resource("aws_iam_role.this", {"id": "r", "name": "r", **more}),
        resource("aws_iam_role_policy.this", {"role": "r", "policy": policy}),
    )
    return Permissions(found).of(found.by_address["aws_iam_role.this"])


def test_what_is_allowed_is_allowed_where_it_is() -> None:
    it = role(ALLOW_OBJECTS)
    assert it.allows("s3:GetObject") is True
    assert it.allows("s3:GetObject", "arn:aws:s3:::a/key") is True
    assert it.allows("s3:GetObject", "arn:aws:s3:::b/key") is False
    assert it.allows("s3:PutObject") is False


def test_actions_have_no_case_and_resources_do() -> None:
    it = role({"Effect": "Allow", "Action": "S3:getobject", "Resource": "arn:aws:s3:::A/*"})
    assert it.allows("s3:GetObject") is True
    assert it.allows("s3:GetObject", "arn:aws:s3:::a/key") is False


def test_a_deny_holds_against_an_allow() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert role(ALLOW_OBJECTS, deny).allows("s3:GetObject") is False
    assert role(ALLOW_OBJECTS, {**deny, "Resource": "arn:aws:s3:::b/*"}).allows("s3:GetObject") is True


def test_a_deny_under_a_condition_is_not_relied_on() -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert role(ALLOW_OBJECTS, deny).allows("s3:GetObject") is True
    assert role(deny).denies("iam:CreateUser") is False


def test_everything_but_is_nearly_everything() -> None:
    it = role({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    assert it.allows("s3:GetObject") is True
    assert it.allows("iam:CreateUser") is False


def test_only_a_deny_of_all_of_an_action_denies_it() -> None:
    assert role({"Effect": "Deny", "Action": "iam:Create*", "Resource": "*"}).denies("iam:CreateUser") is True
    assert (
        role({"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "arn:aws:iam::1:user/a"}).denies(
            "iam:CreateUser"
        )
        is False
    )


@pytest.mark.parametrize(("arn", "allowed"), [("AdministratorAccess", True), ("AmazonS3FullAccess", True)])
def test_policies_of_aws_are_known(arn: str, allowed: bool) -> None:
    assert role(managed_policy_arns=[MANAGED + arn]).allows("s3:DeleteObject") is allowed


def test_a_policy_that_nobody_knows_is_undecided() -> None:
    it = role(managed_policy_arns=[MANAGED + "SomethingNew"])
    assert not it.complete
    assert it.allows("s3:GetObject") is None
    assert it.denies("iam:CreateUser") is None


def test_what_is_denied_stays_denied_whatever_is_unknown() -> None:
    it = role({"Effect": "Deny", "Action": "*", "Resource": "*"}, managed_policy_arns=[MANAGED + "SomethingNew"])
    assert it.allows("s3:GetObject") is False


def test_an_attached_policy_counts() -> None:
    text = json.dumps({"Statement": ALLOW_OBJECTS})
    found = plan(
        resource("aws_iam_role.this", {"id": "r", "name": "r"}),
        resource("aws_iam_policy.this", {"arn": "arn:aws:iam::1:policy/p", "policy": text}),
        resource("aws_iam_role_policy_attachment.this", {"role": "r", "policy_arn": "arn:aws:iam::1:policy/p"}),
    )
    assert Permissions(found).of(found.by_address["aws_iam_role.this"]).allows("s3:GetObject") is True


def test_a_policy_known_after_the_apply_is_undecided() -> None:
    found = plan(
        resource("aws_iam_role.this", {"id": "r", "name": "r"}),
        resource("aws_iam_role_policy.this", {"role": "r"}, {"policy": True}),
    )
    assert Permissions(found).of(found.by_address["aws_iam_role.this"]).allows("s3:GetObject") is None


def test_a_policy_of_nobody_knows_which_role_may_be_this_ones() -> None:
    found = plan(
        resource("aws_iam_role.this", {"id": "r", "name": "r"}),
        resource("aws_iam_role_policy.stray", {"policy": json.dumps({"Statement": [ALLOW_OBJECTS]})}, {"role": True}),
    )
    assert Permissions(found).of(found.by_address["aws_iam_role.this"]).allows("s3:GetObject") is None


def test_a_pattern_is_iams_own() -> None:
    assert glob("arn:aws:s3:::a?c/*", "arn:aws:s3:::abc/x/y")
    assert not glob("arn:aws:s3:::[abc]", "arn:aws:s3:::a")
