"""IAM: a statement counts only when its condition holds, and each account has AWS's managed policies."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import TRUST, Cloud, policy


def bucket_with_policy(cloud: Cloud, effect: str, condition: dict[str, dict[str, str]] | None) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=cloud.name, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    more = {"Condition": condition} if condition else {}
    document = policy(effect, "s3:*", f"arn:aws:s3:::{cloud.name}/*", Principal="*", **more)
    s3.put_bucket_policy(Bucket=cloud.name, Policy=json.dumps(document))


@pytest.mark.parametrize("value", ["false", False])
def test_bucket_that_denies_requests_without_tls_accepts_objects(either: Cloud, value: str) -> None:
    bucket_with_policy(either, "Deny", {"Bool": {"aws:SecureTransport": value}})
    with either.fixed():
        either.client("s3").put_object(Bucket=either.name, Key="a", Body=b"1")
        assert either.client("s3").get_object(Bucket=either.name, Key="a")["Body"].read() == b"1"


@pytest.mark.parametrize("condition", [None, {"Bool": {"aws:SecureTransport": "true"}}])
def test_deny_that_holds_still_denies(cloud: Cloud, condition: dict[str, dict[str, str]] | None) -> None:
    bucket_with_policy(cloud, "Deny", condition)
    with pytest.raises(ClientError, match=r"\(403\)"):
        cloud.client("s3").put_object(Bucket=cloud.name, Key="a", Body=b"1")


def test_managed_policies_of_aws_exist(cloud: Cloud) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    assert cloud.client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_each_account_counts_its_own_attachments_of_them(cloud: Cloud) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    other = replace(cloud, account=cloud.account[::-1])
    mine, theirs = cloud.client("iam"), other.client("iam")
    mine.create_role(RoleName=cloud.name, AssumeRolePolicyDocument=json.dumps(TRUST))
    mine.attach_role_policy(RoleName=cloud.name, PolicyArn=arn)
    assert mine.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert theirs.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
