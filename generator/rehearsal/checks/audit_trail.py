"""The trail of who did what in the account."""

from __future__ import annotations

from collections.abc import Iterator

from generator.rehearsal.checks.check import Check, Live
from generator.rehearsal.checks.storage import private_bucket


def checks(live: Live) -> Iterator[Check]:
    wanted, cloudtrail = live.account.audit_trail, live.client("cloudtrail")
    trails = [trail["Name"] for trail in cloudtrail.list_trails()["Trails"]]
    name = f"{live.account.system}-audit"
    yield Check("trails", trails, [] if wanted is None else [name])
    if wanted is None or not trails:
        return
    trail = cloudtrail.get_trail(Name=name)["Trail"]
    yield Check("the trail is of every region", trail["IsMultiRegionTrail"], True)
    yield Check("the trail has events of global services", trail["IncludeGlobalServiceEvents"], True)
    yield Check("the trail's files can be validated", trail["LogFileValidationEnabled"], True)
    yield Check("the trail has a key of its own", bool(trail.get("KmsKeyId")), True)
    logging = cloudtrail.get_trail_status(Name=name)["IsLogging"]
    yield Check("the trail records", logging, True, stub=True)
    bucket = trail["S3BucketName"]
    yield Check("the trail's bucket", bucket, live.outputs["audit_bucket"])
    yield from private_bucket(live, "of the trail", bucket)
    (rule,) = live.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    yield Check("days that the trail's files are kept", rule["Expiration"]["Days"], wanted.keep_days)
    group = trail.get("CloudWatchLogsLogGroupArn", "").removesuffix(":*").rpartition(":")[2]
    kept = live.kept_days(group) if group else None
    expected = wanted.log_retention if wanted.cloudwatch_logs else None
    yield Check("days that CloudWatch Logs keeps the trail's events", kept, expected)
