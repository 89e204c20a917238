"""X-Ray.

- Sampling rules: moto has none of their operations, so that every `aws_xray_sampling_rule` fails with HTTP 404. A name
  that is taken and one that does not exist are refused as AWS does; the rule `Default` is not listed.
- Tags: moto has no ListTagsForResource, TagResource or UntagResource.
"""

from __future__ import annotations

import json
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.xray import urls
from moto.xray.models import XRayBackend
from moto.xray.responses import XRayResponse

from generator.embedded_aws.patching import adds, state
from generator.embedded_aws.state import ServerState

OPERATIONS = (
    *("CreateSamplingRule", "GetSamplingRules", "UpdateSamplingRule", "DeleteSamplingRule"),
    *("ListTagsForResource", "TagResource", "UntagResource"),
)
Record = dict[str, Any]


class InvalidRequestError(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRequestException", message)


class ResourceNotFoundError(JsonRESTError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


def apply(_: ServerState) -> None:
    for operation in OPERATIONS:
        urls.url_paths[f"{{0}}/{operation}$"] = XRayResponse.dispatch

    @adds(XRayResponse, "create_sampling_rule")
    def create_sampling_rule(self: Any) -> Any:
        rule = {"Attributes": {}, **self._get_param("SamplingRule")}
        rules = _rules(self.xray_backend)
        if rule["RuleName"] in rules:
            raise InvalidRequestError(f"A sampling rule {rule['RuleName']} already exists")
        arn = f"arn:aws:xray:{self.region}:{self.current_account}:sampling-rule/{rule['RuleName']}"
        now = time.time()
        record = {"SamplingRule": {**rule, "RuleARN": arn}, "CreatedAt": now, "ModifiedAt": now}
        rules[rule["RuleName"]] = record
        _tags(self.xray_backend)[arn] = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or []}
        return _answer({"SamplingRuleRecord": record})

    @adds(XRayResponse, "get_sampling_rules")
    def get_sampling_rules(self: Any) -> Any:
        return _answer({"SamplingRuleRecords": list(_rules(self.xray_backend).values())})

    @adds(XRayResponse, "update_sampling_rule")
    def update_sampling_rule(self: Any) -> Any:
        update = self._get_param("SamplingRuleUpdate")
        record = _record(self.xray_backend, update)
        record["SamplingRule"].update({key: value for key, value in update.items() if value is not None})
        record["ModifiedAt"] = time.time()
        return _answer({"SamplingRuleRecord": record})

    @adds(XRayResponse, "delete_sampling_rule")
    def delete_sampling_rule(self: Any) -> Any:
        record = _record(self.xray_backend, self.request_params)
        del _rules(self.xray_backend)[record["SamplingRule"]["RuleName"]]
        _tags(self.xray_backend).pop(record["SamplingRule"]["RuleARN"], None)
        return _answer({"SamplingRuleRecord": record})

    @adds(XRayResponse, "list_tags_for_resource")
    def list_tags_for_resource(self: Any) -> Any:
        tags = _tags_of(self)
        return _answer({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})

    @adds(XRayResponse, "tag_resource")
    def tag_resource(self: Any) -> Any:
        _tags_of(self).update({tag["Key"]: tag["Value"] for tag in self._get_param("Tags")})
        return _answer({})

    @adds(XRayResponse, "untag_resource")
    def untag_resource(self: Any) -> Any:
        tags = _tags_of(self)
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return _answer({})


def _rules(backend: XRayBackend) -> dict[str, Record]:
    """Rule's name -> its record."""
    return state(backend, "sampling_rules", dict)


def _tags(backend: XRayBackend) -> dict[str, dict[str, str]]:
    """Resource's ARN -> its tags."""
    return state(backend, "tags", dict)


def _record(backend: XRayBackend, named: Record) -> Record:
    """The rule that a request names, by its name or its ARN."""
    for name, record in _rules(backend).items():
        if named.get("RuleName") == name or named.get("RuleARN") == record["SamplingRule"]["RuleARN"]:
            return record
    raise InvalidRequestError(f"There is no sampling rule {named.get('RuleName') or named.get('RuleARN')}")


def _tags_of(response: Any) -> dict[str, str]:
    arn = response._get_param("ResourceARN")
    tags = _tags(response.xray_backend)
    if arn not in tags:
        raise ResourceNotFoundError(f"There is no resource {arn}")
    return tags[arn]


def _answer(content: Record) -> str:
    return json.dumps(content)
