"""The bucket that holds Terraform's state."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.dynamodb import DynamodbTable
from generator.bindings.meta import RegionData
from generator.hcl.expression import null
from generator.hcl.module import Module, Variable
from generator.hcl.module_call import call_module
from generator.modules.bucket import Bucket, bucket_name_variable
from generator.modules.shared.common import allow_destroy_variable, days_variable, matches, tags_variable
from generator.modules.shared.role_access import role_access_variable

SKIPS = {"CKV_AWS_119": "DynamoDB's key encrypts as well, and locks hold no secrets; kms_key_arn names another."}


class StateBackend(Module):
    """The bucket for the state of a system's environments: versioned, encrypted, private.

    The lock is S3's own lock file (Terraform 1.10 and later), so no table is needed. `lock_table_name` adds one for
    older Terraform; a newer one takes both locks, so that the two exclude each other while a team changes over. State
    is never expired; versions that a write replaced are kept for a while, to go back to.

    State holds what no plan shows. `role_access` names who may read and write it: the bucket then refuses everybody
    else, an administrator of the account too, until the administrator changes the bucket's policy. So whoever applies
    this module needs to be one of the writers only to delete the state with the bucket.
    """

    example: ClassVar = {"name": "example-terraform-state-123456789012-us-west-2"}

    name = bucket_name_variable()
    noncurrent_expiration_days = days_variable("Days to keep replaced versions of a state.", 90)
    kms_key_arn = Variable(
        "string",
        "ARN of the KMS key that encrypts state and locks; null takes the keys of S3 and DynamoDB.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | matches("^arn:[a-z-]+:kms:[^:]+:[0-9]{12}:key/.+$", v),
                "kms_key_arn must be the ARN of a KMS key, not of an alias.",
            )
        ],
    )
    role_access = role_access_variable("the state")
    lock_table_name = Variable(
        "string",
        "Name of a DynamoDB table for the lock, for Terraform before 1.10; null makes none.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | matches("^[a-zA-Z0-9_.-]{3,255}$", v),
                "lock_table_name must be 3 to 255 letters, digits, underscores, dots and hyphens.",
            )
        ],
    )
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        bucket = call_module(
            self,
            "bucket",
            Bucket,
            {
                "name": self.name,
                "versioning": True,
                "noncurrent_expiration_days": self.noncurrent_expiration_days,
                "kms_key_arn": self.kms_key_arn,
                "role_access": self.role_access,
                "allow_destroy": self.allow_destroy,
                "tags": self.tags,
            },
        )
        table = self.lock_table()
        self.output("bucket", bucket.name, "Name of the bucket, for `terraform init -backend-config=bucket=…`.")
        self.output("arn", bucket.arn, "ARN of the bucket.")
        self.output("lock_table_name", table.attribute_of_one("name"), "Name of the table for the lock, or null.")
        self.output(
            "backend_config",
            fn.merge(
                {
                    "bucket": bucket.name,
                    "region": RegionData(self, "current").id,
                    "encrypt": True,
                    "use_lockfile": True,
                },
                (self.lock_table_name == null).then({}, {"dynamodb_table": table.attribute_of_one("name")}),
            ),
            "Settings of the backend `s3`, besides `key`; Terraform before 1.10 takes them without use_lockfile.",
        )

    def lock_table(self) -> DynamodbTable:
        return DynamodbTable(
            self,
            "lock",
            count=(self.lock_table_name == null).then(0, 1),
            name=self.lock_table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="LockID",
            attribute={"name": "LockID", "type": "S"},
            server_side_encryption={"enabled": True, "kms_key_arn": self.kms_key_arn},
            point_in_time_recovery={"enabled": True},
            deletion_protection_enabled=~self.allow_destroy,
            tags=self.tags,
            skip=SKIPS,
        )
