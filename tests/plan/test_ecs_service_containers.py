"""Several containers, their order, their volumes, and what a program gets of its instance."""

from __future__ import annotations

import pytest

from tests.plan.ecs_service_cases import DROPPED_OF_ROOT, IMAGE, PARAMETER, PROXY, SECRET, containers, planned
from tests.plan.planning import ACCOUNT, Plan, Planner, kept


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planned(planner)


@pytest.mark.proves("several containers")
def test_each_container_has_its_own_image_and_one_without_is_left_out(plans: dict[str, Plan]) -> None:
    found = containers(plans["sidecars"])
    assert {name: c["image"] for name, c in found.items()} == {"main": IMAGE, "migrate": PROXY, "proxy": PROXY}
    assert [c["essential"] for c in found.values()] == [True, False, True]
    assert plans["sidecars"].outputs["container_names"] == ["main", "late", "migrate", "proxy"]
    parameters = {"late": "/sidecars/late", "proxy": "/sidecars/proxy"}
    assert plans["sidecars"].outputs["sidecar_image_parameters"] == parameters


def test_the_parameter_of_a_sidecar_is_created_and_then_left_alone(plans: dict[str, Plan]) -> None:
    plan = plans["sidecars"]
    for name, image in (("late", "none"), ("proxy", PROXY)):
        address = f'aws_ssm_parameter.sidecar_image["{name}"]'
        assert plan.actions[address] == ["no-op"]
        assert (plan[address]["insecure_value"], plan[address]["type"]) == (image, "String")
        assert (
            plan[address]["description"] == f"Image that the sidecar {name} runs, by digest; written by each release."
        )


def test_a_container_waits_for_those_that_exist(plans: dict[str, Plan]) -> None:
    found = containers(plans["sidecars"])
    assert found["main"]["dependsOn"] == [{"containerName": "migrate", "condition": "SUCCESS"}]
    # `late` is not there to be waited for.
    assert found["proxy"]["dependsOn"] == [
        {"containerName": "main", "condition": "HEALTHY"},
        {"containerName": "migrate", "condition": "COMPLETE"},
    ]
    assert "dependsOn" not in found["migrate"]


def test_a_sidecar_has_settings_of_its_own(plans: dict[str, Plan]) -> None:
    migrate = containers(plans["sidecars"])["migrate"]
    assert (migrate["command"], migrate["cpu"], migrate["memory"]) == (["migrate", "up"], 64, 128)
    assert migrate["environment"] == [{"name": "MODE", "value": "once"}]
    assert migrate["secrets"] == [
        {"name": "KEY", "valueFrom": PARAMETER},
        {"name": "PASSWORD", "valueFrom": f"{SECRET}:password::"},
    ]
    assert (migrate["user"], migrate["readonlyRootFilesystem"]) == ("0", False)
    assert migrate["linuxParameters"] == {"initProcessEnabled": True, "capabilities": {"drop": DROPPED_OF_ROOT}}
    assert migrate["logConfiguration"] == containers(plans["sidecars"])["main"]["logConfiguration"]


def test_a_sidecar_is_as_confined_as_the_main_container_unless_told_otherwise(plans: dict[str, Plan]) -> None:
    proxy = containers(plans["sidecars"])["proxy"]
    assert (proxy["user"], proxy["readonlyRootFilesystem"]) == ("1000:1000", True)
    assert proxy["linuxParameters"] == {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}
    assert (proxy["environment"], proxy["secrets"], proxy["mountPoints"]) == ([], [], [])
    assert not proxy.keys() & {"command", "cpu", "memory", "privileged", "portMappings"}


@pytest.mark.proves("health checks")
def test_containers_are_checked_from_inside(plans: dict[str, Plan]) -> None:
    found = containers(plans["sidecars"])
    assert found["main"]["healthCheck"] == {
        "command": ["CMD-SHELL", "curl -f localhost:3000"],
        "interval": 30,
        "timeout": 5,
        "retries": 3,
        "startPeriod": 0,
    }
    assert found["proxy"]["healthCheck"] == {
        "command": ["CMD", "/healthy"],
        "interval": 10,
        "timeout": 3,
        "retries": 2,
        "startPeriod": 7,
    }
    assert "healthCheck" not in found["migrate"]
    usual = containers(plans["more_sidecars"])["log-router"]["healthCheck"]
    assert usual == {**found["main"]["healthCheck"], "command": ["CMD", "/healthy"]}


@pytest.mark.proves("ephemeral volumes", "read-only root with named scratch paths")
def test_scratch_paths_of_one_name_are_one_volume(plans: dict[str, Plan]) -> None:
    plan = plans["sidecars"]
    volumes = plan["aws_ecs_task_definition.this[0]"]["volume"]
    assert sorted(v["name"] for v in volumes) == ["own", "shared"]
    found = containers(plan)
    assert found["main"]["readonlyRootFilesystem"] is True
    assert found["main"]["mountPoints"] == [{"sourceVolume": "shared", "containerPath": "/shared", "readOnly": False}]
    assert found["migrate"]["mountPoints"] == [
        {"sourceVolume": "own", "containerPath": "/var/tmp", "readOnly": False},
        {"sourceVolume": "shared", "containerPath": "/work", "readOnly": False},
    ]


def test_the_execution_role_pulls_and_reads_for_sidecars_too(plans: dict[str, Plan]) -> None:
    statements = plans["pulled"].statements("aws_iam_role_policy.execution")
    assert statements["PullSidecars"] == {
        "Sid": "PullSidecars",
        "Effect": "Allow",
        "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Resource": [f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/example/migrate"],
    }
    assert sorted(statements["ReadSecrets"]["Resource"]) == [SECRET, PARAMETER]


@pytest.mark.proves("adding a container touches nothing but the task definition")
def test_one_more_sidecar_touches_nothing_but_the_task_definition(plans: dict[str, Plan]) -> None:
    before, after = plans["sidecars"], plans["more_sidecars"]
    assert containers(after).keys() - containers(before).keys() == {"log-router"}
    assert set(after.values) == set(before.values)
    # Two pointers cannot share a name, so each case has its own.
    pointers = {address for address in before.values if address.startswith("aws_ssm_parameter.")}
    assert set(kept(before, after)) - pointers == {"aws_ecs_task_definition.this[0]"}


@pytest.mark.proves("X-Ray sidecar")
def test_the_daemon_of_x_ray_is_confined_and_the_program_may_stop_without_it(plans: dict[str, Plan]) -> None:
    daemon = containers(plans["files"])["xray-daemon"]
    assert daemon["image"] == "public.ecr.aws/xray/aws-xray-daemon:3.x"
    assert (daemon["essential"], daemon["cpu"], daemon["memoryReservation"]) == (False, 32, 256)
    assert (daemon["user"], daemon["readonlyRootFilesystem"]) == ("1000:1000", True)
    assert daemon["linuxParameters"] == {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}
    assert daemon["logConfiguration"] == containers(plans["files"])["main"]["logConfiguration"]
    assert plans["files"].outputs["container_names"] == ["main", "xray-daemon"]
    assert "xray-daemon" not in containers(plans["released"])


@pytest.mark.proves("EFS volumes")
def test_efs_is_mounted_through_its_access_point_encrypted_and_with_the_role(plans: dict[str, Plan]) -> None:
    plan = plans["more_files"]
    volumes = {v["name"]: v["efs_volume_configuration"] for v in plan["aws_ecs_task_definition.this[0]"]["volume"]}
    assert {name for name, efs in volumes.items() if not efs} == {"tmp", "cache"}
    (files,) = volumes["files"]
    assert (files["file_system_id"], files["transit_encryption"]) == ("fs-0123456789abcdef0", "ENABLED")
    assert files["authorization_config"] == [{"access_point_id": "fsap-0123456789abcdef0", "iam": "ENABLED"}]
    mounts = {m["sourceVolume"]: (m["containerPath"], m["readOnly"]) for m in containers(plan)["main"]["mountPoints"]}
    assert mounts == {
        "tmp": ("/tmp", False),
        "cache": ("/cache", False),
        "files": ("/files", False),
        "more-files": ("/more", True),
    }


def test_the_program_may_mount_its_file_systems_and_send_traces(plans: dict[str, Plan]) -> None:
    statements = plans["more_files"].statements("aws_iam_role_policy.task")
    assert set(statements) == {"DenyIAM", "SendTraces", "MountFiles", "MountMoreFiles"}
    assert statements["SendTraces"]["Action"] == [
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ]
    efs = f"arn:aws:elasticfilesystem:us-west-2:{ACCOUNT}"
    assert statements["MountFiles"] == {
        "Sid": "MountFiles",
        "Effect": "Allow",
        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "Resource": f"{efs}:file-system/fs-0123456789abcdef0",
        "Condition": {
            "StringEquals": {"elasticfilesystem:AccessPointArn": f"{efs}:access-point/fsap-0123456789abcdef0"}
        },
    }
    assert statements["MountMoreFiles"]["Action"] == ["elasticfilesystem:ClientMount"]


def test_one_more_volume_and_rule_touch_no_others(plans: dict[str, Plan]) -> None:
    before, after = plans["files"], plans["more_files"]
    assert set(after.values) - set(before.values) == {
        'aws_vpc_security_group_egress_rule.to["cache"]',
        'aws_vpc_security_group_ingress_rule.caller["api"]',
    }
    assert set(kept(before, after)) == {
        "aws_ssm_parameter.released_image",
        "aws_ecs_task_definition.this[0]",
        "aws_iam_role_policy.task",
    }


@pytest.mark.proves("EC2", "host volumes by acknowledgement")
def test_on_ec2_a_program_may_have_its_instance(plans: dict[str, Plan]) -> None:
    plan = plans["bridge"]
    definition = plan["aws_ecs_task_definition.this[0]"]
    assert (definition["requires_compatibilities"], definition["network_mode"]) == (["EC2"], "bridge")
    assert (definition["cpu"], definition["memory"]) == ("200", "300")
    assert {v["name"]: v["host_path"] for v in definition["volume"]} == {
        "docker": "/var/run/docker.sock",
        "sys": "/sys",
    }
    container = plan.container()
    assert container["privileged"] is True
    # A privileged container has every capability, whatever is dropped.
    assert container["linuxParameters"] == {"initProcessEnabled": True}
    assert container["portMappings"] == [{"containerPort": 3000, "hostPort": 3000, "protocol": "tcp"}]
    assert container["mountPoints"] == [
        {"sourceVolume": "docker", "containerPath": "/var/run/docker.sock", "readOnly": False},
        {"sourceVolume": "sys", "containerPath": "/host/sys", "readOnly": True},
    ]
    service = plan["aws_ecs_service.this[0]"]
    assert (service["launch_type"], service["network_configuration"]) == ("EC2", [])
    bounds = service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]
    assert bounds == (0, 100)
    assert [t["container_port"] for t in service["load_balancer"]] == [3000]


def test_on_ec2_in_awsvpc_mode_a_task_is_as_confined_as_on_fargate(plans: dict[str, Plan]) -> None:
    plan = plans["plain_ec2"]
    assert plan["aws_ecs_task_definition.this[0]"]["network_mode"] == "awsvpc"
    assert plan["aws_ecs_service.this[0]"]["launch_type"] == "EC2"
    assert plan.container()["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert plan.counts["aws_security_group"] == 1
