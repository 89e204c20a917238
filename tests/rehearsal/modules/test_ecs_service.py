"""Services are applied with every capability, released, scaled by schedules and destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import Applied, applied

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal(120)]

DIGEST = f"123456789012.dkr.ecr.us-west-2.amazonaws.com/example/backend@sha256:{'a' * 64}"
RELEASED, SIDECAR = "/example/test/images/backend", "/example/test/images/proxy"
NETWORK = """
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { us-west-2a = "10.0.10.0/24", us-west-2b = "10.0.11.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
}

resource "aws_ecs_cluster" "this" {
  name = "example-test"
}
"""
AROUND = (
    NETWORK
    + """
resource "aws_security_group" "around" {
  for_each = toset(["balancer", "caller", "files"])

  name   = each.key
  vpc_id = aws_vpc.this.id
}

resource "aws_service_discovery_http_namespace" "this" {
  name = "example-test"
}

resource "aws_lb" "this" {
  name            = "example-test"
  internal        = true
  security_groups = [aws_security_group.around["balancer"].id]
  subnets         = values(aws_subnet.this)[*].id
}

resource "aws_lb_target_group" "this" {
  name        = "example-test"
  port        = 3000
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.this.id
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_efs_file_system" "this" {
  encrypted = true
}

resource "aws_efs_access_point" "this" {
  file_system_id = aws_efs_file_system.this.id
}
"""
)
SERVICE = {
    "name": "example-test-backend",
    "image_parameter": RELEASED,
    "repository_arn": "arn:aws:ecr:us-west-2:123456789012:repository/example/backend",
    "cluster_name": "${aws_ecs_cluster.this.name}",
    "vpc_id": "${aws_vpc.this.id}",
    "subnet_ids": "${values(aws_subnet.this)[*].id}",
    "port": 3000,
    "log_group_name": "/ecs/example-test/backend",
    "scaling": {"minimum": 1, "maximum": 3, "cpu_percentage": 70},
}
EVERYTHING: Mapping[str, Any] = {
    **SERVICE,
    "cpu": 1024,
    "memory": 2048,
    "capacity_providers": {"FARGATE": {"weight": 1, "base": 1}, "FARGATE_SPOT": {"weight": 3}},
    "health_check": {"command": ["CMD-SHELL", "curl -f http://localhost:3000/health"]},
    "scratch_paths": {"tmp": "/tmp"},
    "environment": {"MODE": "test"},
    "secrets": {"KEY": "arn:aws:ssm:us-west-2:123456789012:parameter/example/test/key"},
    "sidecars": {
        "migrate": {"image": DIGEST, "essential": False, "main_waits_for": "SUCCESS", "command": ["migrate"]},
        "proxy": {
            "image_parameter": SIDECAR,
            "depends_on": {"main": "HEALTHY"},
            "scratch_paths": {"tmp": "/shared"},
            "cpu": 64,
            "memory": 128,
        },
    },
    "xray": True,
    "efs_volumes": {
        "files": {
            "file_system_id": "${aws_efs_file_system.this.id}",
            "access_point_id": "${aws_efs_access_point.this.id}",
            "container_path": "/files",
        }
    },
    "load_balancer": {
        "security_group_id": '${aws_security_group.around["balancer"].id}',
        "target_group_arn": "${aws_lb_target_group.this.arn}",
        "arn": "${aws_lb_listener.this.load_balancer_arn}",
    },
    "ingress": {"caller": {"security_group_id": '${aws_security_group.around["caller"].id}'}},
    "egress": {"files": {"port": 2049, "security_group_id": '${aws_security_group.around["files"].id}'}},
    "service_connect": {
        "namespace": "${aws_service_discovery_http_namespace.this.arn}",
        "server": {"port_name": "backend", "protocol": "http"},
    },
    "scaling": {
        "minimum": 1,
        "maximum": 3,
        "cpu_percentage": 70,
        "memory_percentage": 80,
        "requests_per_target": 1000,
        "schedules": {
            "night": {"schedule": "cron(0 20 ? * * *)", "time_zone": "Europe/Berlin", "minimum": 0, "maximum": 0},
            "day": {"schedule": "cron(0 8 ? * MON-FRI *)", "time_zone": "Europe/Berlin", "minimum": 1, "maximum": 3},
        },
    },
}


def release(cloud: Cloud, *parameters: str) -> None:
    for parameter in parameters:
        cloud.client("ssm").put_parameter(Name=parameter, Value=DIGEST, Type="String", Overwrite=True)


def released(root: Applied, cloud: Cloud, inputs: Mapping[str, Any], *parameters: str) -> dict[str, Any]:
    """Apply *inputs* before and after the first release, and return the outputs."""
    root.call(inputs)
    root.init_and_apply()
    release(cloud, RELEASED, *parameters)
    return root.apply()


def test_every_capability_is_applied_and_then_no_plan_has_changes(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "ecs_service", AROUND) as root:
        outputs = released(root, cloud, EVERYTHING)
        ecs = cloud.client("ecs")
        (service,) = ecs.describe_services(cluster="example-test", services=[outputs["name"]])["services"]
        assert service["serviceArn"] == outputs["service_arn"]
        shares = {p["capacityProvider"]: (p["weight"], p["base"]) for p in service["capacityProviderStrategy"]}
        assert shares == {"FARGATE": (1, 1), "FARGATE_SPOT": (3, 0)}
        connect = service["deployments"][0]["serviceConnectConfiguration"]
        assert connect["services"][0]["clientAliases"] == [{"port": 3000, "dnsName": "backend"}]
        assert names(cloud, outputs) == ["main", "migrate", "xray-daemon"]
        release(cloud, SIDECAR)
        assert names(cloud, root.apply()) == ["main", "migrate", "proxy", "xray-daemon"]
        root.call({**EVERYTHING, "capacity_providers": {"FARGATE": {"base": 1}, "FARGATE_SPOT": {"weight": 9}}})
        assert plan_of(root) == {"module.this.aws_ecs_service.this[0]": "update"}


@pytest.mark.proves("a released image leaves an empty plan")
def test_a_release_and_its_rollback_leave_an_empty_plan(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "ecs_service", NETWORK) as root:
        outputs = released(root, cloud, SERVICE)
        for digest in ("b", "a"):
            image = f"{DIGEST[:-64]}{digest * 64}"
            revision = roll_out(cloud, outputs, image)
            plan = root.terraform.plan()
            assert (plan.changes, plan.has_changes) == ((), False)
            (service,) = cloud.client("ecs").describe_services(cluster="example-test", services=[outputs["name"]])[
                "services"
            ]
            assert service["taskDefinition"] == revision
            assert definition(cloud, outputs)["containerDefinitions"][0]["image"] == image


def roll_out(cloud: Cloud, outputs: Mapping[str, Any], image: str) -> str:
    """Do what a release does: the next revision with *image*, the service, the pointer. Returns the revision."""
    ecs, before = cloud.client("ecs"), definition(cloud, outputs)
    described = ecs.describe_task_definition(taskDefinition=outputs["task_family"], include=["TAGS"])
    told = ("family", "taskRoleArn", "executionRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory")
    further = ("volumes", "placementConstraints", "runtimePlatform")
    containers = [{**container, "image": image} for container in before["containerDefinitions"]]
    registered = ecs.register_task_definition(
        containerDefinitions=containers,
        tags=described["tags"],
        **{key: before[key] for key in (*told, *further) if key in before},
    )
    revision = str(registered["taskDefinition"]["taskDefinitionArn"])
    ecs.update_service(cluster="example-test", service=outputs["name"], taskDefinition=revision)
    cloud.client("ssm").put_parameter(Name=RELEASED, Value=image, Type="String", Overwrite=True)
    return revision


def definition(cloud: Cloud, outputs: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cloud.client("ecs").describe_task_definition(taskDefinition=outputs["task_family"])
    return dict(found["taskDefinition"])


def names(cloud: Cloud, outputs: Mapping[str, Any]) -> list[str]:
    """The containers of the newest revision."""
    return sorted(container["name"] for container in definition(cloud, outputs)["containerDefinitions"])


def target(cloud: Cloud) -> tuple[int, int]:
    (found,) = cloud.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    return found["MinCapacity"], found["MaxCapacity"]


def fire(cloud: Cloud, action: str) -> None:
    """Do what AWS does when the scheduled action *action* is due."""
    scaling = cloud.client("application-autoscaling")
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    (due,) = (a for a in actions if a["ScheduledActionName"].endswith(f"-{action}"))
    scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=due["ResourceId"],
        ScalableDimension=due["ScalableDimension"],
        **due["ScalableTargetAction"],
    )
    cluster, service = due["ResourceId"].split("/")[1:]
    cloud.client("ecs").update_service(
        cluster=cluster, service=service, desiredCount=due["ScalableTargetAction"]["MinCapacity"]
    )


def held(cloud: Cloud) -> tuple[list[str], list[str]]:
    """The names of the scaling policies and scheduled actions that exist."""
    scaling = cloud.client("application-autoscaling")
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    return sorted(p["PolicyName"] for p in policies), sorted(a["ScheduledActionName"] for a in actions)


def test_a_plan_off_hours_is_empty_and_a_changed_minimum_still_applies(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "ecs_service", AROUND) as root:
        released(root, cloud, EVERYTHING)
        before = held(cloud)
        assert (target(cloud), len(before[0]), len(before[1])) == ((1, 3), 3, 2)
        fire(cloud, "night")
        assert target(cloud) == (0, 0)
        root.apply()
        assert target(cloud) == (0, 0)
        root.call({**EVERYTHING, "scaling": {**EVERYTHING["scaling"], "minimum": 2}})
        assert plan_of(root) == {
            "module.this.terraform_data.capacity": "update",
            **{
                f"module.this.aws_appautoscaling_{address}": "replace"
                for address in (
                    "target.this[0]",
                    *(f"policy.{metric}[0]" for metric in ("cpu", "memory", "requests")),
                    *(f'scheduled_action.this["{name}"]' for name in ("day", "night")),
                )
            },
        }
        root.apply()
        assert target(cloud) == (2, 3)
        assert held(cloud) == before


def plan_of(root: Applied) -> dict[str, str]:
    return {change.address: change.action for change in root.terraform.plan().changes}
