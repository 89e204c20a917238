"""EC2: what moto loses, and the fixes keep."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


def test_deleted_nat_gateway_takes_its_interface_along_and_frees_its_address(either: Cloud) -> None:
    ec2 = either.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    interfaces = ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])
    with either.fixed():
        assert interfaces["NetworkInterfaces"] == []
        assert "AssociationId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]
    ec2.release_address(AllocationId=address)


def test_deleted_vpc_takes_its_network_acl_along(either: Cloud) -> None:
    ec2 = either.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own = [{"Name": "vpc-id", "Values": [vpc]}]
    assert len(ec2.describe_network_acls(Filters=own)["NetworkAcls"]) == 1
    ec2.delete_vpc(VpcId=vpc)
    with either.fixed():
        assert ec2.describe_network_acls(Filters=own)["NetworkAcls"] == []


def test_many_requests_at_once_do_not_disturb_each_other(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own = [{"Name": "vpc-id", "Values": [vpc]}]

    def subnet(number: int) -> str:
        ec2.describe_network_acls(Filters=own)
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        ec2.create_tags(Resources=[made], Tags=[{"Key": "Name", "Value": str(number)}])
        return str(made)

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(subnet, range(120)))
    assert {s["SubnetId"] for s in ec2.describe_subnets(Filters=own)["Subnets"]} == set(made)


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_rule_that_is_gone_is_called_missing_by_its_id(either: Cloud, direction: str) -> None:
    ec2 = either.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName=either.name, Description="-", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    made = getattr(ec2, f"authorize_security_group_{direction}")(GroupId=group, IpPermissions=[permission])
    (rule,) = made["SecurityGroupRules"]
    revoke = getattr(ec2, f"revoke_security_group_{direction}")
    revoke(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    with either.refused("InvalidSecurityGroupRuleId.NotFound", rule["SecurityGroupRuleId"]):
        revoke(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    with pytest.raises(ClientError, match=r"InvalidPermission\.NotFound"):
        revoke(GroupId=group, IpPermissions=[permission])
