"""A code runner of ECS is judged where it runs, whatever its hosts are called."""

from __future__ import annotations

from typing import Any

import pytest

from generator.policy.verdict import Outcome
from tests.unit.policy.plans import FAIL, PASS, UNDECIDED, resource, worst

ANYWHERE = "0.0.0.0/0"


def task(**after: Any) -> dict[str, Any]:
    given = {"family": "grader", "arn": "arn:td", "requires_compatibilities": ["EC2"], "network_mode": "bridge"}
    return resource("aws_ecs_task_definition.grader", {**given, "container_definitions": "[]", **after})


TASK = task()
CLUSTER = resource("aws_ecs_cluster.c", {"name": "c", "arn": "arn:cluster", "id": "arn:cluster"})
SERVICE = resource("aws_ecs_service.grader", {"name": "grader", "cluster": "arn:cluster", "task_definition": "arn:td"})
PROVIDERS = resource("aws_ecs_cluster_capacity_providers.c", {"cluster_name": "c", "capacity_providers": ["hosts"]})
PROVIDER = resource(
    "aws_ecs_capacity_provider.p",
    {"name": "hosts", "auto_scaling_group_provider": [{"auto_scaling_group_arn": "arn:asg"}]},
)
ASG = resource(
    "aws_autoscaling_group.g",
    {"name": "g", "arn": "arn:asg", "launch_template": [{"id": "lt-1"}], "vpc_zone_identifier": ["subnet-1"]},
)
NETWORK = (
    resource("aws_subnet.a", {"id": "subnet-1", "vpc_id": "vpc-1"}),
    resource("aws_route_table.t", {"id": "rtb-1", "route": [{"cidr_block": ANYWHERE, "nat_gateway_id": "nat-1"}]}),
    resource("aws_route_table_association.a", {"subnet_id": "subnet-1", "route_table_id": "rtb-1"}),
)
PLACED = (TASK, CLUSTER, SERVICE, PROVIDERS, PROVIDER, ASG, *NETWORK)


def hosts(tokens: str = "required", **rules: Any) -> list[dict[str, Any]]:
    options = [{"http_tokens": tokens, "http_put_response_hop_limit": 1}]
    template = {"id": "lt-1", "vpc_security_group_ids": ["sg-1"], "metadata_options": options}
    return [
        resource("aws_launch_template.ecs", template),
        resource("aws_security_group.h", {"id": "sg-1", **{name: [block] for name, block in rules.items()}}),
    ]


def block(cidr: str) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": 8080, "to_port": 8080, "cidr_blocks": [cidr]}


def test_hosts_are_found_by_what_runs_on_them() -> None:
    assert worst("PLT-003", *PLACED, *hosts()) == PASS
    assert worst("PLT-003", *PLACED, *hosts(ingress=block("10.0.0.0/8"))) == FAIL
    assert worst("PLT-004", *PLACED, *hosts()) == PASS
    assert worst("PLT-004", *PLACED, *hosts(egress=block(ANYWHERE))) == FAIL
    assert worst("PLT-064", *PLACED, *hosts()) == PASS
    assert worst("PLT-064", *PLACED, *hosts("optional")) == FAIL


@pytest.mark.parametrize("rule", ["PLT-003", "PLT-004", "PLT-064"])
def test_a_task_that_nothing_of_the_plan_starts(rule: str) -> None:
    assert worst(rule, TASK, *hosts()) == UNDECIDED


@pytest.mark.parametrize("rule", ["PLT-003", "PLT-004"])
def test_a_task_of_fargate_that_nothing_of_the_plan_starts(rule: str) -> None:
    assert worst(rule, task(network_mode="awsvpc", requires_compatibilities=["FARGATE"])) == UNDECIDED


@pytest.mark.parametrize(("public", "expected"), [(True, FAIL), (None, PASS)])
def test_an_instance_with_a_public_address(public: bool | None, expected: set[Outcome]) -> None:
    after = {"subnet_id": "subnet-1", "associate_public_ip_address": public}
    assert worst("PLT-022", resource("aws_instance.i", after), *NETWORK) == expected
