"""CloudTrail.

- DescribeTrails: moto ignores the names asked for and answers with every trail, so that the second `aws_cloudtrail` of
  an account fails ("too many results").
- DeleteTrail: moto does nothing when the trail is named by its ARN, as the provider does, and says that all is well.
- CreateTrail: moto takes any bucket and any key. AWS tries both, and refuses those whose policies do not admit the
  trail (InsufficientS3BucketPolicyException, InsufficientEncryptionPolicyException). It also refuses a name that is
  taken; moto replaces the trail.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from generator.embedded_aws.fixes.iam import condition_holds
from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

SERVICE = "cloudtrail.amazonaws.com"


class RefusedError(JsonRESTError):
    code = 400


def apply(_: ServerState) -> None:
    @around(CloudTrailResponse, "describe_trails")
    def only_those_asked_for(original: Any, self: Any) -> str:
        answer = json.loads(original(self))
        if names := self._get_param("trailNameList"):
            answer["trailList"] = [t for t in answer["trailList"] if t["Name"] in names or t["TrailARN"] in names]
        return json.dumps(answer)

    @around(CloudTrailBackend, "delete_trail")
    def delete_trail(original: Any, self: Any, name: str) -> None:
        original(self, self.get_trail(name).trail_name)

    @around(CloudTrailBackend, "create_trail")
    def create_trail(original: Any, self: Any, name: str, *args: Any, **kwargs: Any) -> Trail:
        if name in self.trails:
            raise RefusedError(
                "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {self.account_id}"
            )
        trail: Trail = original(self, name, *args, **kwargs)
        try:
            _check_access(trail)
        except JsonRESTError:
            del self.trails[name]
            raise
        return trail


def _check_access(trail: Trail) -> None:
    source = {
        "aws:SourceArn": trail.arn,
        "aws:SourceAccount": trail.account_id,
        "kms:EncryptionContext:aws:cloudtrail:arn": trail.arn,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    bucket = s3_backends[trail.account_id][trail.partition].get_bucket(trail.bucket_name)
    policy = _document(bucket.policy)
    if not all(_admits(policy, action, source) for action in ("s3:GetBucketAcl", "s3:PutObject")):
        raise RefusedError(
            "InsufficientS3BucketPolicyException",
            f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket_name}",
        )
    if trail.kms_key_id:
        key = kms_backends[trail.account_id][trail.region_name].describe_key(trail.kms_key_id)
        if not _admits(_document(key.policy), "kms:GenerateDataKey", source):
            raise RefusedError(
                "InsufficientEncryptionPolicyException",
                f"Insufficient permissions to access S3 bucket {trail.bucket_name} or KMS key {trail.kms_key_id}.",
            )


def _document(policy: bytes | str | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(policy) if policy else {}
    return found


def _admits(policy: Mapping[str, Any], action: str, context: Mapping[str, str]) -> bool:
    """Whether a resource's *policy* lets CloudTrail do *action*: allowed, and nowhere denied."""
    effects = {
        statement["Effect"]
        for statement in _texts(policy.get("Statement", []))
        if _is_meant(statement.get("Principal", {}))
        and any(fnmatch.fnmatchcase(action, pattern) for pattern in _texts(statement.get("Action", [])))
        and condition_holds(statement.get("Condition") or {}, context)
    }
    return effects == {"Allow"}


def _is_meant(principal: Any) -> bool:
    return (
        principal == "*" or SERVICE in _texts(principal.get("Service", [])) or "*" in _texts(principal.get("AWS", []))
    )


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
