"""How to use the module `audit_trail`."""

from __future__ import annotations

from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.modules.audit_trail import AuditTrail
from generator.modules.bucket import Bucket


class Basic(Example):
    """The account's audit trail, kept for a year."""

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        trail = self.call(
            "audit_trail",
            AuditTrail,
            {
                "name": "example-audit",
                "bucket": f"example-audit-{account}-{REGION}",
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("bucket", trail.bucket, "Name of the bucket with the trail's files.")


class Complete(Example):
    """A trail whose files are kept for seven years, and whose readers are logged in a bucket of their own."""

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        readers = self.call(
            "readers",
            Bucket,
            {
                "name": f"example-audit-readers-{account}-{REGION}",
                "server_access_logs": True,
                "expiration_days": 365,
                "noncurrent_expiration_days": 30,
                "allow_destroy": self.allow_destroy,
            },
        )
        trail = self.call(
            "audit_trail",
            AuditTrail,
            {
                "name": "example-audit",
                "bucket": f"example-audit-{account}-{REGION}",
                "expiration_days": 2557,
                "access_logs": {"bucket": readers.name},
                "log_retention_days": 90,
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("arn", trail.arn, "ARN of the trail.")
        self.output("key_arn", trail.key_arn, "ARN of the key that readers of the files need.")
        self.output("log_group_name", trail.log_group_name, "Log group of the events.")
