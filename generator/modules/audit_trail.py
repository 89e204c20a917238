"""The audit trail of an account: who did what, in every region."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings.cloudtrail import Cloudtrail
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.hcl.expression import Expr, null
from generator.hcl.module import Module, Variable
from generator.hcl.module_call import call_module
from generator.hcl.policy import allow, assumed_by, document
from generator.modules.bucket import Bucket
from generator.modules.shared.bucket_variables import access_logs_variable, bucket_name_variable
from generator.modules.shared.common import (
    allow_destroy_variable,
    days_variable,
    log_retention_variable,
    name_variable,
    tags_variable,
)
from generator.modules.shared.encryption_key import Place, admit_cloudtrail, admit_logs, encryption_key


class AuditTrail(Module):
    """A CloudTrail trail of every region: once an account, for a second copy of the same events is billed.

    Its files lie in a bucket of their own that this trail alone may write to, encrypted with a key of its own, and
    CloudTrail signs a digest of them each hour: `aws cloudtrail validate-logs` shows whether any was changed or
    removed. Whoever reads them needs permission to decrypt with the key as well.

    The events also go to CloudWatch Logs, where they can be searched within minutes and alarms can count them;
    `cloudwatch_logs = false` saves what that costs.

    Whether the files were read tells `access_logs`, which the CIS benchmark asks for; the bucket it names is better
    in no hands that the trail watches.
    """

    example: ClassVar = {
        "name": "example-audit",
        "bucket": "example-audit-123456789012-us-west-2",
    }

    name = name_variable(least=3, reason="the role's and the key's names add to it")
    bucket = bucket_name_variable("bucket")
    expiration_days = days_variable("Days to keep the trail's files; null keeps them.", 365, nullable=True)
    access_logs = access_logs_variable("bucket")
    cloudwatch_logs = Variable("bool", "Whether the events also go to CloudWatch Logs.", default=True)
    log_retention_days = log_retention_variable("the events in CloudWatch Logs")
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        place = Place.of(self)
        trail_arn = self.local(
            "trail_arn",
            place.arn("cloudtrail", f"trail/{self.name}"),
            "Written out, because the key and the bucket admit the trail before it exists.",
        )
        key = encryption_key(
            self,
            f"{self.name}-trail",
            f"the files of the trail {self.name}",
            place,
            [admit_cloudtrail(trail_arn), admit_logs(place)],
        )
        bucket = call_module(
            self,
            "bucket",
            Bucket,
            {
                "name": self.bucket,
                "trail_arn": trail_arn,
                "expiration_days": self.expiration_days,
                "noncurrent_expiration_days": 90,
                "access_logs": self.access_logs,
                "allow_destroy": self.allow_destroy,
                "tags": self.tags,
            },
        )
        with self.file("logs"):
            log, role, policy = self.logs(place, key.arn)
        trail = Cloudtrail(
            self,
            "this",
            name=self.name,
            s3_bucket_name=bucket.name,
            kms_key_id=key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=self.cloudwatch_logs.then(f"{log.attribute_of_one('arn')}:*", null),
            cloud_watch_logs_role_arn=role.attribute_of_one("arn"),
            tags=self.tags,
            depends_on=[policy],
            why="CloudTrail tries the role, the bucket and the key when the trail is created.",
            skip={"CKV_AWS_252": "A message for every file helps nobody: alarms read the log group."},
        )
        self.output("arn", trail.arn, "ARN of the trail.")
        self.output("bucket", bucket.name, "Name of the bucket with the trail's files.")
        self.output("key_arn", key.arn, "ARN of the key that readers of the files need.")
        self.output("log_group_name", log.attribute_of_one("name"), "Log group of the events; null without one.")

    def logs(self, place: Place, key_arn: Expr) -> tuple[CloudwatchLogGroup, IamRole, IamRolePolicy]:
        wanted = self.cloudwatch_logs.then(1, 0)
        log = CloudwatchLogGroup(
            self,
            "this",
            count=wanted,
            name=f"/aws/cloudtrail/{self.name}",
            retention_in_days=self.log_retention_days,
            kms_key_id=key_arn,
            tags=self.tags,
            skip={
                "CKV_AWS_338": "The bucket keeps the events for a year; here they are searched, and alarms count them."
            },
        )
        role = IamRole(
            self,
            "logs",
            count=wanted,
            name=f"{self.name}-trail-logs",
            assume_role_policy=assumed_by("cloudtrail.amazonaws.com"),
            tags=self.tags,
            why="CloudTrail names no source when it takes this role: a condition on it would refuse the trail itself.",
        )
        policy = IamRolePolicy(
            self,
            "logs",
            count=wanted,
            name="write-events",
            role=role[0].id,
            policy=document(
                allow(
                    "WriteOwnStreams",
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    f"{log[0].arn}:log-stream:{place.account}_CloudTrail_{place.region}*",
                )
            ),
        )
        return log, role, policy
