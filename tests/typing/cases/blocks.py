"""Wrong nested blocks."""

from __future__ import annotations

from generator.bindings.elb import LbListenerRule
from generator.bindings.s3 import S3BucketVersioning
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr
from generator.hcl.stack import Stack


def wrong_key(stack: Stack) -> None:
    S3BucketVersioning(
        stack,
        "this",
        bucket="b",
        versioning_configuration={"state": "Enabled"},  # E: incompatible type "dict[str, str]"
    )


def missing_required_key(stack: Stack) -> None:
    S3BucketVersioning(
        stack,
        "this",
        bucket="b",
        versioning_configuration={"mfa_delete": "Disabled"},  # E: incompatible type "dict[str, str]"
    )


def wrong_type_of_a_key(stack: Stack) -> None:
    S3BucketVersioning(
        stack,
        "this",
        bucket="b",
        versioning_configuration={"status": True},  # E: incompatible type "dict[str, bool]"
    )


def wrong_key_two_levels_down(stack: Stack, arn: Expr) -> None:
    LbListenerRule(
        stack,
        "this",
        listener_arn=arn,
        action={"type": "forward"},
        condition={"host_header": {"value": ["a"]}},  # E: incompatible type "dict[str, dict[
    )


def wrong_key_in_a_dynamic_block(stack: Stack, arn: Expr) -> None:
    LbListenerRule(
        stack,
        "this",
        listener_arn=arn,
        action={"type": "forward"},
        condition=Dynamic(arn, lambda item: {"hosts": item.value}),  # E: Extra key "hosts" for TypedDict
    )
