"""The network: tiers by zone, one way out at most, and no neighbour touched by a change."""

from __future__ import annotations

import ipaddress
from collections import Counter

import pytest

from generator.modules.vpc import Vpc
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Vpc.example
TIERS = ("public", "private", "isolated")
ZONES = tuple(f"us-west-2{letter}" for letter in "abcdefgh")
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
THIRD_ZONE = {
    **EXAMPLE,
    "public_subnets": {**EXAMPLE["public_subnets"], "us-west-2c": "10.0.3.0/24"},
    "private_subnets": {**EXAMPLE["private_subnets"], "us-west-2c": "10.0.12.0/24"},
    "isolated_subnets": {**EXAMPLE["isolated_subnets"], "us-west-2c": "10.0.22.0/24"},
}
GUARDED = {
    **EXAMPLE,
    "interface_endpoints": {
        "ecr.api": {"tier": "isolated"},
        "ecr.dkr": {"tier": "isolated", "zones": ["us-west-2b"]},
        "sts": {},
    },
    "isolated_image_layers": True,
    "isolated_network_acl": True,
    "dns_firewall_allowed_domains": ["example.com"],
}


def computed(zones: tuple[str, ...], cidr: str = "10.0.0.0/16") -> Inputs:
    """A call that leaves every range to the module."""
    return {"name": "example-test", "cidr": cidr, **{f"{tier}_subnets": dict.fromkeys(zones) for tier in TIERS}}


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
    "computed": computed(ZONES[:2]),
    "computed_first_zone_more": computed(ZONES[:3]),
    "computed_without_the_first": computed(ZONES[1:3]),
    "computed_everywhere": computed(ZONES, "10.9.0.0/23"),
    "guarded": GUARDED,
    "guarded_third_zone": {**GUARDED, **{f"{tier}_subnets": THIRD_ZONE[f"{tier}_subnets"] for tier in TIERS}},
    "guarded_more": {
        **GUARDED,
        "interface_endpoints": {**GUARDED["interface_endpoints"], "logs": {"tier": "isolated"}},
    },
    "applied": {
        **GUARDED,
        **{f"{tier}_subnets": dict.fromkeys(ZONES[:3]) for tier in TIERS},
        "name": "example-applied",
        "nat_gateway_zones": ["us-west-2b", "us-west-2c"],
    },
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
    "only_isolated": {
        "name": "example-test",
        "cidr": "10.0.0.0/16",
        "isolated_subnets": {"us-west-2a": "10.0.20.0/24"},
        "flow_logs_bucket": {"arn": "arn:aws:s3:::example-flow-logs"},
    },
    "short_log": {**EXAMPLE, "log_retention_days": 7, "flow_logs_kms_key_arn": KEY},
}


# Applied first, so that the plan knows what leads where.
APPLIED = (
    "aws_default_security_group.this",
    "aws_flow_log.this",
    "aws_network_acl_association.isolated",
    "aws_network_acl_rule.vpc_in",
    "aws_route.nat",
    "aws_route53_resolver_firewall_config.this",
    "aws_route53_resolver_firewall_rule_group_association.this",
    "aws_route_table_association.isolated",
    "aws_route_table_association.private",
    "aws_route_table_association.public",
    "aws_vpc_endpoint.image_layers",
    "aws_vpc_endpoint.interface",
    "aws_vpc_endpoint.s3",
    "aws_vpc_security_group_ingress_rule.endpoints",
)


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("vpc", CASES, existing={"applied": APPLIED})


def found(plan: Plan, address: str, *keys: str) -> list[str]:
    """The IDs of what is at *address*, by each of *keys*."""
    return [plan[f'{address}["{key}"]']["id"] for key in keys]


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
    assert plans["example"].output_names == {
        *("vpc_id", "cidr", "subnet_cidrs", "nat_public_ips", "s3_prefix_list_id", "endpoint_security_group_id"),
        *(f"{tier}_subnet_ids" for tier in TIERS),
        *("public_route_table_id", "private_route_table_ids", "isolated_route_table_id"),
    }


def test_nothing_gets_a_public_address_by_itself(plans: dict[str, Plan]) -> None:
    subnets = [v for a, v in plans["example"].values.items() if a.startswith("aws_subnet.")]
    assert {subnet["map_public_ip_on_launch"] for subnet in subnets} == {False}


def test_only_public_and_private_subnets_have_a_way_out(plans: dict[str, Plan]) -> None:
    routes = {a for a in plans["example"].values if a.startswith("aws_route.")}
    assert routes == {"aws_route.internet[0]", 'aws_route.nat["us-west-2a"]', 'aws_route.nat["us-west-2b"]'}
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


def test_the_log_of_the_traffic_is_kept_as_long_as_asked_with_the_key_that_is_given(plans: dict[str, Plan]) -> None:
    group = plans["short_log"]["aws_cloudwatch_log_group.flow[0]"]
    assert (group["retention_in_days"], group["kms_key_id"]) == (7, KEY)


def test_the_s3_endpoint_costs_nothing(plans: dict[str, Plan]) -> None:
    endpoint = plans["example"]["aws_vpc_endpoint.s3"]
    assert (endpoint["vpc_endpoint_type"], endpoint["service_name"]) == ("Gateway", "com.amazonaws.us-west-2.s3")


@pytest.mark.proves("routes to the NAT gateway of the own zone")
def test_each_zone_goes_out_by_its_own_nat_gateway_if_it_has_one(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    second, third = found(plan, "aws_nat_gateway.this", "us-west-2b", "us-west-2c")
    routes = [plan[f'aws_route.nat["{zone}"]'] for zone in ZONES[:3]]
    # The first zone has none: it takes the first of the others'.
    assert [route["nat_gateway_id"] for route in routes] == [second, second, third]
    assert [route["route_table_id"] for route in routes] == found(plan, "aws_route_table.private", *ZONES[:3])
    gateway = plan['aws_nat_gateway.this["us-west-2b"]']
    assert [gateway["subnet_id"]] == found(plan, "aws_subnet.public", "us-west-2b")
    assert gateway["allocation_id"] == plan['aws_eip.nat["us-west-2b"]']["id"]


def test_each_subnet_has_the_table_of_its_tier(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    public, isolated = (plan[address]["id"] for address in ("aws_route_table.public[0]", "aws_route_table.isolated"))
    for zone in ZONES[:3]:
        (private,) = found(plan, "aws_route_table.private", zone)
        for tier, table in (("public", public), ("private", private), ("isolated", isolated)):
            association = plan[f'aws_route_table_association.{tier}["{zone}"]']
            assert association["route_table_id"] == table
            assert [association["subnet_id"]] == found(plan, f"aws_subnet.{tier}", zone)
    internet = plan["aws_route.internet[0]"]
    assert internet["route_table_id"] == public
    assert internet["gateway_id"] == plan["aws_internet_gateway.this[0]"]["id"]


def test_endpoints_stand_where_they_are_asked_for_behind_their_own_group(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    group = plan["aws_security_group.endpoints[0]"]["id"]
    assert plan["aws_security_group.endpoints[0]"]["vpc_id"] == plan["aws_vpc.this"]["id"]
    assert plan["aws_vpc_security_group_ingress_rule.endpoints[0]"]["security_group_id"] == group
    for service, tier, zones in (
        ("ecr.api", "isolated", ZONES[:3]),
        ("ecr.dkr", "isolated", ("us-west-2b",)),
        ("sts", "private", ZONES[:3]),
    ):
        endpoint = plan[f'aws_vpc_endpoint.interface["{service}"]']
        assert set(endpoint["subnet_ids"]) == set(found(plan, f"aws_subnet.{tier}", *zones))
        assert endpoint["security_group_ids"] == [group]
    assert plan.outputs["endpoint_security_group_id"] == group


def test_only_private_subnets_reach_any_bucket(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    assert set(plan["aws_vpc_endpoint.s3"]["route_table_ids"]) == set(
        found(plan, "aws_route_table.private", *ZONES[:3])
    )
    layers = plan["aws_vpc_endpoint.image_layers[0]"]
    assert layers["route_table_ids"] == [plan["aws_route_table.isolated"]["id"]]
    assert (
        plan.outputs["s3_prefix_list_id"] == layers["prefix_list_id"] == plan["aws_vpc_endpoint.s3"]["prefix_list_id"]
    )


def test_the_network_acl_has_the_isolated_subnets(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    acl = plan["aws_network_acl.isolated[0]"]["id"]
    assert plan["aws_network_acl_rule.vpc_in[0]"]["network_acl_id"] == acl
    associations = [plan[f'aws_network_acl_association.isolated["{zone}"]'] for zone in ZONES[:3]]
    assert [association["network_acl_id"] for association in associations] == [acl] * 3
    assert [a["subnet_id"] for a in associations] == found(plan, "aws_subnet.isolated", *ZONES[:3])


def test_the_firewall_allows_its_list_before_it_blocks_all_in_this_vpc(plans: dict[str, Plan]) -> None:
    plan, vpc = plans["applied"], plans["applied"]["aws_vpc.this"]["id"]
    firewall = "aws_route53_resolver_firewall"
    group = plan[f"{firewall}_rule_group.this[0]"]["id"]
    for name in ("allowed", "all"):
        rule = plan[f"{firewall}_rule.{name}[0]"]
        assert rule["firewall_rule_group_id"] == group
        assert rule["firewall_domain_list_id"] == plan[f"{firewall}_domain_list.{name}[0]"]["id"]
    association = plan[f"{firewall}_rule_group_association.this[0]"]
    assert (association["firewall_rule_group_id"], association["vpc_id"]) == (group, vpc)
    assert plan[f"{firewall}_config.this[0]"]["resource_id"] == vpc


def test_the_flow_log_goes_from_this_vpc_to_its_group_by_its_role(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    log = plan["aws_flow_log.this[0]"]
    assert log["vpc_id"] == plan["aws_vpc.this"]["id"] == plan["aws_default_security_group.this"]["vpc_id"]
    assert log["log_destination"] == plan["aws_cloudwatch_log_group.flow[0]"]["arn"]
    assert log["iam_role_arn"] == plan["aws_iam_role.flow[0]"]["arn"]


def test_the_outputs_are_what_was_made(plans: dict[str, Plan]) -> None:
    plan = plans["applied"]
    outputs = plan.outputs
    assert outputs["vpc_id"] == plan["aws_vpc.this"]["id"]
    for tier in TIERS:
        ids = found(plan, f"aws_subnet.{tier}", *ZONES[:3])
        assert outputs[f"{tier}_subnet_ids"] == dict(zip(ZONES[:3], ids, strict=True))
    tables = found(plan, "aws_route_table.private", *ZONES[:3])
    assert outputs["private_route_table_ids"] == dict(zip(ZONES[:3], tables, strict=True))
    assert outputs["public_route_table_id"] == plan["aws_route_table.public[0]"]["id"]
    assert outputs["isolated_route_table_id"] == plan["aws_route_table.isolated"]["id"]
    addresses = {zone: plan[f'aws_eip.nat["{zone}"]']["public_ip"] for zone in ("us-west-2b", "us-west-2c")}
    assert outputs["nat_public_ips"] == addresses


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


def test_without_public_subnets_there_is_no_way_to_the_internet(plans: dict[str, Plan]) -> None:
    plan = plans["only_isolated"]
    assert plan.counts == Counter(
        aws_vpc=1,
        aws_default_security_group=1,
        aws_subnet=1,
        aws_route_table=1,
        aws_route_table_association=1,
        aws_vpc_endpoint=1,
        aws_flow_log=1,
    )


def test_computed_ranges_fill_the_smallest_vpc_without_overlapping(plans: dict[str, Plan]) -> None:
    vpc = ipaddress.ip_network("10.9.0.0/23")
    ranges = plans["computed_everywhere"].outputs["subnet_cidrs"]
    assert {tier: set(zones) for tier, zones in ranges.items()} == {tier: set(ZONES) for tier in TIERS}
    # Tier after tier, and in each zone after zone; the last quarter of the VPC stays free.
    expected = [str(subnet) for subnet in list(vpc.subnets(new_prefix=28))[:24]]
    assert [ranges[tier][zone] for tier in TIERS for zone in ZONES] == expected


@pytest.mark.proves("adding a zone or subnet touches nothing else")
def test_one_more_zone_touches_nothing_of_the_others(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["third_zone"]) == {}
    assert plans["third_zone"].counts["aws_subnet"] == 9


def test_one_zone_less_touches_nothing_of_the_others(plans: dict[str, Plan]) -> None:
    assert kept(plans["one_zone"], plans["example"]) == {}


@pytest.mark.parametrize("before", ["computed", "computed_without_the_first"])
def test_a_computed_range_stays_whichever_zones_come_and_go(plans: dict[str, Plan], before: str) -> None:
    assert kept(plans[before], plans["computed_first_zone_more"]) == {}


def test_one_more_nat_gateway_leaves_the_other_and_its_address(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["nat_in_each_zone"]) == {}


@pytest.mark.parametrize("after", ["guarded_third_zone", "guarded_more"])
def test_one_more_zone_or_endpoint_leaves_the_others(plans: dict[str, Plan], after: str) -> None:
    lost = kept(plans["guarded"], plans[after])
    # Its list grows by the new endpoint's names.
    assert set(lost) <= {"aws_route53_resolver_firewall_domain_list.allowed[0]"}


def test_options_leave_what_a_network_without_them_has(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["guarded"]) == {}


@pytest.mark.slow
def test_one_more_zone_in_a_running_network_changes_one_thing_in_place(planner: Planner) -> None:
    plan = planner.upgrade("vpc", EXAMPLE, THIRD_ZONE)
    changed = {address: done for address, done in plan.changed().items() if "us-west-2c" not in address}
    # The free endpoint learns of the new zone's route table.
    assert changed == {"aws_vpc_endpoint.s3": ["update"]}
