"""What is right raises no complaint."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.elb import LbListenerRule, LbListenerRuleConditionBlock
from generator.bindings.s3 import S3Bucket, S3BucketVersioning
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, null
from generator.hcl.stack import Stack


def declare(stack: Stack, paths: Expr, domain: str) -> Expr:
    bucket = S3Bucket(stack, "this", bucket=f"{domain}-x", force_destroy=~paths, tags={"a": paths.b}, count=1)
    S3BucketVersioning(
        stack, "this", bucket=bucket[0].id, versioning_configuration={"status": "Enabled"}, depends_on=[bucket]
    )
    condition: LbListenerRuleConditionBlock = {"host_header": {"values": ["a", paths[0]]}}
    LbListenerRule(
        stack,
        "this",
        listener_arn=paths.arn,
        action={"type": "forward"},
        condition=[condition, Dynamic(paths, lambda item: {"path_pattern": {"values": item.value}})],
        lifecycle={"ignore_changes": ["tags"], "precondition": [{"condition": paths != null, "error_message": "No."}]},
    )
    return fn.merge(bucket.splat, {"a": fn.length(paths) + 1})
