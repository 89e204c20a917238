"""CloudTrail: trails are found and deleted by their ARNs, and need a bucket and a key that admit them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud

SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def trail_arn(cloud: Cloud, name: str) -> str:
    return f"arn:aws:cloudtrail:{cloud.region}:{cloud.account}:trail/{name}"


def statements(cloud: Cloud, trail: str) -> list[dict[str, Any]]:
    """What AWS's user guide says a trail's bucket needs."""
    arn = f"arn:aws:s3:::{cloud.name}"
    source = {"aws:SourceArn": trail_arn(cloud, trail)}
    acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
    return [
        allow("s3:GetBucketAcl", arn, source),
        allow("s3:PutObject", f"{arn}/AWSLogs/{cloud.account}/*", {**source, **acl}),
    ]


def allow(action: str, resource: str, condition: dict[str, str], principal: Any = SERVICE) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": condition},
    }


def bucket(cloud: Cloud, policy: list[dict[str, Any]]) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=cloud.name, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    if policy:
        s3.put_bucket_policy(Bucket=cloud.name, Policy=json.dumps({"Version": "2012-10-17", "Statement": policy}))


def trails(cloud: Cloud) -> set[str]:
    return {trail["Name"] for trail in cloud.client("cloudtrail").list_trails()["Trails"]}


def test_only_the_trails_asked_for_are_described(either: Cloud) -> None:
    one, two = f"{either.name}-one", f"{either.name}-two"
    bucket(either, [*statements(either, one), *statements(either, two)])
    client = either.client("cloudtrail")
    for name in (one, two):
        client.create_trail(Name=name, S3BucketName=either.name)
    with either.fixed():
        for asked in (two, trail_arn(either, two)):
            assert [t["Name"] for t in client.describe_trails(trailNameList=[asked])["trailList"]] == [two]
        assert client.describe_trails(trailNameList=["absent"])["trailList"] == []
        assert {t["Name"] for t in client.describe_trails()["trailList"]} == {one, two}


def test_a_trail_named_by_its_arn_is_deleted(either: Cloud) -> None:
    bucket(either, statements(either, either.name))
    client = either.client("cloudtrail")
    client.create_trail(Name=either.name, S3BucketName=either.name)
    client.delete_trail(Name=trail_arn(either, either.name))
    with either.fixed():
        assert either.name not in trails(either)


def test_an_absent_trail_cannot_be_deleted(either: Cloud) -> None:
    with either.refused("TrailNotFoundException"):
        either.client("cloudtrail").delete_trail(Name="absent")


def test_a_taken_name_is_refused(either: Cloud) -> None:
    bucket(either, statements(either, either.name))
    client = either.client("cloudtrail")
    client.create_trail(Name=either.name, S3BucketName=either.name)
    with either.refused("TrailAlreadyExistsException"):
        client.create_trail(Name=either.name, S3BucketName=either.name)
    assert either.name in trails(either)


@pytest.mark.parametrize("wrong", ["none", "acl_alone", "files_alone", "other_trail", "other_service", "denied"])
def test_a_bucket_that_does_not_admit_the_trail_is_refused(either: Cloud, wrong: str) -> None:
    acl, files = statements(either, either.name)
    policies: dict[str, list[dict[str, Any]]] = {
        "none": [],
        "acl_alone": [acl],
        "files_alone": [files],
        "other_trail": statements(either, "other"),
        "other_service": [
            {**statement, "Principal": {"Service": "config.amazonaws.com"}} for statement in (acl, files)
        ],
        "denied": [acl, files, {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "*"}],
    }
    bucket(either, policies[wrong])
    with either.refused("InsufficientS3BucketPolicyException", either.name):
        either.client("cloudtrail").create_trail(Name=either.name, S3BucketName=either.name)
    assert either.plain or trails(either) == set()


def test_a_key_that_does_not_admit_the_trail_is_refused(either: Cloud) -> None:
    bucket(either, statements(either, either.name))
    key = either.client("kms").create_key()["KeyMetadata"]["Arn"]
    with either.refused("InsufficientEncryptionPolicyException", key):
        either.client("cloudtrail").create_trail(Name=either.name, S3BucketName=either.name, KmsKeyId=key)


def test_a_key_that_admits_the_trail_is_taken(cloud: Cloud) -> None:
    bucket(cloud, statements(cloud, cloud.name))
    own = allow("kms:*", "*", {}, {"AWS": f"arn:aws:iam::{cloud.account}:root"})
    admitted = allow("kms:GenerateDataKey*", "*", {"aws:SourceArn": trail_arn(cloud, cloud.name)})
    document = {"Version": "2012-10-17", "Statement": [own, admitted]}
    key = cloud.client("kms").create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"]
    cloud.client("cloudtrail").create_trail(Name=cloud.name, S3BucketName=cloud.name, KmsKeyId=key)
    assert cloud.client("cloudtrail").get_trail(Name=cloud.name)["Trail"]["KmsKeyId"] == key


def test_a_trail_without_a_bucket_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="S3BucketDoesNotExistException"):
        cloud.client("cloudtrail").create_trail(Name=cloud.name, S3BucketName=cloud.name)
    assert trails(cloud) == set()
