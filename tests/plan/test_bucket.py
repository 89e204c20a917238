"""The bucket: private, encrypted, over TLS only."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from generator.modules.bucket import Bucket
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Bucket.example
TRAIL = f"arn:aws:cloudtrail:us-west-2:{ACCOUNT}:trail/example-audit"
LOGS = "example-test-logs-123456789012-us-west-2"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
READER, WRITER = (f"arn:aws:iam::{ACCOUNT}:role/example-{name}" for name in ("reports", "backend"))
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1ABCDEFGHIJKL"
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "every_option": {
        "name": LOGS,
        "versioning": False,
        "expiration_days": 90,
        "noncurrent_expiration_days": 7,
        "abort_multipart_days": 3,
        "load_balancer_logs": True,
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
    "nothing_expires": {"name": "a" * 63},
    "roles": {"name": "example-roles", "role_access": {"readers": [READER], "writers": [WRITER]}},
    "trail": {"name": "example-audit", "trail_arn": TRAIL},
    "objects": {
        "name": "example.assets",
        "kms_key_arn": KEY,
        "transitions": {"INTELLIGENT_TIERING": 0},
        "intelligent_tiering": {"reports": {"prefix": "reports/", "archive_days": 90}},
        "cors_rules": {"read": {"allowed_origins": ["https://example.com"], "allowed_methods": ["GET", "HEAD"]}},
        "access_logs": {"bucket": LOGS},
        "cloudfront_distribution_arns": [DISTRIBUTION],
    },
    "logs": {"name": "example-logs", "load_balancer_logs": True, "server_access_logs": True, "flow_logs": True},
}
CASES["more_objects"] = {
    **CASES["objects"],
    "intelligent_tiering": {**CASES["objects"]["intelligent_tiering"], "all": {"deep_archive_days": 180}},
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("bucket", CASES)


def clean_up(plan: Plan) -> dict[str, Any]:
    (rule,) = plan["aws_s3_bucket_lifecycle_configuration.this"]["rule"]
    assert isinstance(rule, dict)
    return rule


def test_nothing_in_the_bucket_can_be_made_public(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(
        aws_s3_bucket=1,
        aws_s3_bucket_public_access_block=1,
        aws_s3_bucket_ownership_controls=1,
        aws_s3_bucket_server_side_encryption_configuration=1,
        aws_s3_bucket_versioning=1,
        aws_s3_bucket_lifecycle_configuration=1,
        aws_s3_bucket_policy=1,
    )
    block = plan["aws_s3_bucket_public_access_block.this"]
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert [block[name] for name in switches] == [True] * 4
    assert plan["aws_s3_bucket_ownership_controls.this"]["rule"] == [{"object_ownership": "BucketOwnerEnforced"}]
    assert plan.output_names == {"name", "arn", "regional_domain_name"}


def test_it_is_encrypted_versioned_and_not_deleted_with_its_objects(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    (rule,) = plan["aws_s3_bucket_server_side_encryption_configuration.this"]["rule"]
    assert rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"] == "AES256"
    assert plan["aws_s3_bucket_versioning.this"]["versioning_configuration"][0]["status"] == "Enabled"
    assert plan["aws_s3_bucket.this"]["force_destroy"] is False


def test_the_policy_denies_plain_http_and_allows_nobody_anything(plans: dict[str, Plan]) -> None:
    (statement,) = plans["example"].statements("aws_s3_bucket_policy.this").values()
    arn = f"arn:aws:s3:::{EXAMPLE['name']}"
    assert statement == {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_load_balancers_of_this_account_alone_may_write_logs(plans: dict[str, Plan]) -> None:
    statements = plans["every_option"].statements("aws_s3_bucket_policy.this")
    assert set(statements) == {"DenyPlainHttp", "AllowLoadBalancerLogs"}
    allowed = statements["AllowLoadBalancerLogs"]
    assert allowed["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "s3:PutObject")
    assert allowed["Resource"] == f"arn:aws:s3:::{LOGS}/AWSLogs/{ACCOUNT}/*"


def test_replaced_versions_expire_and_objects_stay(plans: dict[str, Plan]) -> None:
    rule = clean_up(plans["example"])
    assert rule["status"] == "Enabled"
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]
    assert [block["noncurrent_days"] for block in rule["noncurrent_version_expiration"]] == [30]
    assert rule["expiration"] == []


def test_by_default_versions_are_kept_and_only_incomplete_uploads_are_removed(plans: dict[str, Plan]) -> None:
    versioning = plans["nothing_expires"]["aws_s3_bucket_versioning.this"]["versioning_configuration"]
    assert versioning[0]["status"] == "Enabled"
    rule = clean_up(plans["nothing_expires"])
    assert (rule["expiration"], rule["noncurrent_version_expiration"]) == ([], [])
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    rule = clean_up(plan)
    assert [block["days"] for block in rule["expiration"]] == [90]
    assert [block["noncurrent_days"] for block in rule["noncurrent_version_expiration"]] == [7]
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 3}]
    assert plan["aws_s3_bucket_versioning.this"]["versioning_configuration"][0]["status"] == "Suspended"
    assert plan["aws_s3_bucket.this"]["force_destroy"] is True
    assert plan["aws_s3_bucket.this"]["tags"] == {"Team": "platform"}


def test_one_trail_may_write_its_files_and_look_at_the_acl(plans: dict[str, Plan]) -> None:
    statements = plans["trail"].statements("aws_s3_bucket_policy.this")
    assert set(statements) == {"DenyPlainHttp", "AllowTrailToCheckAcl", "AllowTrailFiles"}
    acl, files = statements["AllowTrailToCheckAcl"], statements["AllowTrailFiles"]
    assert [s["Principal"] for s in (acl, files)] == [{"Service": "cloudtrail.amazonaws.com"}] * 2
    assert [s["Effect"] for s in (acl, files)] == ["Allow", "Allow"]
    assert (acl["Action"], acl["Resource"]) == ("s3:GetBucketAcl", "arn:aws:s3:::example-audit")
    assert acl["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
    assert (files["Action"], files["Resource"]) == (
        "s3:PutObject",
        f"arn:aws:s3:::example-audit/AWSLogs/{ACCOUNT}/*",
    )
    assert files["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control"}}


def test_roles_read_and_write_and_nobody_else_does(plans: dict[str, Plan]) -> None:
    statements = plans["roles"].statements("aws_s3_bucket_policy.this")
    del statements["DenyPlainHttp"]
    objects, both = "arn:aws:s3:::example-roles/*", sorted([READER, WRITER])
    reads = ["s3:GetObject", "s3:GetObjectVersion"]
    writes = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    # What AWS does itself (a replication, a lifecycle rule) is not refused.
    no_service = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    assert statements == {
        "ReadByRoles": {
            "Sid": "ReadByRoles",
            "Effect": "Allow",
            "Action": [*reads, "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::example-roles", objects],
            "Principal": {"AWS": both},
        },
        "WriteByRoles": {
            "Sid": "WriteByRoles",
            "Effect": "Allow",
            "Action": writes,
            "Resource": objects,
            "Principal": {"AWS": [WRITER]},
        },
        "ReadByNobodyElse": {
            "Sid": "ReadByNobodyElse",
            "Effect": "Deny",
            "Action": reads,
            "Resource": objects,
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": both}, **no_service},
            "Principal": "*",
        },
        "WriteByNobodyElse": {
            "Sid": "WriteByNobodyElse",
            "Effect": "Deny",
            "Action": writes,
            "Resource": objects,
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": [WRITER]}, **no_service},
            "Principal": "*",
        },
    }


def test_the_policy_is_whole_before_there_is_a_bucket(plans: dict[str, Plan]) -> None:
    assert set(plans["logs"].statements("aws_s3_bucket_policy.this")) == {
        "DenyPlainHttp",
        "AllowLoadBalancerLogs",
        "AllowServerAccessLogs",
        "AWSLogDeliveryWrite",
        "AWSLogDeliveryAclCheck",
    }
    assert plans["objects"].statements("aws_s3_bucket_policy.this")["AllowCloudFront"]["Condition"] == {
        "StringEquals": {"aws:SourceArn": [DISTRIBUTION]}
    }


def test_one_more_archive_touches_nothing_else(plans: dict[str, Plan]) -> None:
    assert kept(plans["objects"], plans["more_objects"]) == {}
    assert plans["more_objects"].counts["aws_s3_bucket_intelligent_tiering_configuration"] == 2


@pytest.mark.slow
def test_what_a_bucket_is_given_later_replaces_nothing(planner: Planner) -> None:
    plan = planner.upgrade("bucket", {"name": "example-test-later"}, {**CASES["objects"], "name": "example-test-later"})
    assert plan.changed() == {
        "aws_s3_bucket_server_side_encryption_configuration.this": ["update"],
        "aws_s3_bucket_lifecycle_configuration.this": ["update"],
        "aws_s3_bucket_policy.this": ["update"],
        'aws_s3_bucket_intelligent_tiering_configuration.this["reports"]': ["create"],
        "aws_s3_bucket_cors_configuration.this[0]": ["create"],
        "aws_s3_bucket_logging.this[0]": ["create"],
    }
