"""The cluster: Fargate and Fargate Spot, with Container Insights unless switched off."""

from __future__ import annotations

from collections import Counter

import pytest

from generator.modules.ecs_cluster import EcsCluster
from tests.plan.planning import Inputs, Plan, Planner

CASES: dict[str, Inputs] = {
    "example": EcsCluster.example,
    "every_option": {"name": "a" * 40, "container_insights": False, "tags": {"Team": "platform"}},
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("ecs_cluster", CASES)


def test_services_run_on_fargate_unless_they_say_otherwise(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_ecs_cluster=1, aws_ecs_cluster_capacity_providers=1)
    providers = plan["aws_ecs_cluster_capacity_providers.this"]
    assert sorted(providers["capacity_providers"]) == ["FARGATE", "FARGATE_SPOT"]
    (default,) = providers["default_capacity_provider_strategy"]
    assert default["capacity_provider"] == "FARGATE"
    assert plan.output_names == {"name", "arn"}


@pytest.mark.parametrize(("case", "insights"), [("example", "enabled"), ("every_option", "disabled")])
def test_container_insights_are_on_unless_switched_off(plans: dict[str, Plan], case: str, insights: str) -> None:
    assert plans[case]["aws_ecs_cluster.this"]["setting"] == [{"name": "containerInsights", "value": insights}]


def test_tags_reach_the_cluster(plans: dict[str, Plan]) -> None:
    assert plans["every_option"]["aws_ecs_cluster.this"]["tags"] == {"Team": "platform"}
