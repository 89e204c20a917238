"""The code runner on a host of its own: a privileged supervisor that nobody but its callers reaches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from hashlib import sha1
from typing import Any

import pytest

from generator.modules.shared.runner_service import PULL_ACTIONS
from tests.plan.code_runner_cases import CASES, EC2, EXISTING, FARGATE, IMAGE, IMAGES, LOAD_BALANCER, SESSIONS
from tests.plan.planning import Plan, Planner, kept

SERVICE, CLUSTER = 'module.supervisor["ec2"].', 'module.cluster["ec2"].'
HOST = f'{CLUSTER}aws_launch_template.this["host"]'
RELEASED = ("ec2_released", "ec2_every_option")


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("code_runner", CASES, existing=EXISTING, images=IMAGES)


def container(plan: Plan) -> dict[str, Any]:
    (found,) = json.loads(plan[f"{SERVICE}aws_ecs_task_definition.this[0]"]["container_definitions"])
    assert isinstance(found, dict)
    return found


def rules(plan: Plan, direction: str) -> dict[str, Mapping[str, Any]]:
    """The rules of the host's security group by their keys."""
    prefix = f'{CLUSTER}aws_vpc_security_group_{direction}_rule.instance["host/'
    return {a.removeprefix(prefix).removesuffix('"]'): v for a, v in plan.values.items() if a.startswith(prefix)}


@pytest.mark.proves("ec2 privileged supervisor by acknowledgement")
def test_the_supervisor_is_root_on_its_host_and_starts_containers_there(plans: dict[str, Plan]) -> None:
    found = container(plans["ec2_released"])
    assert (found["privileged"], found["user"], found["image"]) == (True, "0", IMAGE)
    assert found["readonlyRootFilesystem"] is True
    socket = {"sourceVolume": "docker", "containerPath": "/var/run/docker.sock", "readOnly": False}
    assert socket in found["mountPoints"]
    definition = plans["ec2_released"][f"{SERVICE}aws_ecs_task_definition.this[0]"]
    assert [v["host_path"] for v in definition["volume"] if v["name"] == "docker"] == ["/var/run/docker.sock"]
    assert (definition["network_mode"], definition["requires_compatibilities"]) == ("bridge", ["EC2"])
    assert (int(definition["cpu"]), int(definition["memory"])) == (1024, 2048)
    (port,) = found["portMappings"]
    assert (port["containerPort"], port["hostPort"]) == (8080, 8080)
    assert "ECS_DISABLE_PRIVILEGED=false" in plans["ec2_released"].files(HOST)["/etc/ecs/ecs.config"]


@pytest.mark.proves("ec2 dedicated cluster and instances")
def test_the_host_runs_nothing_else(plans: dict[str, Plan]) -> None:
    plan = plans["ec2_released"]
    assert plan.counts["aws_ecs_cluster"] == plan.counts["aws_autoscaling_group"] == plan.counts["aws_ecs_service"] == 1
    assert plan[f"{CLUSTER}aws_ecs_cluster.this"]["name"] == "example-labs-released"
    group = plan[f'{CLUSTER}aws_autoscaling_group.this["host"]']
    assert (group["min_size"], group["max_size"]) == (1, 1)
    assert group["vpc_zone_identifier"] == EC2["subnet_ids"]
    service = plan[f"{SERVICE}aws_ecs_service.this[0]"]
    assert service["cluster"] == "example-labs-released"
    (strategy,) = service["capacity_provider_strategy"]
    assert (strategy["capacity_provider"], strategy["weight"]) == ("example-labs-released-host", 1)
    template = plan[HOST]
    assert template["instance_type"] == "t3.medium"
    assert plan.outputs["cluster_name"] == "example-labs-released"
    assert plan.outputs["autoscaling_group_name"] == "example-labs-released-host"
    assert plan.counts["aws_lambda_function"] == 0


@pytest.mark.proves("ec2 dedicated cluster and instances")
def test_the_cluster_of_the_host_may_have_a_name_of_its_own(plans: dict[str, Plan]) -> None:
    plan = plans["ec2_every_option"]
    assert plan[f"{CLUSTER}aws_ecs_cluster.this"]["name"] == plan.outputs["cluster_name"] == "every-labs-hosts"
    service = plan[f"{SERVICE}aws_ecs_service.this[0]"]
    assert (service["name"], service["cluster"]) == ("every-labs", "every-labs-hosts")
    assert plan.outputs["autoscaling_group_name"] == "every-labs-hosts-host"
    (strategy,) = plan[f"{CLUSTER}aws_ecs_cluster_capacity_providers.this"]["default_capacity_provider_strategy"]
    assert (strategy["capacity_provider"], strategy["weight"]) == ("every-labs-hosts-host", 1)


def test_a_clusters_name_is_cut_and_stays_apart(plans: dict[str, Plan]) -> None:
    plan = plans["ec2_long_name"]
    name = str(CASES["ec2_long_name"]["name"])
    cut = f"{name[:31]}-{sha1(name.encode()).hexdigest()[:8]}"
    assert plan[f"{CLUSTER}aws_ecs_cluster.this"]["name"] == plan.outputs["cluster_name"] == cut


@pytest.mark.proves("ec2 internal only")
def test_callers_and_the_load_balancer_alone_reach_the_port(plans: dict[str, Plan]) -> None:
    ((key, rule),) = rules(plans["ec2_released"], "ingress").items()
    assert (key, rule["referenced_security_group_id"]) == ("api", "sg-0123456789abcdef0")
    every = rules(plans["ec2_every_option"], "ingress")
    assert {k: r["referenced_security_group_id"] for k, r in every.items()} == {
        "api": "sg-0123456789abcdef0",
        "grader": "sg-0fedcba9876543210",
        "load_balancer": LOAD_BALANCER["security_group_id"],
    }
    assert {(r["ip_protocol"], r["from_port"], r["to_port"]) for r in every.values()} == {("tcp", 8080, 8080)}
    template = plans["ec2_released"][HOST]
    assert template["network_interfaces"][0]["associate_public_ip_address"] == "false"


def test_the_load_balancer_sends_to_the_port_of_the_host(plans: dict[str, Plan]) -> None:
    plan = plans["ec2_every_option"]
    (target,) = plan[f"{SERVICE}aws_ecs_service.this[0]"]["load_balancer"]
    assert target["target_group_arn"] == LOAD_BALANCER["target_group_arn"]
    assert target["container_port"] == 8080
    way = plan["aws_vpc_security_group_egress_rule.load_balancer[0]"]
    assert way["security_group_id"] == LOAD_BALANCER["security_group_id"]
    assert (way["ip_protocol"], way["from_port"], way["to_port"]) == ("tcp", 8080, 8080)
    assert way["description"] == "Requests to every-labs"
    # With the two of the host.
    assert plan.counts["aws_vpc_security_group_egress_rule"] == 3
    assert plans["ec2_released"][f"{SERVICE}aws_ecs_service.this[0]"]["load_balancer"] == []
    assert "aws_vpc_security_group_egress_rule.load_balancer[0]" not in plans["ec2_released"].values


@pytest.mark.proves("ec2 without instance metadata for bridge and awsvpc")
def test_no_container_reaches_the_hosts_credentials(plans: dict[str, Plan]) -> None:
    for case in RELEASED:
        template = plans[case][HOST]
        (metadata,) = template["metadata_options"]
        assert (metadata["http_tokens"], metadata["http_put_response_hop_limit"]) == ("required", 1)
        assert "ECS_AWSVPC_BLOCK_IMDS=true" in plans[case].files(HOST)["/etc/ecs/ecs.config"]
        boot = json.dumps(plans[case].cloud_config(HOST)["bootcmd"])
        assert "DOCKER-USER -d 169.254.169.254/32 -j DROP" in boot


@pytest.mark.proves("ec2 disk and reaper settings")
def test_the_disk_is_kept_from_filling_up(plans: dict[str, Plan]) -> None:
    plan = plans["ec2_every_option"]
    (device,) = plan[HOST]["block_device_mappings"]
    assert (device["ebs"][0]["volume_size"], device["ebs"][0]["encrypted"]) == (200, "true")
    units = plan.files(HOST)
    assert "--filter until=6h" in units["/etc/systemd/system/docker-prune.service"]
    reaps = units["/etc/systemd/system/reap-containers.service"]
    assert "rl_sess_ 3000" in reaps  # 50 minutes
    assert "rl_ws_ 86400" in reaps
    usual = plans["ec2_released"].files(HOST)
    assert "--filter until=24h" in usual["/etc/systemd/system/docker-prune.service"]
    assert "/etc/systemd/system/reap-containers.service" not in usual
    (device,) = plans["ec2_released"][HOST]["block_device_mappings"]
    assert device["ebs"][0]["volume_size"] == 50


@pytest.mark.proves("ec2 minimum 0 and maximum 100 on one instance")
def test_a_deployment_ends_the_old_supervisor_first(plans: dict[str, Plan]) -> None:
    for case in RELEASED:
        service = plans[case][f"{SERVICE}aws_ecs_service.this[0]"]
        assert service["deployment_minimum_healthy_percent"] == 0
        assert service["deployment_maximum_percent"] == 100
        assert service["desired_count"] == 1
        target = plans[case][f"{SERVICE}aws_appautoscaling_target.this[0]"]
        assert (target["min_capacity"], target["max_capacity"]) == (1, 1)


def test_the_host_fetches_from_the_internet_only_where_that_is_acknowledged(plans: dict[str, Plan]) -> None:
    labs = rules(plans["ec2_released"], "egress")
    assert {(r["cidr_ipv4"], r["from_port"], r["to_port"]) for r in labs.values()} == {
        ("0.0.0.0/0", 80, 80),
        ("0.0.0.0/0", 443, 443),
    }
    closed = rules(plans["ec2_every_option"], "egress")
    assert set(closed) == {"endpoints", "s3"}
    assert closed["endpoints"]["referenced_security_group_id"] == FARGATE["endpoints"]["security_group_id"]
    assert closed["s3"]["prefix_list_id"] == FARGATE["endpoints"]["s3_prefix_list_id"]
    assert not any(rule.get("cidr_ipv4") for rule in closed.values())
    assert {(r["from_port"], r["to_port"]) for r in closed.values()} == {(443, 443)}


def test_the_supervisor_pulls_the_images_of_sessions_and_may_do_nothing_else(plans: dict[str, Plan]) -> None:
    statements = plans["ec2_every_option"].statements(f"{SERVICE}aws_iam_role_policy.task")
    allowed = {sid: s for sid, s in statements.items() if s["Effect"] == "Allow"}
    assert set(allowed) == {"LogInToRegistry", "PullSessionImages"}
    assert allowed["LogInToRegistry"]["Action"] == ["ecr:GetAuthorizationToken"]
    assert allowed["LogInToRegistry"]["Resource"] == ["*"]
    assert sorted(allowed["PullSessionImages"]["Action"]) == sorted(PULL_ACTIONS)
    assert allowed["PullSessionImages"]["Resource"] == [SESSIONS]
    usual = plans["ec2_released"].statements(f"{SERVICE}aws_iam_role_policy.task")
    assert {s["Effect"] for s in usual.values()} == {"Deny"}


def test_the_host_pulls_the_named_images(plans: dict[str, Plan]) -> None:
    role = plans["ec2_every_option"].statements(f'{CLUSTER}aws_iam_role_policy.instance["host"]')
    assert role["PullImages"]["Resource"] == [EC2["repository_arn"], SESSIONS]


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["ec2_every_option"]
    found = container(plan)
    assert {"name": "RUNNER_IMAGE", "value": "labs"} in found["environment"]
    assert {m["containerPath"] for m in found["mountPoints"]} == {"/tmp", "/run", "/var/run/docker.sock"}
    assert found["healthCheck"]["command"] == ["CMD", "/healthy"]
    definition = plan[f"{SERVICE}aws_ecs_task_definition.this[0]"]
    assert (int(definition["cpu"]), int(definition["memory"])) == (512, 1024)
    assert [p["cpu_architecture"] for p in definition["runtime_platform"]] == ["ARM64"]
    group = plan[f'{CLUSTER}aws_autoscaling_group.this["host"]']
    assert group["max_instance_lifetime"] == 7 * 86400
    template = plan[HOST]
    assert template["instance_type"] == "m7g.large"
    assert "/arm64/" in template["image_id"]
    log = plan[f"{SERVICE}aws_cloudwatch_log_group.this[0]"]
    assert (log["name"], log["retention_in_days"], log["tags"]) == ("/ecs/example-labs", 7, {"Team": "platform"})
    assert plan[f"{CLUSTER}aws_ecs_cluster.this"]["tags"] == {"Team": "platform"}


def test_before_the_first_release_the_host_stands_and_the_supervisor_is_absent(plans: dict[str, Plan]) -> None:
    more = plans["ec2_released"].counts - plans["ec2"].counts
    assert more == Counter(aws_ecs_service=1, aws_ecs_task_definition=1, aws_appautoscaling_target=1)
    assert (plans["ec2"].outputs["released"], plans["ec2_released"].outputs["released"]) == (False, True)


def test_one_more_caller_touches_nothing_else(plans: dict[str, Plan]) -> None:
    assert kept(plans["ec2"], plans["ec2_one_more_caller"]) == {}
    assert plans["ec2_one_more_caller"].values.keys() - plans["ec2"].values.keys() == {
        f'{CLUSTER}aws_vpc_security_group_ingress_rule.instance["host/grader"]'
    }
