"""Where tasks run, who reaches them, where they may go, and how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plan.ecs_service_cases import CALLER, DATABASE, FILES, containers, planned
from tests.plan.planning import REGION, Plan, Planner, kept

WAY_IN, WAY_OUT = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planned(planner)


def rule(plan: Plan, address: str) -> tuple[Any, ...]:
    """The protocol, ports, ends and description of a rule."""
    ends = ("cidr_ipv4", "referenced_security_group_id", "prefix_list_id")
    values = plan[address]
    return (
        values["ip_protocol"],
        values["from_port"],
        values["to_port"],
        *(values[end] for end in ends if values[end] is not None),
        values["description"],
    )


@pytest.mark.proves("own security group with one resource a rule")
def test_each_caller_and_each_way_out_is_a_rule_of_its_own(plans: dict[str, Plan]) -> None:
    plan = plans["files"]
    assert (plan.counts[WAY_IN], plan.counts[WAY_OUT]) == (2, 3)
    assert rule(plan, f'{WAY_IN}.caller["web"]') == ("tcp", 3000, 3000, CALLER, "Requests from web")
    assert rule(plan, f'{WAY_IN}.caller["admin"]') == ("tcp", 3000, 3000, DATABASE, "Operators")
    assert rule(plan, f'{WAY_OUT}.to["files"]') == ("tcp", 2049, 2049, FILES, "Way to files")
    assert rule(plan, f'{WAY_OUT}.to["https"]') == ("tcp", 443, 443, "pl-0123456789abcdef0", "AWS")
    assert rule(plan, f'{WAY_OUT}.to["database"]') == ("tcp", 5432, 5432, "10.0.10.0/24", "Way to database")
    group = plan["aws_security_group.this[0]"]
    assert (group["name"], group["description"]) == ("files", "Tasks of files")
    assert group["vpc_id"] == "vpc-0123456789abcdef0"


def test_in_bridge_mode_there_is_no_security_group(plans: dict[str, Plan]) -> None:
    plan = plans["bridge"]
    assert [plan.counts[kind] for kind in ("aws_security_group", WAY_IN, WAY_OUT)] == [0, 0, 0]
    assert plan.outputs["security_group_id"] is None


@pytest.mark.proves("capacity strategy with a Spot share")
def test_a_share_of_the_tasks_runs_on_spot(plans: dict[str, Plan]) -> None:
    service = plans["spot"]["aws_ecs_service.this[0]"]
    shares = {p["capacity_provider"]: (p["weight"], p["base"]) for p in service["capacity_provider_strategy"]}
    assert shares == {"FARGATE": (1, 1), "FARGATE_SPOT": (3, 0)}
    # Left to AWS: a service has a launch type or a strategy.
    assert "launch_type" not in service
    assert service["force_new_deployment"] is True
    assert plans["released"]["aws_ecs_service.this[0]"]["capacity_provider_strategy"] == []
    assert not plans["released"]["aws_ecs_service.this[0]"]["force_new_deployment"]


def test_another_share_touches_only_the_service(plans: dict[str, Plan]) -> None:
    before, after = plans["spot"], plans["more_spot"]
    assert set(kept(before, after)) == {"aws_ssm_parameter.released_image", "aws_ecs_service.this[0]"}


def test_instances_are_named_by_their_capacity_provider(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    (share,) = plan["aws_ecs_service.this[0]"]["capacity_provider_strategy"]
    assert share["capacity_provider"] == "example-instances"
    assert plan["aws_ecs_task_definition.this[0]"]["requires_compatibilities"] == ["EC2"]


@pytest.mark.proves("Service Connect")
def test_a_server_is_found_by_its_name_and_a_client_only_finds(plans: dict[str, Plan]) -> None:
    (connect,) = plans["server"]["aws_ecs_service.this[0]"]["service_connect_configuration"]
    assert (connect["enabled"], connect["namespace"]) == (True, "example-test")
    (served,) = connect["service"]
    assert served["port_name"] == "backend"
    assert [(a["port"], a["dns_name"]) for a in served["client_alias"]] == [(3000, "backend.internal")]
    (port,) = plans["server"].container()["portMappings"]
    assert (port["name"], port["appProtocol"]) == ("backend", "grpc")
    (log,) = connect["log_configuration"]
    assert log["log_driver"] == "awslogs"
    assert log["options"] == {
        "awslogs-group": "/ecs/server",
        "awslogs-region": REGION,
        "awslogs-stream-prefix": "connect",
    }
    (client,) = plans["client"]["aws_ecs_service.this[0]"]["service_connect_configuration"]
    assert (client["service"], client["enabled"]) == ([], True)
    assert not plans["client"].container()["portMappings"][0].keys() & {"name", "appProtocol"}
    assert plans["released"]["aws_ecs_service.this[0]"]["service_connect_configuration"] == []


def test_a_server_is_called_by_its_port_unless_told_otherwise(plans: dict[str, Plan]) -> None:
    (connect,) = plans["plain_server"]["aws_ecs_service.this[0]"]["service_connect_configuration"]
    assert [a["dns_name"] for s in connect["service"] for a in s["client_alias"]] == ["backend"]
    assert "appProtocol" not in containers(plans["plain_server"])["main"]["portMappings"][0]


@pytest.mark.proves("scaling on requests per target")
def test_requests_are_counted_at_the_target_group(plans: dict[str, Plan]) -> None:
    plan = plans["scaled"]
    policy = plan["aws_appautoscaling_policy.requests[0]"]
    (followed,) = policy["target_tracking_scaling_policy_configuration"]
    (metric,) = followed["predefined_metric_specification"]
    assert (policy["name"], policy["policy_type"], followed["target_value"]) == (
        "scaled-requests",
        "TargetTrackingScaling",
        1000,
    )
    assert (followed["scale_in_cooldown"], followed["scale_out_cooldown"]) == (120, 60)
    assert metric == {
        "predefined_metric_type": "ALBRequestCountPerTarget",
        "resource_label": "app/web/fedcba9876543210/targetgroup/web/0123456789abcdef",
    }
    assert plan.counts["aws_appautoscaling_policy"] == plan.counts["aws_appautoscaling_target"] == 1


@pytest.mark.proves("scheduled scaling")
def test_schedules_bound_the_one_target(plans: dict[str, Plan]) -> None:
    plan = plans["scaled"]
    night = plan['aws_appautoscaling_scheduled_action.this["night"]']
    assert (night["name"], night["schedule"]) == ("scaled-night", "cron(0 20 ? * * *)")
    assert (night["timezone"], night["service_namespace"]) == ("Europe/Berlin", "ecs")
    assert (night["resource_id"], night["scalable_dimension"]) == (
        "service/example-test/scaled",
        "ecs:service:DesiredCount",
    )
    assert night["scalable_target_action"] == [{"min_capacity": "0", "max_capacity": "0"}]
    launch = plan['aws_appautoscaling_scheduled_action.this["launch"]']
    assert (launch["timezone"], launch["scalable_target_action"]) == (
        "UTC",
        [{"min_capacity": "4", "max_capacity": "8"}],
    )
    assert plan["terraform_data.capacity"]["input"] == {"minimum": 1, "maximum": 8}


def test_one_more_schedule_touches_no_other(plans: dict[str, Plan]) -> None:
    before, after = plans["scaled"], plans["more_schedules"]
    assert set(after.values) - set(before.values) == {'aws_appautoscaling_scheduled_action.this["day"]'}
    assert set(kept(before, after)) == {"aws_ssm_parameter.released_image"}


def test_what_names_the_service_is_known_before_it_exists(plans: dict[str, Plan]) -> None:
    outputs = plans["example"].outputs
    arn = "arn:aws:ecs:us-west-2:123456789012:service/example-test/example-test-backend"
    assert (outputs["service_arn"], outputs["task_family"]) == (arn, "example-test-backend")
    assert outputs["container_names"] == ["main"]


def test_clients_are_told_of_a_server_once_it_is_there(plans: dict[str, Plan]) -> None:
    told = {name: plans[name].outputs.get("endpoint") for name in ("server", "plain_server", "client", "released")}
    assert told == {"server": "backend.internal:3000", "plain_server": "backend:3000", "client": None, "released": None}
