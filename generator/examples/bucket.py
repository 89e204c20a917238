"""How to use the module `bucket`."""

from __future__ import annotations

from generator.bindings.kms import KmsKey
from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.modules.bucket import Bucket
from generator.modules.shared.encryption_key import Place, admit, key_policy


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
    """A bucket with a key of its own that a web page and a CloudFront distribution use, and the bucket for all logs."""

    def build(self) -> None:
        place = Place.of(self)
        logs = self.call(
            "logs",
            Bucket,
            {
                "name": f"example-test-logs-{place.account}-{REGION}",
                "versioning": False,
                "expiration_days": 90,
                "abort_multipart_days": 3,
                "load_balancer_logs": True,
                "server_access_logs": True,
                "flow_logs": True,
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        # The policy only compares it: the distribution, in whose origin the bucket's name stands, is made later.
        distribution = f"arn:{place.partition}:cloudfront::{place.account}:distribution/E1EXAMPLE0000"
        source = {"StringEquals": {"aws:SourceArn": distribution}}
        key = KmsKey(
            self,
            "uploads",
            description="Encrypts the uploads of the example",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=key_policy(place, admit("UsedByCloudFront", "cloudfront.amazonaws.com", ["kms:Decrypt"], source)),
        )
        uploads = self.call(
            "uploads",
            Bucket,
            {
                "name": f"example-test-uploads-{place.account}-{REGION}",
                "kms_key_arn": key.arn,
                "transitions": {"INTELLIGENT_TIERING": 0},
                "intelligent_tiering": {
                    "reports": {"prefix": "reports/", "archive_days": 90, "deep_archive_days": 180}
                },
                "expiration_days": 730,
                "noncurrent_expiration_days": 30,
                "cors_rules": {
                    "upload": {
                        "allowed_origins": ["https://app.example.com"],
                        "allowed_methods": ["POST", "PUT"],
                        "allowed_headers": ["content-type", "x-amz-*"],
                        "expose_headers": ["etag"],
                    }
                },
                "access_logs": {"bucket": logs.name},
                "cloudfront_distribution_arns": [distribution],
                "allow_destroy": self.allow_destroy,
            },
        )
        archive = self.call(
            "archive",
            Bucket,
            {
                "name": f"example-test-archive-{place.account}-{REGION}",
                "transitions": {"STANDARD_IA": 30, "GLACIER_IR": 60, "DEEP_ARCHIVE": 180},
                "access_logs": {"bucket": logs.name, "prefix": "s3/archive/"},
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("logs", logs.name, "Name of the bucket for logs.")
        self.output("uploads", uploads.regional_domain_name, "Name of the bucket for uploads on the network.")
        self.output("archive", archive.name, "Name of the bucket that nothing leaves.")
