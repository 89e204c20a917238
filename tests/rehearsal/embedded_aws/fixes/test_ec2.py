"""EC2: what moto loses, and the fixes keep."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud


def rule(ec2: Any, **permission: Any) -> dict[str, Any]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ids = [
        ec2.create_security_group(GroupName=f"{vpc}-{n}", Description="-", VpcId=vpc)["GroupId"] for n in ("one", "two")
    ]
    for pair in permission.get("UserIdGroupPairs", []):
        pair["GroupId"] = ids[1]
    answer = ec2.authorize_security_group_ingress(
        GroupId=ids[0], IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **permission}]
    )
    rule_id = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    rules: list[dict[str, Any]] = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])[
        "SecurityGroupRules"
    ]
    return rules[0]


@pytest.mark.parametrize(
    "permission",
    [
        {"UserIdGroupPairs": [{"Description": "from the load balancer"}]},
        {"PrefixListIds": [{"PrefixListId": "pl-12345678", "Description": "from the load balancer"}]},
    ],
)
def test_rule_that_references_a_group_or_prefix_list_keeps_its_description(
    either: Cloud, permission: dict[str, Any]
) -> None:
    found = rule(either.client("ec2"), **permission)
    with either.fixed():
        assert found.get("Description") == "from the load balancer"


def test_rule_of_a_range_keeps_its_description(cloud: Cloud) -> None:
    found = rule(cloud.client("ec2"), IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "inside"}])
    assert found["Description"] == "inside"


def test_rule_without_a_description_has_none(cloud: Cloud) -> None:
    assert "Description" not in rule(cloud.client("ec2"), UserIdGroupPairs=[{}])
