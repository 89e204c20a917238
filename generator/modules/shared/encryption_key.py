"""Customer-managed keys: the one way in which modules declare them and admit AWS services to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.bindings.kms import KmsAlias, KmsKey
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.expression import Expr
from generator.hcl.policy import Condition, Statement, allow, document
from generator.hcl.stack import Stack


@dataclass(frozen=True)
class Place:
    """Where a module is applied: the parts of every ARN."""

    partition: Expr
    region: Expr
    account: Expr

    @classmethod
    def of(cls, stack: Stack) -> Place:
        """Declare the three data sources that tell."""
        account, partition = CallerIdentityData(stack, "current"), PartitionData(stack, "current")
        return cls(partition.partition, RegionData(stack, "current").id, account.account_id)

    def arn(self, service: str, resource: str, *, region: object = None) -> str:
        """The ARN of *resource* of this account; *region* is this one unless given."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account}:{resource}"


def encryption_key(stack: Stack, name: str, of: str, place: Place, statements: Sequence[Statement]) -> KmsKey:
    """Declare the key ``this`` with the alias *name*, rotated yearly, for what *statements* admit."""
    key = KmsKey(
        stack,
        "this",
        description=f"Encrypts {of}",
        enable_key_rotation=True,
        deletion_window_in_days=Expr("var.allow_destroy").then(7, 30),
        policy=key_policy(place, *statements),
        tags=Expr("var.tags"),
    )
    KmsAlias(stack, "this", name=f"alias/{name}", target_key_id=key.key_id)
    return key


def key_policy(place: Place, *statements: Statement) -> Expr:
    """The policy of a key for what *statements* admit.

    IAM policies of the account decide who else may use and administer it; without that statement nobody could.
    """
    account_root = f"arn:{place.partition}:iam::{place.account}:root"
    return document({**allow("AdministeredByAccount", ["kms:*"], "*"), "Principal": {"AWS": account_root}}, *statements)


def admit(sid: str, service: object, actions: Sequence[str], condition: Condition) -> Statement:
    """The statement of a key's policy that lets an AWS service use the key under *condition*."""
    return {**allow(sid, actions, "*", condition), "Principal": {"Service": service}}


def admit_logs(place: Place) -> Statement:
    """Log groups of this account and region may be encrypted with the key."""
    return admit(
        "UsedByLogs",
        f"logs.{place.region}.amazonaws.com",
        ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": place.arn("logs", "log-group:*")}},
    )


def admit_cloudtrail(trail: object) -> Statement:
    """Trails whose ARN matches *trail* may encrypt their files."""
    return admit(
        "UsedByCloudTrail",
        "cloudtrail.amazonaws.com",
        ["kms:GenerateDataKey*", "kms:DescribeKey"],
        {"ArnLike": {"aws:SourceArn": trail}},
    )
