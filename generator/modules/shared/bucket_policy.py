"""Who may write to a bucket or read from it: the statements of its policy, each for one AWS service."""

from __future__ import annotations

from generator.hcl.expression import Expr
from generator.hcl.policy import Condition, Statement, allow, deny
from generator.modules.shared.encryption_key import Place

OWNER_ACL = {"s3:x-amz-acl": "bucket-owner-full-control"}


def tls_only(bucket: Expr) -> Statement:
    resources = [bucket, f"{bucket}/*"]
    return {
        **deny("DenyPlainHttp", ["s3:*"], resources, {"Bool": {"aws:SecureTransport": "false"}}),
        "Principal": "*",
    }


def load_balancer_logs(bucket: Expr, place: Place) -> list[Statement]:
    return [
        _service(
            "AllowLoadBalancerLogs",
            "logdelivery.elasticloadbalancing.amazonaws.com",
            "s3:PutObject",
            f"{bucket}/AWSLogs/{place.account}/*",
        )
    ]


def server_access_logs(bucket: Expr, place: Place) -> list[Statement]:
    """The logs of this account's buckets."""
    return [
        _service(
            "AllowServerAccessLogs",
            "logging.s3.amazonaws.com",
            "s3:PutObject",
            f"{bucket}/*",
            {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": f"arn:{place.partition}:s3:::*"},
            },
        )
    ]


def flow_logs(bucket: Expr, place: Place) -> list[Statement]:
    """VPC flow logs. The statement ids are AWS's: with others, creating a flow log would write its own beside them."""
    source: Condition = {
        "StringEquals": {"aws:SourceAccount": place.account},
        "ArnLike": {"aws:SourceArn": place.arn("logs", "*")},
    }
    writing = {"StringEquals": {"aws:SourceAccount": place.account, **OWNER_ACL}, "ArnLike": source["ArnLike"]}
    service = "delivery.logs.amazonaws.com"
    return [
        _service("AWSLogDeliveryWrite", service, "s3:PutObject", f"{bucket}/AWSLogs/{place.account}/*", writing),
        _service("AWSLogDeliveryAclCheck", service, "s3:GetBucketAcl", bucket, source),
    ]


def trail(bucket: Expr, place: Place, arn: Expr) -> list[Statement]:
    """What CloudTrail needs of a bucket, for one trail: it looks at the ACL before it writes."""
    service = "cloudtrail.amazonaws.com"
    return [
        _service("AllowTrailToCheckAcl", service, "s3:GetBucketAcl", bucket, {"StringEquals": {"aws:SourceArn": arn}}),
        _service(
            "AllowTrailFiles",
            service,
            "s3:PutObject",
            f"{bucket}/AWSLogs/{place.account}/*",
            {"StringEquals": {"aws:SourceArn": arn, **OWNER_ACL}},
        ),
    ]


def cloudfront(bucket: Expr, distributions: Expr) -> list[Statement]:
    return [
        _service(
            "AllowCloudFront",
            "cloudfront.amazonaws.com",
            "s3:GetObject",
            f"{bucket}/*",
            {"StringEquals": {"aws:SourceArn": distributions}},
        )
    ]


def _service(sid: str, service: str, action: str, resource: object, condition: Condition | None = None) -> Statement:
    statement = allow(sid, [action], resource, condition)
    return {**statement, "Principal": {"Service": service}, "Action": action}
