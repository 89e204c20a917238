"""What lists and routes name besides the resources of the plan is not passed over."""

from __future__ import annotations

from typing import Any

import pytest

from generator.policy.testing import plan_of
from generator.policy.verdict import Outcome
from tests.unit.policy.plans import FAIL, PASS, UNDECIDED, document, resource, said_of

ANYWHERE = "0.0.0.0/0"


def said(rule: str, *resources: dict[str, Any], variables: dict[str, Any] | None = None, **refers: Any) -> set[Outcome]:
    """What *rule* says but pass, if anything; *refers* are references by block: ``aws_lb__this={"subnets": [...]}``."""
    blocks = []
    for block, arguments in refers.items():
        kind, name = block.split("__")
        blocks.append({"type": kind, "name": name, "expressions": expressions(arguments)})
    found = document(*resources, configuration={"resources": blocks})
    found["variables"] = {name: {"value": value} for name, value in (variables or {}).items()}
    seen = said_of(rule, plan_of(found))
    return seen - PASS or seen


def expressions(arguments: dict[str, Any]) -> dict[str, Any]:
    return {n: [expressions(v)] if isinstance(v, dict) else {"references": v} for n, v in arguments.items()}


def to(address: str, attribute: str = "id") -> list[str]:
    return [f"{address}.{attribute}", address]


SUBNET = resource("aws_subnet.a", {}, {"id": True})
CLOSED = resource("aws_security_group.closed", {}, {"id": True})
TABLE = resource("aws_route_table.t", {}, {"id": True})
ASSOCIATION = resource("aws_route_table_association.a", {}, {"subnet_id": True, "route_table_id": True})
ROUTE = resource(
    "aws_route.r", {"destination_cidr_block": ANYWHERE, "nat_gateway_id": "nat-1"}, {"route_table_id": True}
)
UNKNOWN = {"vpc_config": [{"subnet_ids": True, "security_group_ids": True}]}
RUNNER = resource("aws_lambda_function.runner", {"function_name": "runner", "vpc_config": [{}]}, UNKNOWN)
NETWORK = (SUBNET, CLOSED, TABLE, ASSOCIATION, ROUTE)
WIRED = {
    "aws_route_table_association__a": {"subnet_id": to("aws_subnet.a"), "route_table_id": to("aws_route_table.t")},
    "aws_route__r": {"route_table_id": to("aws_route_table.t")},
}


@pytest.mark.parametrize("rule", ["PLT-003", "PLT-004"])
@pytest.mark.parametrize(
    ("more", "variables", "expected"),
    [
        ([], {}, PASS),
        (["var.shared"], {}, UNDECIDED),
        (["var.shared"], {"shared": "sg-9"}, UNDECIDED),
        (["var.shared"], {"shared": True}, PASS),
        (["var.shared"], {"shared": {"ids": []}}, PASS),
        (to("data.aws_security_group.shared"), {}, UNDECIDED),
        (["data.aws_region.here.name", "data.aws_region.here"], {}, PASS),
        (to("aws_vpc.v", "default_security_group_id"), {}, UNDECIDED),
    ],
)
def test_a_list_holds_a_closed_group_and_more(
    rule: str, more: list[str], variables: dict[str, Any], expected: set[Outcome]
) -> None:
    config = {"subnet_ids": to("aws_subnet.a"), "security_group_ids": [*to("aws_security_group.closed"), *more]}
    runner = {"aws_lambda_function__runner": {"vpc_config": config}}
    vpc = resource("aws_vpc.v", {}, {"id": True, "default_security_group_id": True})
    assert said(rule, RUNNER, vpc, *NETWORK, variables=variables, **WIRED, **runner) == expected


@pytest.mark.parametrize(("literal", "expected"), [([], PASS), (["sg-elsewhere"], UNDECIDED)])
def test_a_list_holds_a_known_name_besides_one_that_is_not(literal: list[str], expected: set[Outcome]) -> None:
    vpc_config = [{"subnet_ids": ["subnet-1"], "security_group_ids": [None, *literal]}]
    unknown = {"vpc_config": [{"security_group_ids": [True, *(False for _ in literal)]}]}
    runner = resource("aws_lambda_function.runner", {"function_name": "runner", "vpc_config": vpc_config}, unknown)
    config = {"vpc_config": {"security_group_ids": to("aws_security_group.closed")}}
    assert said("PLT-003", runner, CLOSED, aws_lambda_function__runner=config) == expected


@pytest.mark.parametrize(("more", "expected"), [([], PASS), (["var.public"], UNDECIDED)])
def test_a_database_stands_in_a_private_subnet_and_more(more: list[str], expected: set[Outcome]) -> None:
    group = resource("aws_db_subnet_group.d", {}, {"subnet_ids": True})
    named = {"subnet_ids": [*to("aws_subnet.a"), *more]}
    assert said("PLT-022", group, SUBNET, TABLE, ASSOCIATION, **WIRED, aws_db_subnet_group__d=named) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([("tcp", 5432, 5432)], UNDECIDED),
        ([("tcp", 5432, 5433)], FAIL),
        ([("-1", 0, 0)], FAIL),
        ([], PASS),
    ],
)
def test_a_database_whose_port_is_not_known_yet(rules: list[tuple[str, int, int]], expected: set[Outcome]) -> None:
    database = resource("aws_db_instance.d", {"vpc_security_group_ids": ["sg-1"]}, {"port": True})
    names = ("protocol", "from_port", "to_port")
    ingress = [{**dict(zip(names, rule, strict=True)), "security_groups": ["sg-2"]} for rule in rules]
    group = resource("aws_security_group.d", {"id": "sg-1", "ingress": ingress})
    peer = resource("aws_security_group.api", {"id": "sg-2"})
    assert said("PLT-024", database, group, peer) == expected


LET_IN = {"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": ANYWHERE}
WORLD = resource("aws_ec2_managed_prefix_list.world", {"id": "pl-1", "entry": [{"cidr": ANYWHERE}]})


@pytest.mark.parametrize("rule", ["PLT-025", "PLT-026"])
def test_a_rule_of_a_group_that_exists_elsewhere(rule: str) -> None:
    def let_in(**after: Any) -> dict[str, Any]:
        return resource("aws_vpc_security_group_ingress_rule.x", {"security_group_id": "sg-9", **LET_IN, **after})

    assert said(rule, let_in()) == FAIL
    assert said(rule, let_in(cidr_ipv4="10.0.0.0/8", from_port=80, to_port=80)) == PASS


def test_a_rule_of_the_group_of_a_load_balancer_that_exists_elsewhere() -> None:
    web = {"from_port": 443, "to_port": 443}
    rule = resource("aws_vpc_security_group_ingress_rule.x", {"security_group_id": "sg-9", **LET_IN, **web})
    assert said("PLT-025", rule, resource("aws_lb.this", {"security_groups": ["sg-9"]})) == PASS
    assert said("PLT-025", rule, resource("aws_lb.this", {"security_groups": ["sg-8"]})) == UNDECIDED


def test_a_rule_of_a_networks_default_group() -> None:
    after = {"type": "ingress", "security_group_id": "sg-1", "protocol": "-1", "cidr_blocks": [ANYWHERE]}
    group = resource("aws_default_security_group.d", {"id": "sg-1"})
    assert said("PLT-025", group, resource("aws_security_group_rule.x", after)) == FAIL
    assert said("PLT-025", group) == PASS


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([f"{first}.{half}.0.0/9" for first in (1, 2) for half in (0, 128)], FAIL),
        (["1.0.0.0/24", "1.0.0.0/24"], PASS),
        (["10.0.0.0/8", "172.16.0.0/12"], PASS),
    ],
)
def test_many_ranges_are_the_world(ranges: list[str], expected: set[Outcome]) -> None:
    block = {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": ranges}
    assert said("PLT-025", resource("aws_security_group.g", {"id": "sg-1", "ingress": [block]})) == expected


@pytest.mark.parametrize("entry", [[{"cidr": ANYWHERE}], []])
def test_a_prefix_list_of_ones_own_holds_the_world(entry: list[dict[str, str]]) -> None:
    group = resource("aws_security_group.g", {"id": "sg-1"})
    listed = resource("aws_ec2_managed_prefix_list.l", {"id": "pl-1", "entry": entry})
    named = {"security_group_id": "sg-1", "prefix_list_id": "pl-1", "ip_protocol": "tcp"}
    rule = resource("aws_vpc_security_group_ingress_rule.x", {**named, "from_port": 5432, "to_port": 5432})
    assert said("PLT-025", group, listed, rule) == (FAIL if entry else PASS)


KNOWN = resource(
    "aws_lambda_function.runner",
    {"function_name": "runner", "vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}]},
)
INSIDE = (
    resource("aws_vpc.v", {"id": "vpc-1", "main_route_table_id": "rtb-main"}),
    resource("aws_subnet.a", {"id": "subnet-1", "vpc_id": "vpc-1"}),
    resource("aws_security_group.g", {"id": "sg-1"}),
)


@pytest.mark.parametrize(
    ("to_what", "expected"),
    [
        ({"cidr_ipv4": "93.184.216.0/24"}, FAIL),
        ({"cidr_ipv4": "3.0.0.0/9"}, FAIL),
        ({"prefix_list_id": "pl-1"}, FAIL),
        ({"prefix_list_id": "pl-of-aws"}, PASS),
        ({"cidr_ipv4": "10.0.0.0/8"}, PASS),
    ],
)
def test_a_runner_with_a_route_reaches_a_part_of_the_internet(to_what: dict[str, str], expected: set[Outcome]) -> None:
    route = {"route_table_id": "rtb-main", "destination_cidr_block": ANYWHERE, "nat_gateway_id": "nat-1"}
    egress = {"security_group_id": "sg-1", "ip_protocol": "-1", **to_what}
    rule = resource("aws_vpc_security_group_egress_rule.e", egress)
    assert said("PLT-004", KNOWN, *INSIDE, WORLD, resource("aws_route.r", route), rule) == expected


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({"route_table_id": "rtb-main", "destination_cidr_block": ANYWHERE}, FAIL),
        ({"route_table_id": "rtb-main", "destination_prefix_list_id": "pl-1"}, FAIL),
        ({"route_table_id": "rtb-main", "destination_prefix_list_id": "pl-of-aws"}, PASS),
        ({"route_table_id": "rtb-other", "destination_cidr_block": ANYWHERE}, PASS),
    ],
)
def test_a_route_is_added_to_the_main_table(route: dict[str, str], expected: set[Outcome]) -> None:
    added = resource("aws_route.r", {**route, "gateway_id": "igw-1"})
    assert said("PLT-005", KNOWN, *INSIDE, WORLD, added) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [(to("aws_vpc.v", "main_route_table_id"), FAIL), (["local.table"], UNDECIDED), (to("aws_route_table.t"), PASS)],
)
def test_a_route_whose_table_is_known_after_the_apply(table: list[str], expected: set[Outcome]) -> None:
    route = resource(
        "aws_route.r", {"destination_cidr_block": ANYWHERE, "gateway_id": "igw-1"}, {"route_table_id": True}
    )
    assert said("PLT-005", KNOWN, *INSIDE, TABLE, route, aws_route__r={"route_table_id": table}) == expected


@pytest.mark.parametrize(("written", "expected"), [({"route": ["local.routes"]}, UNDECIDED), ({}, PASS)])
def test_a_table_whose_routes_are_known_after_the_apply(written: dict[str, Any], expected: set[Outcome]) -> None:
    table = resource("aws_route_table.t", {"id": "rtb-1"}, {"route": True})
    own = resource("aws_route_table_association.a", {"subnet_id": "subnet-1", "route_table_id": "rtb-1"})
    assert said("PLT-005", KNOWN, *INSIDE, table, own, aws_route_table__t=written) == expected


@pytest.mark.parametrize(("ports", "expected"), [((0, 65535), FAIL), ((1, 65535), FAIL), ((8080, 8080), PASS)])
def test_a_group_admits_another_on_every_port(ports: tuple[int, int], expected: set[Outcome]) -> None:
    service = resource("aws_ecs_service.api", {"network_configuration": [{"security_groups": ["sg-1"]}]})
    block = {"protocol": "tcp", "from_port": ports[0], "to_port": ports[1], "security_groups": ["sg-2"]}
    group = resource("aws_security_group.g", {"id": "sg-1", "ingress": [block]})
    assert said("PLT-023", service, group, resource("aws_security_group.o", {"id": "sg-2"})) == expected
