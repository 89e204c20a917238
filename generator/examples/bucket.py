"""How to use the module `bucket`."""

from __future__ import annotations

from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.modules.bucket import Bucket


class Basic(Example):
    """A private bucket whose replaced versions expire."""

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        bucket = self.call(
            "traces",
            Bucket,
            {
                "name": f"example-test-traces-{account}-{REGION}",
                "noncurrent_expiration_days": 30,
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("bucket", bucket.name, "Name of the bucket.")


class Complete(Example):
    """A bucket for a load balancer's access logs, which expire."""

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        bucket = self.call(
            "logs",
            Bucket,
            {
                "name": f"example-test-logs-{account}-{REGION}",
                "versioning": False,
                "expiration_days": 90,
                "abort_multipart_days": 3,
                "load_balancer_logs": True,
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("bucket", bucket.name, "Name of the bucket.")
