"""The audit trail: every region, validated files, and nobody else's bucket and key."""

from __future__ import annotations

from collections import Counter

import pytest

from generator.modules.audit_trail import AuditTrail
from tests.plan.planning import ACCOUNT, REGION, Inputs, Plan, Planner

TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
CASES: dict[str, Inputs] = {
    "example": AuditTrail.example,
    "every_option": {
        "name": "example-other",
        "bucket": "example-other-trail",
        "expiration_days": 3653,
        "access_logs": {"bucket": "example-access-logs"},
        "log_retention_days": 90,
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
    "without_logs": {"name": "example-quiet", "bucket": "example-quiet-trail", "cloudwatch_logs": False},
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    known = ["aws_kms_key.this", "module.bucket.aws_s3_bucket.this", "aws_cloudwatch_log_group.this"]
    return planner.plan("audit_trail", CASES, existing={"example": known, "every_option": known})


def test_the_trail_covers_every_region_and_its_files_are_validated(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    trail = plan["aws_cloudtrail.this"]
    assert trail["name"] == "example-audit"
    assert trail["is_multi_region_trail"] is True
    assert trail["include_global_service_events"] is True
    assert trail["enable_log_file_validation"] is True
    assert trail["enable_logging"] is True
    assert trail["kms_key_id"] == plan["aws_kms_key.this"]["arn"]
    assert trail["cloud_watch_logs_group_arn"] == f"{LOGS}:/aws/cloudtrail/example-audit:*"
    assert plan.unknown["aws_cloudtrail.this"]["cloud_watch_logs_role_arn"] is True
    assert plan.output_names == {"arn", "bucket", "key_arn", "log_group_name"}


def test_the_key_admits_this_trail_and_log_groups(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    key = plan["aws_kms_key.this"]
    assert (key["enable_key_rotation"], key["deletion_window_in_days"]) == (True, 30)
    assert plan["aws_kms_alias.this"]["name"] == "alias/example-audit-trail"
    statements = plan.statements("aws_kms_key.this")
    assert {sid: s.get("Condition") for sid, s in statements.items()} == {
        "AdministeredByAccount": None,
        "UsedByCloudTrail": {"ArnLike": {"aws:SourceArn": f"{TRAIL}/example-audit"}},
        "UsedByLogs": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{LOGS}:*"}},
    }
    assert statements["AdministeredByAccount"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert statements["UsedByCloudTrail"]["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert statements["UsedByCloudTrail"]["Action"] == ["kms:GenerateDataKey*", "kms:DescribeKey"]
    assert statements["UsedByLogs"]["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    uses = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    assert statements["UsedByLogs"]["Action"] == uses
    # A key's policy is about that key alone.
    assert {(s["Effect"], s["Resource"]) for s in statements.values()} == {("Allow", "*")}


def test_the_bucket_admits_this_trail_and_keeps_its_files_for_a_year(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    statements = plan.statements("module.bucket.aws_s3_bucket_policy.this")
    assert set(statements) == {"DenyPlainHttp", "AllowTrailToCheckAcl", "AllowTrailFiles"}
    files = statements["AllowTrailFiles"]
    assert files["Condition"]["StringEquals"]["aws:SourceArn"] == f"{TRAIL}/example-audit"
    assert plan["module.bucket.aws_s3_bucket.this"]["bucket"] == AuditTrail.example["bucket"]
    (rule,) = plan["module.bucket.aws_s3_bucket_lifecycle_configuration.this"]["rule"]
    assert [block["days"] for block in rule["expiration"]] == [365]
    assert [block["noncurrent_days"] for block in rule["noncurrent_version_expiration"]] == [90]


def test_the_role_writes_the_trails_own_streams_and_nothing_else(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    log = plan["aws_cloudwatch_log_group.this[0]"]
    assert (log["name"], log["retention_in_days"]) == ("/aws/cloudtrail/example-audit", 30)
    assert log["kms_key_id"] == plan["aws_kms_key.this"]["arn"]
    assert plan["aws_iam_role.logs[0]"]["name"] == "example-audit-trail-logs"
    trust = plan.statements("aws_iam_role.logs[0]", "assume_role_policy")["AssumeRole"]
    assert trust["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    # CloudTrail names no source when it takes the role.
    assert "Condition" not in trust
    assert plan["aws_iam_role_policy.logs[0]"]["name"] == "write-events"
    assert plan.statements("aws_iam_role_policy.logs[0]") == {
        "WriteOwnStreams": {
            "Sid": "WriteOwnStreams",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{LOGS}:/aws/cloudtrail/example-audit:log-stream:{ACCOUNT}_CloudTrail_{REGION}*",
        }
    }


def test_without_logs_there_is_neither_group_nor_role(plans: dict[str, Plan]) -> None:
    plan = plans["without_logs"]
    assert plan.counts["aws_cloudtrail"] == 1
    assert not {"aws_cloudwatch_log_group", "aws_iam_role", "aws_iam_role_policy"} & set(plan.counts)
    trail = plan["aws_cloudtrail.this"]
    assert trail["cloud_watch_logs_group_arn"] is None
    assert trail["cloud_watch_logs_role_arn"] is None
    assert plan.outputs.get("log_group_name") is None


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan.counts == Counter(plans["example"].counts) + Counter(aws_s3_bucket_logging=1)
    logging = plan["module.bucket.aws_s3_bucket_logging.this[0]"]
    assert (logging["target_bucket"], logging["target_prefix"]) == ("example-access-logs", "example-other-trail/")
    assert plan["aws_kms_key.this"]["deletion_window_in_days"] == 7
    assert plan["module.bucket.aws_s3_bucket.this"]["force_destroy"] is True
    assert plan["aws_cloudwatch_log_group.this[0]"]["retention_in_days"] == 90
    (rule,) = plan["module.bucket.aws_s3_bucket_lifecycle_configuration.this"]["rule"]
    assert [block["days"] for block in rule["expiration"]] == [3653]
    for address in (
        *("aws_cloudtrail.this", "aws_kms_key.this", "aws_cloudwatch_log_group.this[0]", "aws_iam_role.logs[0]"),
        "module.bucket.aws_s3_bucket.this",
    ):
        assert plan[address]["tags"] == {"Team": "platform"}
