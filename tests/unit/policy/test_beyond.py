"""What lists and routes name besides the resources of the plan is not passed over."""

from __future__ import annotations

from typing import Any

import pytest

from generator.policy.rules import platform_rules
from generator.policy.testing import judged, outcomes, plan_of
from generator.policy.verdict import Outcome
from tests.unit.policy.plans import document, resource

UNDECIDED, FAIL, PASS = {Outcome.UNDECIDED}, {Outcome.FAIL}, {Outcome.PASS}
ANYWHERE = "0.0.0.0/0"


def said(rule: str, *resources: dict[str, Any], variables: dict[str, Any] | None = None, **refers: Any) -> set[Outcome]:
    """What *rule* says but pass, if anything; *refers* are references by block: ``aws_lb__this={"subnets": [...]}``."""
    blocks = []
    for block, arguments in refers.items():
        kind, name = block.split("__")
        blocks.append({"type": kind, "name": name, "expressions": expressions(arguments)})
    (chosen,) = (r for r in platform_rules() if r.id == rule)
    found = document(*resources, configuration={"resources": blocks})
    found["variables"] = {name: {"value": value} for name, value in (variables or {}).items()}
    seen = outcomes(judged(plan_of(found), [chosen]))[rule]
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
