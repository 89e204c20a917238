"""S3: access logs go to buckets that admit them, and archive tiers are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud

PREFIX = "traces/"
TIERING = {
    "Id": "reports",
    "Filter": {"Prefix": "reports/"},
    "Status": "Enabled",
    "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
}


def bucket(cloud: Cloud, name: str, *statements: dict[str, Any]) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    if statements:
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def admitted(cloud: Cloud, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{cloud.name}-logs/*",
        **more,
    }


def denied(cloud: Cloud, secure: str) -> dict[str, Any]:
    return admitted(
        cloud, Effect="Deny", Principal="*", Action="s3:*", Condition={"Bool": {"aws:SecureTransport": secure}}
    )


def log_accesses(cloud: Cloud) -> Any:
    s3 = cloud.client("s3")
    target = {"TargetBucket": f"{cloud.name}-logs", "TargetPrefix": PREFIX}
    s3.put_bucket_logging(Bucket=cloud.name, BucketLoggingStatus={"LoggingEnabled": target})
    assert s3.get_bucket_logging(Bucket=cloud.name)["LoggingEnabled"] == target


def test_a_policy_that_also_denies_plain_http_admits_access_logs(either: Cloud) -> None:
    source = {
        "StringEquals": {"aws:SourceAccount": either.account},
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"},
    }
    bucket(either, either.name)
    bucket(either, f"{either.name}-logs", denied(either, "false"), admitted(either, Condition=source))
    with either.fixed():
        log_accesses(either)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other"}}},
    ],
    ids=["account", "bucket"],
)
def test_logs_of_another_account_or_bucket_alone_are_no_permission(either: Cloud, wrong: dict[str, Any]) -> None:
    bucket(either, either.name)
    bucket(either, f"{either.name}-logs", admitted(either, **wrong))
    with either.refused("InvalidTargetBucketForLogging"):
        log_accesses(either)


@pytest.mark.parametrize("prefix", ["other/", PREFIX])
def test_a_statement_admits_what_its_resource_matches(cloud: Cloud, prefix: str) -> None:
    bucket(cloud, cloud.name)
    bucket(cloud, f"{cloud.name}-logs", admitted(cloud, Resource=f"arn:aws:s3:::{cloud.name}-logs/{prefix}*"))
    if prefix == PREFIX:
        log_accesses(cloud)
    else:
        with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
            log_accesses(cloud)


def test_what_is_denied_is_not_admitted(cloud: Cloud) -> None:
    bucket(cloud, cloud.name)
    bucket(cloud, f"{cloud.name}-logs", admitted(cloud), denied(cloud, "true"))
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        log_accesses(cloud)


def test_archive_tiers_are_kept_listed_and_removed(either: Cloud) -> None:
    bucket(either, either.name)
    s3 = either.client("s3")
    with either.fixed():
        s3.put_bucket_intelligent_tiering_configuration(
            Bucket=either.name, Id="reports", IntelligentTieringConfiguration=TIERING
        )
        found = s3.get_bucket_intelligent_tiering_configuration(Bucket=either.name, Id="reports")
        assert found["IntelligentTieringConfiguration"] == TIERING
        everything = s3.list_bucket_intelligent_tiering_configurations(Bucket=either.name)
        assert everything["IntelligentTieringConfigurationList"] == [TIERING]
        s3.delete_bucket_intelligent_tiering_configuration(Bucket=either.name, Id="reports")
        assert "IntelligentTieringConfigurationList" not in s3.list_bucket_intelligent_tiering_configurations(
            Bucket=either.name
        )


@pytest.mark.parametrize("operation", ["get", "delete"])
def test_unknown_archive_tiers_are_an_error_of_their_own(either: Cloud, operation: str) -> None:
    bucket(either, either.name)
    s3 = either.client("s3")
    with either.refused("NoSuchConfiguration"):
        getattr(s3, f"{operation}_bucket_intelligent_tiering_configuration")(Bucket=either.name, Id="absent")


def empty(cloud: Cloud) -> list[str]:
    """Delete the object of the bucket as emptying it does; returns the codes of refusals."""
    s3 = cloud.client("s3")
    s3.put_object(Bucket=cloud.name, Key="one", Body=b"1")
    answer = s3.delete_objects(Bucket=cloud.name, Delete={"Objects": [{"Key": "one"}]})
    return [error["Code"] for error in answer.get("Errors", [])]


def test_a_bucket_that_denies_plain_http_can_be_emptied(either: Cloud) -> None:
    own = {"Resource": f"arn:aws:s3:::{either.name}/*"}
    role = {"Effect": "Deny", "Action": "s3:*", "Principal": {"AWS": f"arn:aws:iam::{either.account}:role/one"}, **own}
    bucket(either, either.name, {**denied(either, "false"), **own}, role)
    with either.fixed():
        assert empty(either) == []


def test_a_bucket_that_denies_everybody_to_delete_cannot(cloud: Cloud) -> None:
    own = {"Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{cloud.name}/*"}
    bucket(cloud, cloud.name, {**denied(cloud, "true"), **own})
    assert empty(cloud) == ["AccessDenied"]


def test_one_version_is_deleted_where_versioning_is_suspended(either: Cloud) -> None:
    s3 = either.client("s3")
    bucket(either, either.name)
    s3.put_bucket_versioning(Bucket=either.name, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=either.name, Key="one", Body=body)
    s3.delete_object(Bucket=either.name, Key="one")
    s3.put_bucket_versioning(Bucket=either.name, VersioningConfiguration={"Status": "Suspended"})
    found = s3.list_object_versions(Bucket=either.name)
    first, second = [version["VersionId"] for version in found["Versions"]]
    with either.fixed():
        s3.delete_objects(Bucket=either.name, Delete={"Objects": [{"Key": "one", "VersionId": first}]})
        left = s3.list_object_versions(Bucket=either.name)
        assert [version["VersionId"] for version in left["Versions"]] == [second]
        assert len(left["DeleteMarkers"]) == 1
        every = [second, left["DeleteMarkers"][0]["VersionId"]]
        s3.delete_objects(
            Bucket=either.name, Delete={"Objects": [{"Key": "one", "VersionId": version} for version in every]}
        )
        s3.delete_bucket(Bucket=either.name)
