"""The audit trail on the embedded AWS, which tries the bucket's and the key's policies as AWS does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import applied


@pytest.mark.slow
@pytest.mark.rehearsal(100)
def test_the_trail_logs_changes_and_goes(cloud: Cloud, tmp_path: Path) -> None:
    inputs = {"name": "example-audit", "bucket": cloud.name, "allow_destroy": True}
    with applied(cloud, tmp_path, "audit_trail") as audit_trail:
        audit_trail.call(inputs)
        outputs = audit_trail.init_and_apply()
        check_trail(cloud, outputs)

        audit_trail.call({**inputs, "cloudwatch_logs": False})
        assert audit_trail.apply()["log_group_name"] is None
        assert cloud.client("logs").describe_log_groups()["logGroups"] == []
    assert cloud.client("cloudtrail").list_trails()["Trails"] == []
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("iam").list_roles()["Roles"] == []


def check_trail(cloud: Cloud, outputs: dict[str, str]) -> None:
    trail = cloud.client("cloudtrail").get_trail(Name="example-audit")["Trail"]
    assert trail["TrailARN"] == outputs["arn"]
    assert (trail["S3BucketName"], trail["KmsKeyId"]) == (outputs["bucket"], outputs["key_arn"])
    assert (trail["IsMultiRegionTrail"], trail["LogFileValidationEnabled"]) == (True, True)
    assert trail["CloudWatchLogsLogGroupArn"].endswith(f":log-group:{outputs['log_group_name']}:*")
    assert cloud.client("cloudtrail").get_trail_status(Name="example-audit")["IsLogging"] is True
