"""Buckets: private, encrypted, over TLS, cleaned up, and what browsers and load balancers may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest.bucket import Bucket


def checks(live: Live) -> Iterator[Check]:
    for name, wanted in live.environment.buckets.items():
        bucket = live.outputs[f"bucket_{name.replace('-', '_')}"]
        yield from private_bucket(live, name, bucket)
        status = live.client("s3").get_bucket_versioning(Bucket=bucket).get("Status")
        yield Check(f"bucket {name}: versioning", status, "Enabled" if wanted.versioning else "Suspended")
        yield from ages(live, name, bucket, wanted)
        yield from browsers(live, name, bucket, wanted)
    yield from load_balancer_logs(live)


def ages(live: Live, name: str, bucket: str, wanted: Bucket) -> Iterator[Check]:
    (rule,) = live.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    found = {
        "expiration": rule.get("Expiration", {}).get("Days"),
        "noncurrent": rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
        "multipart": rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    }
    expected = {
        "expiration": wanted.expiration_days,
        "noncurrent": wanted.noncurrent_expiration_days,
        "multipart": wanted.abort_multipart_days,
    }
    yield Check(f"bucket {name}: days until removed", found, expected)
    moves = {t["StorageClass"]: t["Days"] for t in rule.get("Transitions", [])}
    yield Check(f"bucket {name}: days until moved to a cheaper class", moves, dict(wanted.transitions))


def browsers(live: Live, name: str, bucket: str, wanted: Bucket) -> Iterator[Check]:
    """What scripts of other origins may do; a bucket without rules has no such configuration."""
    s3 = live.client("s3")
    try:
        rules = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
            raise
        rules = []
    found = [(sorted(r["AllowedOrigins"]), sorted(r["AllowedMethods"])) for r in rules]
    expected = [
        (sorted(o.render(live.environment.values) for o in r.allowed_origins), sorted(r.allowed_methods))
        for r in wanted.cors.values()
    ]
    yield Check(f"bucket {name}: browsers may", sorted(found), sorted(expected))


def load_balancer_logs(live: Live) -> Iterator[Check]:
    """Load balancers write to the bucket that the manifest names for it, or to one whose files end with the logs."""
    environment = live.environment
    if not any(service.http is not None for service in environment.services.values()):
        return
    arn = live.load_balancer["LoadBalancerArn"]
    answer = live.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    bucket = next(a["Value"] for a in answer if a["Key"] == "access_logs.s3.bucket")
    named = [name for name, of in environment.buckets.items() if of.load_balancer_logs]
    if named:
        expected = live.outputs[f"bucket_{named[0].replace('-', '_')}"]
        yield Check("load balancers log to", bucket, expected)
        return
    yield from private_bucket(live, "of load balancers' logs", bucket)
    (rule,) = live.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    yield Check("days that load balancers' logs are kept", rule["Expiration"]["Days"], environment.logging.retention)


def private_bucket(live: Live, name: str, bucket: str) -> Iterator[Check]:
    """The checks that hold for every bucket."""
    s3 = live.client("s3")
    block: dict[str, Any] = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    yield Check(f"bucket {name}: public access is blocked", all(block.values()) and len(block) == 4, True)
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    algorithm = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    yield Check(f"bucket {name}: encryption", algorithm, "AES256")
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    yield Check(f"bucket {name}: refuses plain HTTP", '"aws:SecureTransport":"false"' in policy.replace(" ", ""), True)
