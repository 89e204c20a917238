"""Buckets: private, encrypted, over TLS, cleaned up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live


def checks(live: Live) -> Iterator[Check]:
    for name, wanted in live.environment.buckets.items():
        bucket = live.outputs[f"bucket_{name.replace('-', '_')}"]
        yield from private_bucket(live, name, bucket)
        s3 = live.client("s3")
        status = s3.get_bucket_versioning(Bucket=bucket).get("Status")
        yield Check(f"bucket {name}: versioning", status, "Enabled" if wanted.versioning else "Suspended")
        rule = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]
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
        moved = {t["StorageClass"]: t["Days"] for t in rule.get("Transitions", [])}
        yield Check(f"bucket {name}: days until moved", moved, dict(wanted.transitions))
        if wanted.cors:
            origins = {r["ID"]: sorted(r["AllowedOrigins"]) for r in s3.get_bucket_cors(Bucket=bucket)["CORSRules"]}
            values = live.environment.values
            allowed = {key: sorted(o.render(values) for o in rule.allowed_origins) for key, rule in wanted.cors.items()}
            yield Check(f"bucket {name}: origins", origins, allowed)


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
