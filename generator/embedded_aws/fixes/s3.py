"""S3.

- PutBucketLogging: moto answers HTTP 500 where a statement of the target's policy has the principal "*", as the usual
  Deny without TLS; it takes no statement whose resource ends in a longer prefix, and none for its conditions.
- DeleteObjects: moto answers HTTP 500 for a bucket whose policy has a condition, as the usual Deny without TLS, and
  takes statements for a role or a service to be about everybody. So a bucket with objects could never be emptied.
- Deleting one version where versioning is suspended: moto deletes the whole object, and answers HTTP 500 where its last
  version is a delete marker. Terraform suspends versioning before it empties a bucket.
- Intelligent-tiering configurations: missing in moto, which takes the request to make one for CreateBucket.
"""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

from moto.iam.access_control import IAMPolicy
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from generator.embedded_aws.fixes.iam import condition_holds
from generator.embedded_aws.patching import around, state
from generator.embedded_aws.state import ServerState

LOGGING = "logging.s3.amazonaws.com"
TIERING = "intelligent-tiering"


class NoSuchConfigurationError(S3ClientError):
    code = "NoSuchConfiguration"
    status_code = 404

    def __init__(self) -> None:
        super().__init__("NoSuchConfiguration", "The specified configuration does not exist.")


def apply(_: ServerState) -> None:
    @around(FakeBucket, "_log_permissions_enabled_policy")
    def admits_logs(_: Any, self: Any, target_bucket: Any, target_prefix: str | None) -> bool:
        source = {
            "aws:SourceAccount": self.account_id,
            "aws:SourceArn": f"arn:{self.partition}:s3:::{self.name}",
        }
        file = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}2026-01-01-00-00-00"
        return _admits(json.loads(target_bucket.policy or "{}"), file, source)

    @around(FakeBucket, "get_permission")
    def permission(original: Any, self: Any, action: str, resource: str) -> Any:
        if self.policy is None:
            return original(self, action, resource)
        return IAMPolicy(json.dumps({"Statement": _for_anybody(json.loads(self.policy))})).is_action_permitted(
            action, resource
        )

    @around(S3Backend, "delete_object")
    def delete_version(
        original: Any, self: Any, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> Any:
        bucket = self.get_bucket(bucket_name)
        if version_id is None or bucket.versioning_status != "Suspended":
            return original(self, bucket_name, key_name, version_id=version_id, bypass=bypass)
        versions = bucket.keys.getlist(key_name, [])
        rest = [key for key in versions if str(key.version_id) != version_id]
        if rest != versions:
            bucket.keys.setlist(key_name, rest)
        if versions and not rest:
            bucket.keys.pop(key_name)
        return True, {"version-id": version_id}

    @around(S3Response, "_bucket_response_put")
    def put(original: Any, self: Any, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if TIERING not in querystring:
            return original(self, request, bucket_name, querystring)
        _authorize(self, bucket_name, "PutIntelligentTieringConfiguration")
        _configurations(self, bucket_name)[querystring["id"][0]] = _element(self.body)
        return 200, {}, ""

    @around(S3Response, "_bucket_response_get")
    def get(original: Any, self: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if TIERING not in querystring:
            return original(self, bucket_name, querystring)
        _authorize(self, bucket_name, "GetIntelligentTieringConfiguration")
        found = _configurations(self, bucket_name)
        if "id" not in querystring:
            listed = "".join(found.values())
            name = "ListBucketIntelligentTieringConfigurationsOutput"
            return 200, {}, f"<{name}><IsTruncated>false</IsTruncated>{listed}</{name}>"
        if querystring["id"][0] not in found:
            raise NoSuchConfigurationError
        return 200, {}, found[querystring["id"][0]]

    @around(S3Response, "_bucket_response_delete")
    def delete(original: Any, self: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if TIERING not in querystring:
            return original(self, bucket_name, querystring)
        _authorize(self, bucket_name, "PutIntelligentTieringConfiguration")
        if _configurations(self, bucket_name).pop(querystring["id"][0], None) is None:
            raise NoSuchConfigurationError
        return 204, {}, ""


def _authorize(response: Any, bucket_name: str, action: str) -> None:
    response.data["Action"] = action
    response._authenticate_and_authorize_s3_action(bucket_name=bucket_name)


def _configurations(response: Any, bucket_name: str) -> dict[str, str]:
    """The configurations of a bucket, as they were sent, by id; they go with the bucket."""
    return state(response.backend.get_bucket(bucket_name), "tiering", dict[str, str])


def _element(body: bytes | str) -> str:
    """The XML of *body* without its declaration, so that it can stand in a list."""
    text = body.decode() if isinstance(body, bytes) else body
    return re.sub(r"^\s*<\?xml[^>]*\?>\s*", "", text)


def _admits(policy: dict[str, Any], resource: str, context: dict[str, str]) -> bool:
    """Whether a bucket's *policy* lets S3's log delivery write *resource*: allowed, and nowhere denied."""
    effects = {
        statement["Effect"]
        for statement in policy.get("Statement", [])
        if _is_meant(statement.get("Principal", {}))
        and any(fnmatch.fnmatchcase("s3:PutObject", action) for action in _texts(statement.get("Action", [])))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in _texts(statement.get("Resource", [])))
        and condition_holds(statement.get("Condition") or {}, context)
    }
    return effects == {"Allow"}


def _for_anybody(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a bucket's *policy* that meet every request, without the conditions, which hold."""
    return [
        {key: value for key, value in statement.items() if key != "Condition"}
        for statement in policy.get("Statement", [])
        if statement.get("Principal") in ("*", {"AWS": "*"}) and condition_holds(statement.get("Condition") or {}, {})
    ]


def _is_meant(principal: Any) -> bool:
    return (
        principal == "*" or LOGGING in _texts(principal.get("Service", [])) or "*" in _texts(principal.get("AWS", []))
    )


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
