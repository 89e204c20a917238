"""A private bucket."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.s3 import (
    S3Bucket,
    S3BucketCorsConfiguration,
    S3BucketIntelligentTieringConfiguration,
    S3BucketLifecycleConfiguration,
    S3BucketLogging,
    S3BucketOwnershipControls,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfiguration,
    S3BucketVersioning,
)
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, null
from generator.hcl.module import Module, Variable
from generator.modules.shared import bucket_policy as statements
from generator.modules.shared.bucket_variables import (
    access_logs_variable,
    bucket_name_variable,
    cors_variable,
    distributions_variable,
    expiration_variable,
    intelligent_tiering_variable,
    kms_key_variable,
    trail_variable,
    transitions_variable,
)
from generator.modules.shared.common import allow_destroy_variable, days_variable, present, tags_variable
from generator.modules.shared.encryption_key import Place
from generator.modules.shared.role_access import role_access, role_access_variable

__all__ = ["Bucket", "bucket_name_variable"]
SKIPS = {
    "CKV_AWS_18": "A log of every request is billed: access_logs names the bucket for it where somebody reads it.",
    "CKV_AWS_19": "Always encrypted, by a resource of its own; whether with a KMS key, a plan may not know yet.",
    "CKV_AWS_21": "Logs are written once: versioning can be left out where versions help nobody.",
    "CKV_AWS_144": "A second copy in another region is billed, and a backup; a bucket is no place to decide on it.",
    "CKV_AWS_145": "S3's own key encrypts as well, and costs nothing; kms_key_arn names another.",
    "CKV2_AWS_62": "Nobody here listens to events of objects.",
}


class Bucket(Module):
    """A private, encrypted bucket that answers only over TLS.

    Public access is blocked, object ACLs are off, and incomplete uploads are cleaned up: they cost money and no listing
    shows them. Objects are encrypted with S3's own key, or with a KMS key through a bucket key, which asks KMS once
    for many objects.

    AWS services write or read by name, each under a condition that stops everyone else's: load balancers, S3's access
    logs, VPC flow logs, one CloudTrail trail, CloudFront distributions. Load balancers and access logs can only be
    written to a bucket with S3's own key. Roles of the account need no statement here: their own policies suffice.
    `role_access` makes the objects those roles' alone.

    Objects move to cheaper classes by `transitions` and go after `expiration_days`. For objects whose use nobody can
    foretell, `transitions = { INTELLIGENT_TIERING = 0 }` lets S3 decide; `intelligent_tiering` adds archive tiers.
    """

    example: ClassVar = {
        "name": "example-test-traces-123456789012-us-west-2",
        "versioning": True,
        "noncurrent_expiration_days": 30,
    }

    name = bucket_name_variable()
    versioning = Variable("bool", "Whether to keep the versions that a write or delete replaces.", default=True)
    kms_key_arn = kms_key_variable()
    transitions = transitions_variable()
    intelligent_tiering = intelligent_tiering_variable()
    expiration_days = expiration_variable()
    noncurrent_expiration_days = days_variable("Days after which replaced versions expire; null keeps them.", None)
    abort_multipart_days = days_variable("Days after which incomplete uploads are removed.", 1)
    cors_rules = cors_variable()
    access_logs = access_logs_variable()
    cloudfront_distribution_arns = distributions_variable()
    load_balancer_logs = Variable(
        "bool", "Whether load balancers of this account may write their access logs.", default=False
    )
    server_access_logs = Variable("bool", "Whether buckets of this account may write their access logs.", default=False)
    flow_logs = Variable("bool", "Whether VPC flow logs of this account may be written.", default=False)
    trail_arn = trail_variable()
    role_access = role_access_variable("the objects")
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        bucket = S3Bucket(self, "this", bucket=self.name, force_destroy=self.allow_destroy, tags=self.tags, skip=SKIPS)
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
            rule={
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": (self.kms_key_arn == null).then("AES256", "aws:kms"),
                    "kms_master_key_id": self.kms_key_arn,
                },
                "bucket_key_enabled": (self.kms_key_arn == null).then(null, True),
            },
        )
        versioning = S3BucketVersioning(
            self,
            "this",
            bucket=bucket.id,
            versioning_configuration={"status": self.versioning.then("Enabled", "Suspended")},
        )
        self.lifecycle(bucket, versioning)
        with self.file("policy"):
            policy = self.policy(bucket)
        with self.file("access"):
            self.cors(bucket)
            self.access_logging(bucket)
        self.output("name", policy.bucket, "Name of the bucket, once its policy is in force.")
        self.output("arn", bucket.arn, "ARN of the bucket.")
        self.output(
            "regional_domain_name",
            bucket.bucket_regional_domain_name,
            "Name of the bucket on the network, for the origin of a CloudFront distribution.",
        )

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
                "transition": Dynamic(
                    self.transitions, lambda block: {"storage_class": block.key, "days": block.value}
                ),
                "expiration": Dynamic(present(self.expiration_days), lambda block: {"days": block.value}),
                "noncurrent_version_expiration": Dynamic(
                    present(self.noncurrent_expiration_days), lambda block: {"noncurrent_days": block.value}
                ),
            },
            depends_on=[versioning],
            why="S3 takes rules about versions only once versioning is decided.",
        )
        S3BucketIntelligentTieringConfiguration(
            self,
            "this",
            for_each=self.intelligent_tiering,
            bucket=bucket.id,
            name=each.key,
            status="Enabled",
            filter=Dynamic(
                (each.value.prefix == "").then([], [each.value.prefix]), lambda block: {"prefix": block.value}
            ),
            tiering=[
                Dynamic(
                    present(each.value.archive_days),
                    lambda block: {"access_tier": "ARCHIVE_ACCESS", "days": block.value},
                ),
                Dynamic(
                    present(each.value.deep_archive_days),
                    lambda block: {"access_tier": "DEEP_ARCHIVE_ACCESS", "days": block.value},
                ),
            ],
        )

    def policy(self, bucket: S3Bucket) -> S3BucketPolicy:
        place = Place.of(self)
        arn = self.local(
            "arn",
            f"arn:{place.partition}:s3:::{self.name}",
            "Written out, so that a plan shows the whole policy before there is a bucket.",
        )
        distributions = self.cloudfront_distribution_arns
        admitted = fn.concat(
            [statements.tls_only(arn)],
            self.load_balancer_logs.then(statements.load_balancer_logs(arn, place), []),
            self.server_access_logs.then(statements.server_access_logs(arn, place), []),
            self.flow_logs.then(statements.flow_logs(arn, place), []),
            *role_access(arn, self.role_access),
            (self.trail_arn == null).then([], statements.trail(arn, place, self.trail_arn)),
            (fn.length(distributions) > 0).then(statements.cloudfront(arn, distributions), []),
        )
        return S3BucketPolicy(
            self,
            "this",
            bucket=bucket.id,
            policy=fn.jsonencode({"Version": "2012-10-17", "Statement": admitted}),
            depends_on=[Expr("aws_s3_bucket_public_access_block.this")],
            why="After the public access block: S3 refuses two such changes of one bucket at the same time.",
        )

    def cors(self, bucket: S3Bucket) -> None:
        S3BucketCorsConfiguration(
            self,
            "this",
            count=fn.min_(1, fn.length(self.cors_rules)),
            bucket=bucket.id,
            cors_rule=Dynamic(
                self.cors_rules,
                lambda block: {
                    "id": block.key,
                    "allowed_origins": block.value.allowed_origins,
                    "allowed_methods": block.value.allowed_methods,
                    "allowed_headers": block.value.allowed_headers,
                    "expose_headers": block.value.expose_headers,
                    "max_age_seconds": block.value.max_age_seconds,
                },
            ),
        )

    def access_logging(self, bucket: S3Bucket) -> None:
        S3BucketLogging(
            self,
            "this",
            count=(self.access_logs == null).then(0, 1),
            bucket=bucket.id,
            target_bucket=self.access_logs.bucket,
            target_prefix=fn.coalesce(self.access_logs.prefix, f"{self.name}/"),
        )
