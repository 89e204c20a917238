"""The network: tiers by zone, one way out at most, and no neighbour touched by a change."""

from __future__ import annotations

from collections import Counter

import pytest

from generator.modules.vpc import Vpc
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Vpc.example
THIRD_ZONE = {
    **EXAMPLE,
    "public_subnets": {**EXAMPLE["public_subnets"], "us-west-2c": "10.0.3.0/24"},
    "private_subnets": {**EXAMPLE["private_subnets"], "us-west-2c": "10.0.12.0/24"},
    "isolated_subnets": {**EXAMPLE["isolated_subnets"], "us-west-2c": "10.0.22.0/24"},
}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "third_zone": THIRD_ZONE,
    "one_zone": {
        **EXAMPLE,
        **{
            f"{tier}_subnets": {"us-west-2b": EXAMPLE[f"{tier}_subnets"]["us-west-2b"]}
            for tier in ("private", "isolated")
        },
    },
    "nat_in_each_zone": {**EXAMPLE, "nat_gateway_zones": ["us-west-2a", "us-west-2b"]},
    "every_option": {
        "name": "a" * 40,
        "cidr": "192.168.0.0/28",
        "public_subnets": {"us-west-2a": "192.168.0.0/28"},
        "private_subnets": {},
        "isolated_subnets": {},
        "nat_gateway_zones": [],
        "flow_logs": False,
        "log_retention_days": 7,
        "tags": {"Team": "platform"},
    },
    "short_log": {**EXAMPLE, "log_retention_days": 7},
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("vpc", CASES)


def test_the_example_has_three_tiers_in_two_zones(plans: dict[str, Plan]) -> None:
    assert plans["example"].counts == Counter(
        aws_vpc=1,
        aws_default_security_group=1,
        aws_subnet=6,
        aws_internet_gateway=1,
        aws_nat_gateway=1,
        aws_eip=1,
        # public, isolated, and one for each private zone
        aws_route_table=4,
        aws_route_table_association=6,
        # to the internet, and to the NAT gateway from each private zone
        aws_route=3,
        aws_vpc_endpoint=1,
        aws_flow_log=1,
        aws_cloudwatch_log_group=1,
        aws_iam_role=1,
        aws_iam_role_policy=1,
    )
    assert plans["example"]['aws_subnet.isolated["us-west-2b"]']["cidr_block"] == "10.0.21.0/24"
    assert plans["example"]['aws_subnet.isolated["us-west-2b"]']["availability_zone"] == "us-west-2b"
    tiers = {f"{tier}_subnet_ids" for tier in ("public", "private", "isolated")}
    assert plans["example"].output_names == {"vpc_id", "cidr", *tiers}


def test_nothing_gets_a_public_address_by_itself(plans: dict[str, Plan]) -> None:
    subnets = [v for a, v in plans["example"].values.items() if a.startswith("aws_subnet.")]
    assert {subnet["map_public_ip_on_launch"] for subnet in subnets} == {False}


def test_only_public_and_private_subnets_have_a_way_out(plans: dict[str, Plan]) -> None:
    routes = {a for a in plans["example"].values if a.startswith("aws_route.")}
    assert routes == {"aws_route.internet", 'aws_route.nat["us-west-2a"]', 'aws_route.nat["us-west-2b"]'}
    # Routes written inside a table would be known.
    tables = [v for a, v in plans["example"].values.items() if a.startswith("aws_route_table.")]
    assert [table.get("route", []) for table in tables] == [[]] * 4


def test_the_default_security_group_is_adopted_without_a_rule(plans: dict[str, Plan]) -> None:
    group = plans["example"]["aws_default_security_group.this"]
    # Rules would be known; where none is written, Terraform takes away what AWS put in.
    assert (group.get("ingress", []), group.get("egress", [])) == ([], [])


def test_all_traffic_is_logged_by_a_role_that_writes_that_one_log(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan["aws_flow_log.this[0]"]["traffic_type"] == "ALL"
    assert plan["aws_cloudwatch_log_group.flow[0]"]["retention_in_days"] == 30
    (statement,) = plan.statements("aws_iam_role_policy.flow[0]").values()
    assert statement["Resource"] == f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/aws/vpc/example-test:*"
    (trust,) = plan.statements("aws_iam_role.flow[0]", "assume_role_policy").values()
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_the_log_of_the_traffic_is_kept_as_long_as_asked(plans: dict[str, Plan]) -> None:
    assert plans["short_log"]["aws_cloudwatch_log_group.flow[0]"]["retention_in_days"] == 7


def test_the_s3_endpoint_costs_nothing(plans: dict[str, Plan]) -> None:
    endpoint = plans["example"]["aws_vpc_endpoint.s3"]
    assert (endpoint["vpc_endpoint_type"], endpoint["service_name"]) == ("Gateway", "com.amazonaws.us-west-2.s3")


def test_each_zone_may_have_its_own_nat_gateway(plans: dict[str, Plan]) -> None:
    plan = plans["nat_in_each_zone"]
    assert plan.counts["aws_nat_gateway"] == plan.counts["aws_eip"] == 2


def test_without_private_zones_nat_and_flow_logs_little_is_left(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan.counts == Counter(
        aws_vpc=1,
        aws_default_security_group=1,
        aws_subnet=1,
        aws_internet_gateway=1,
        aws_route_table=2,
        aws_route_table_association=1,
        aws_route=1,
        aws_vpc_endpoint=1,
    )
    assert plan["aws_vpc.this"]["tags"] == {"Name": "a" * 40, "Team": "platform"}


def test_one_more_zone_touches_nothing_of_the_others(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["third_zone"]) == {}
    assert plans["third_zone"].counts["aws_subnet"] == 9


def test_one_zone_less_touches_nothing_of_the_others(plans: dict[str, Plan]) -> None:
    assert kept(plans["one_zone"], plans["example"]) == {}


@pytest.mark.slow
def test_one_more_zone_in_a_running_network_changes_one_thing_in_place(planner: Planner) -> None:
    plan = planner.upgrade("vpc", EXAMPLE, THIRD_ZONE)
    changed = {address: done for address, done in plan.changed().items() if "us-west-2c" not in address}
    # The free endpoint learns of the new zone's route table.
    assert changed == {"aws_vpc_endpoint.s3": ["update"]}
