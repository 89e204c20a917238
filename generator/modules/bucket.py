"""A private bucket."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.meta import CallerIdentityData
from generator.bindings.s3 import (
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketOwnershipControls,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfiguration,
    S3BucketVersioning,
)
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, null
from generator.hcl.module import Module, Variable
from generator.hcl.policy import deny
from generator.modules.shared.common import allow_destroy_variable, days_variable, matches, present, tags_variable


def bucket_name_variable(variable: str = "name") -> Variable:
    """The name of a bucket, as the module's variable *variable*."""
    return Variable(
        "string",
        "Name of the bucket, unique in the world: 3 to 63 lower-case letters, digits, dots and hyphens.",
        checks=lambda v: [
            (
                matches("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", v),
                f"{variable} must be 3 to 63 lower-case letters, digits, dots and hyphens.",
            )
        ],
    )


class Bucket(Module):
    """A private, encrypted bucket that answers only over TLS.

    Public access is blocked, object ACLs are off, and incomplete uploads are cleaned up: they cost money and no listing
    shows them. A load balancer may be allowed to write its access logs; such a bucket stays with S3's own key, because
    load balancers cannot use any other.
    """

    example: ClassVar = {
        "name": "example-test-traces-123456789012-us-west-2",
        "versioning": True,
        "noncurrent_expiration_days": 30,
    }

    name = bucket_name_variable()
    versioning = Variable("bool", "Whether to keep the versions that a write or delete replaces.", default=True)
    expiration_days = days_variable("Days after which objects expire; null keeps them.", None)
    noncurrent_expiration_days = days_variable("Days after which replaced versions expire; null keeps them.", None)
    abort_multipart_days = days_variable("Days after which incomplete uploads are removed.", 1)
    load_balancer_logs = Variable(
        "bool", "Whether load balancers of this account may write their access logs.", default=False
    )
    trail_arn = Variable(
        "string",
        "ARN of the CloudTrail trail that may write its files; null admits none.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | matches("^arn:[a-z-]+:cloudtrail:[^:]+:[0-9]+:trail/.+$", v),
                "trail_arn must be the ARN of a CloudTrail trail.",
            )
        ],
    )
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        bucket = S3Bucket(self, "this", bucket=self.name, force_destroy=self.allow_destroy, tags=self.tags)
        S3BucketPublicAccessBlock(
            self,
            "this",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(self, "this", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"})
        S3BucketServerSideEncryptionConfiguration(
            self,
            "this",
            bucket=bucket.id,
            rule={"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}},
        )
        versioning = S3BucketVersioning(
            self,
            "this",
            bucket=bucket.id,
            versioning_configuration={"status": self.versioning.then("Enabled", "Suspended")},
        )
        self.lifecycle(bucket, versioning)
        policy = self.policy(bucket)
        self.output("name", policy.bucket, "Name of the bucket, once its policy is in force.")
        self.output("arn", bucket.arn, "ARN of the bucket.")

    def lifecycle(self, bucket: S3Bucket, versioning: S3BucketVersioning) -> None:
        S3BucketLifecycleConfiguration(
            self,
            "this",
            bucket=bucket.id,
            rule={
                "id": "clean-up",
                "status": "Enabled",
                "filter": {},
                "abort_incomplete_multipart_upload": {"days_after_initiation": self.abort_multipart_days},
                "expiration": Dynamic(present(self.expiration_days), lambda block: {"days": block.value}),
                "noncurrent_version_expiration": Dynamic(
                    present(self.noncurrent_expiration_days), lambda block: {"noncurrent_days": block.value}
                ),
            },
            depends_on=[versioning],
            why="S3 takes rules about versions only once versioning is decided.",
        )

    def policy(self, bucket: S3Bucket) -> S3BucketPolicy:
        account = CallerIdentityData(self, "current").account_id
        tls_only = {
            **deny(
                "DenyPlainHttp",
                ["s3:*"],
                [bucket.arn, f"{bucket.arn}/*"],
                {"Bool": {"aws:SecureTransport": "false"}},
            ),
            "Principal": "*",
        }
        log_delivery = {
            "Sid": "AllowLoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket.arn}/AWSLogs/{account}/*",
        }
        statements = fn.concat(
            [tls_only],
            self.load_balancer_logs.then([log_delivery], []),
            (self.trail_arn == null).then([], self.trail(bucket, account)),
        )
        return S3BucketPolicy(
            self,
            "this",
            bucket=bucket.id,
            policy=fn.jsonencode({"Version": "2012-10-17", "Statement": statements}),
            depends_on=[Expr("aws_s3_bucket_public_access_block.this")],
            why="After the public access block: S3 refuses two such changes of one bucket at the same time.",
        )

    def trail(self, bucket: S3Bucket, account: Expr) -> list[dict[str, object]]:
        """What CloudTrail needs of a bucket, for one trail: it looks at the ACL before it writes."""
        actions: list[tuple[str, str, object, dict[str, object]]] = [
            ("AllowTrailToCheckAcl", "s3:GetBucketAcl", bucket.arn, {}),
            (
                "AllowTrailFiles",
                "s3:PutObject",
                f"{bucket.arn}/AWSLogs/{account}/*",
                {"s3:x-amz-acl": "bucket-owner-full-control"},
            ),
        ]
        return [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": action,
                "Resource": resource,
                "Condition": {"StringEquals": {"aws:SourceArn": self.trail_arn, **condition}},
            }
            for sid, action, resource, condition in actions
        ]
