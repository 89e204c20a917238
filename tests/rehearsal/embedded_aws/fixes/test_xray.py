"""X-Ray: sampling rules exist."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud

RULE: dict[str, Any] = {
    "ResourceARN": "*",
    "Priority": 100,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "GET",
    "URLPath": "/health",
    "Version": 1,
}


def create(cloud: Cloud, **more: Any) -> str:
    """Create the rule `cloud.name`; returns its ARN."""
    rule = {**RULE, "RuleName": cloud.name}
    answer = cloud.client("xray").create_sampling_rule(SamplingRule=rule, **more)
    return str(answer["SamplingRuleRecord"]["SamplingRule"]["RuleARN"])


def rules(cloud: Cloud) -> dict[str, dict[str, Any]]:
    records = cloud.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    return {record["SamplingRule"]["RuleName"]: record["SamplingRule"] for record in records}


def test_a_rule_is_kept_as_it_was_made(either: Cloud) -> None:
    with either.fixed():
        arn = create(either)
        assert arn == f"arn:aws:xray:{either.region}:{either.account}:sampling-rule/{either.name}"
        assert rules(either) == {either.name: {**RULE, "RuleName": either.name, "RuleARN": arn, "Attributes": {}}}


def test_a_rule_is_changed_and_deleted_by_name_or_arn(cloud: Cloud) -> None:
    arn = create(cloud)
    xray = cloud.client("xray")
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": cloud.name, "FixedRate": 0.5})
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleARN": arn, "Priority": 7})
    assert (rules(cloud)[cloud.name]["FixedRate"], rules(cloud)[cloud.name]["Priority"]) == (0.5, 7)
    assert rules(cloud)[cloud.name]["URLPath"] == "/health"
    xray.delete_sampling_rule(RuleARN=arn)
    assert rules(cloud) == {}


def test_a_taken_name_and_an_absent_rule_are_refused(cloud: Cloud) -> None:
    create(cloud)
    with pytest.raises(ClientError, match=r"InvalidRequestException.*already exists"):
        create(cloud)
    for operation, request in (
        ("update_sampling_rule", {"SamplingRuleUpdate": {"RuleName": "absent", "Priority": 1}}),
        ("delete_sampling_rule", {"RuleName": "absent"}),
    ):
        with pytest.raises(ClientError, match=r"InvalidRequestException.*no sampling rule absent"):
            getattr(cloud.client("xray"), operation)(**request)


def test_tags_are_kept_and_changed(either: Cloud) -> None:
    with either.fixed():
        arn = create(either, Tags=[{"Key": "Team", "Value": "platform"}, {"Key": "Old", "Value": "1"}])
        xray = either.client("xray")
        xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "New", "Value": "2"}])
        xray.untag_resource(ResourceARN=arn, TagKeys=["Old"])
        found = xray.list_tags_for_resource(ResourceARN=arn)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in found} == {"Team": "platform", "New": "2"}


def test_rules_are_an_accounts_and_a_regions_own(cloud: Cloud) -> None:
    create(cloud)
    assert cloud.client("xray", "us-east-1").get_sampling_rules()["SamplingRuleRecords"] == []
