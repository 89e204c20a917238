"""The bucket that holds Terraform's state."""

from __future__ import annotations

from typing import ClassVar

from generator.hcl.module import Module
from generator.hcl.module_call import call_module
from generator.modules.bucket import Bucket, bucket_name_variable
from generator.modules.shared.common import allow_destroy_variable, days_variable, tags_variable


class StateBackend(Module):
    """The bucket for the state of a system's environments: versioned, encrypted, private.

    The lock is S3's own lock file (Terraform 1.10 and later), so no table is needed. State is never expired; versions
    that a write replaced are kept for a while, to go back to.
    """

    example: ClassVar = {"name": "example-terraform-state-123456789012-us-west-2"}

    name = bucket_name_variable()
    noncurrent_expiration_days = days_variable("Days to keep replaced versions of a state.", 90)
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
                "allow_destroy": self.allow_destroy,
                "tags": self.tags,
            },
        )
        self.output("bucket", bucket.name, "Name of the bucket, for `terraform init -backend-config=bucket=…`.")
        self.output("arn", bucket.arn, "ARN of the bucket.")
