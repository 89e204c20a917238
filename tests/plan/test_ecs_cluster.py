"""The cluster: Fargate and Fargate Spot, and EC2 instances that keep their credentials to themselves."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from generator.modules.ecs_cluster import EcsCluster
from tests.plan.planning import ACCOUNT, REGION, Inputs, Plan, Planner, kept

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/example/runner"
HOST: dict[str, Any] = {"instance_type": "t3.medium", "subnet_ids": ["subnet-0123456789abcdef0"], "maximum": 1}
LABS: dict[str, Any] = {
    **HOST,
    "minimum": 1,
    "target_capacity": 90,
    "max_lifetime_days": 7,
    "instance_refresh": False,
    "root_volume_size": 100,
    "ingress": {"api": {"security_group_id": "sg-0123456789abcdef0", "from_port": 8080, "to_port": 8081}},
    "egress": {
        "https": {"port": 443, "cidr_ipv4": "0.0.0.0/0"},
        "s3": {"port": 443, "prefix_list_id": "pl-0123456789abcdef0"},
        "cache": {"port": 6379, "security_group_id": "sg-0fedcba9876543210"},
    },
    "repository_arns": [REPOSITORY],
    "allow_privileged": True,
    "prune": {"every_hours": 2, "unused_hours": 12},
    "reaper": {"container_prefix": "rl_sess_", "container_minutes": 48, "volume_prefix": "rl_ws_"},
}
WITH_INSTANCES: dict[str, Any] = {
    "name": "example-test",
    "vpc_id": "vpc-0123456789abcdef0",
    "instances": {"labs": HOST},
}
CASES: dict[str, Inputs] = {
    "example": EcsCluster.example,
    "every_option": {
        "name": "a" * 40,
        "container_insights": False,
        "default_capacity_provider_strategy": {"labs": {"weight": 1}},
        "service_connect": True,
        "execute_command_log": {"retention_days": 90, "kms_key_arn": KEY},
        "log_groups": {"/ecs/shared": {"retention_days": 14}},
        "vpc_id": "vpc-0123456789abcdef0",
        "instances": {"labs": LABS},
        "tags": {"Team": "platform"},
    },
    "spot": {
        "name": "example-test",
        "default_capacity_provider_strategy": {"FARGATE": {"weight": 1, "base": 2}, "FARGATE_SPOT": {"weight": 3}},
    },
    "instances": WITH_INSTANCES,
    "more_instances": {
        **WITH_INSTANCES,
        "instances": {"builds": {**HOST, "instance_type": "c7gn.large"}, "labs": HOST},
    },
    "another_way_in": {
        **WITH_INSTANCES,
        "instances": {"labs": {**HOST, "ingress": LABS["ingress"], "egress": LABS["egress"]}},
    },
    "plain_log": {"name": "example-test", "execute_command_log": {}},
    "containers_alone": {
        **WITH_INSTANCES,
        "instances": {"labs": {**HOST, "reaper": {"container_prefix": "session.", "container_minutes": 10}}},
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("ecs_cluster", CASES)


def cloud_config(plan: Plan, key: str = "labs") -> dict[str, Any]:
    """What cloud-init reads on the instances *key*."""
    text = base64.b64decode(plan[f'aws_launch_template.this["{key}"]']["user_data"]).decode()
    first, _, rest = text.partition("\n")
    assert first == "#cloud-config"
    found = json.loads(rest)
    assert isinstance(found, dict)
    return found


def files(plan: Plan, key: str = "labs") -> dict[str, str]:
    """The files that cloud-init writes on the instances *key*, by path."""
    written = cloud_config(plan, key)["write_files"]
    by_path = {file["path"]: file["content"] for file in written}
    assert len(by_path) == len(written)
    return by_path


def test_services_run_on_fargate_unless_they_say_otherwise(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_ecs_cluster=1, aws_ecs_cluster_capacity_providers=1)
    providers = plan["aws_ecs_cluster_capacity_providers.this"]
    assert sorted(providers["capacity_providers"]) == ["FARGATE", "FARGATE_SPOT"]
    (default,) = providers["default_capacity_provider_strategy"]
    assert (default["capacity_provider"], default["weight"], default["base"]) == ("FARGATE", 1, 0)
    assert plan.output_names == {
        "name",
        "arn",
        "service_connect_namespace_arn",
        "execute_command_log_group_name",
        "log_group_names",
        "capacity_providers",
        "autoscaling_group_names",
        "instance_security_group_ids",
        "instance_role_arns",
    }
    assert plan.outputs["capacity_providers"] == {}
    assert plan.outputs["service_connect_namespace_arn"] is None


def test_a_part_of_the_tasks_may_run_on_spot(plans: dict[str, Plan]) -> None:
    strategy = plans["spot"]["aws_ecs_cluster_capacity_providers.this"]["default_capacity_provider_strategy"]
    assert {s["capacity_provider"]: (s["weight"], s["base"]) for s in strategy} == {
        "FARGATE": (1, 2),
        "FARGATE_SPOT": (3, 0),
    }


def test_a_strategy_names_instances_by_their_key(plans: dict[str, Plan]) -> None:
    providers = plans["every_option"]["aws_ecs_cluster_capacity_providers.this"]
    name = f"{'a' * 40}-labs"
    assert sorted(providers["capacity_providers"]) == ["FARGATE", "FARGATE_SPOT", name]
    assert [s["capacity_provider"] for s in providers["default_capacity_provider_strategy"]] == [name]
    assert plans["every_option"].outputs["capacity_providers"] == {"labs": name}
    assert plans["every_option"].outputs["autoscaling_group_names"] == {"labs": name}


@pytest.mark.parametrize(("case", "insights"), [("example", "enabled"), ("every_option", "disabled")])
def test_container_insights_are_on_unless_switched_off(plans: dict[str, Plan], case: str, insights: str) -> None:
    assert plans[case]["aws_ecs_cluster.this"]["setting"] == [{"name": "containerInsights", "value": insights}]


def test_tags_reach_what_the_group_starts(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    tagged = [address for address, values in plan.values.items() if values.get("tags") == {"Team": "platform"}]
    untaggable = {
        "aws_ecs_cluster_capacity_providers.this",
        'aws_iam_role_policy.instance["labs"]',
        'aws_autoscaling_group.this["labs"]',
    }
    assert set(plan.values) - set(tagged) == untaggable
    tags = {tag["key"]: tag for tag in plan['aws_autoscaling_group.this["labs"]']["tag"]}
    assert tags.keys() == {"Team", "Name", "AmazonECSManaged"}
    assert all(tag["propagate_at_launch"] for tag in tags.values())
    (volume,) = plan['aws_launch_template.this["labs"]']["tag_specifications"]
    assert volume == {"resource_type": "volume", "tags": {"Team": "platform"}}


@pytest.mark.parametrize(("case", "encrypted", "days"), [("every_option", True, 90), ("plain_log", False, 30)])
def test_shells_are_logged(plans: dict[str, Plan], case: str, encrypted: bool, days: int) -> None:
    plan = plans[case]
    (configuration,) = plan["aws_ecs_cluster.this"]["configuration"]
    (shells,) = configuration["execute_command_configuration"]
    assert shells["logging"] == "OVERRIDE"
    (log,) = shells["log_configuration"]
    group = plan["aws_cloudwatch_log_group.execute_command[0]"]
    assert log["cloud_watch_log_group_name"] == group["name"]
    assert log["cloud_watch_encryption_enabled"] is encrypted
    assert (group["retention_in_days"], group["kms_key_id"]) == (days, KEY if encrypted else None)


def test_the_namespace_is_the_clusters_default(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan["aws_service_discovery_http_namespace.this[0]"]["name"] == "a" * 40
    assert len(plan["aws_ecs_cluster.this"]["service_connect_defaults"]) == 1


def test_a_new_ami_is_no_change_and_the_processor_decides_it(plans: dict[str, Plan]) -> None:
    path = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023"
    plan = plans["more_instances"]
    assert plan['aws_launch_template.this["labs"]']["image_id"] == f"{path}/recommended/image_id"
    assert plan['aws_launch_template.this["builds"]']["image_id"] == f"{path}/arm64/recommended/image_id"


@pytest.mark.proves("IMDSv2 with hop limit 1")
def test_containers_do_not_reach_the_instances_credentials(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    (metadata,) = plan['aws_launch_template.this["labs"]']["metadata_options"]
    assert metadata == {
        "http_endpoint": "enabled",
        "http_tokens": "required",
        "http_put_response_hop_limit": 1,
        "http_protocol_ipv6": "disabled",
        "instance_metadata_tags": "disabled",
    }
    assert "ECS_AWSVPC_BLOCK_IMDS=true" in files(plan)["/etc/ecs/ecs.config"].splitlines()
    (command,) = cloud_config(plan)["bootcmd"]
    assert "-I DOCKER-USER -d 169.254.169.254/32 -j DROP" in command[2]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("missing", ["iptables -w -N", "iptables -w -C", "iptables -w -I"]),
        ("present", ["iptables -w -N", "iptables -w -C"]),
        ("broken", ["iptables -w -N", "iptables -w -C", "iptables -w -I", "systemctl mask"]),
    ],
)
def test_docker_does_not_start_without_the_rule(
    plans: dict[str, Plan], tmp_path: Path, rules: str, expected: list[str]
) -> None:
    (command,) = cloud_config(plans["instances"])["bootcmd"]
    fails = {"missing": "-C", "present": "-N", "broken": "-[NCI]"}[rules]
    script(tmp_path / "iptables", 'echo "iptables $*" >> "$LOG"', f'[[ "$2" != {fails} ]]')
    script(tmp_path / "systemctl", 'echo "systemctl $*" >> "$LOG"')
    log = tmp_path / "log"
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(command, env={"PATH": path, "LOG": str(log)}, check=True)
    assert [" ".join(line.split()[: len(e.split())]) for line, e in zip(lines(log), expected, strict=True)] == expected


def test_the_disk_is_encrypted_and_the_address_private(plans: dict[str, Plan]) -> None:
    template = plans["every_option"]['aws_launch_template.this["labs"]']
    (device,) = template["block_device_mappings"]
    (disk,) = device["ebs"]
    assert device["device_name"] == "/dev/xvda"
    assert {k: disk[k] for k in ("volume_type", "volume_size", "encrypted", "delete_on_termination")} == {
        "volume_type": "gp3",
        "volume_size": 100,
        "encrypted": "true",
        "delete_on_termination": "true",
    }
    (interface,) = template["network_interfaces"]
    assert interface["associate_public_ip_address"] == "false"
    assert (template["key_name"], template["instance_type"]) == (None, "t3.medium")


@pytest.mark.proves("instance role", "SSM access to instances")
def test_the_role_has_what_a_host_needs_and_nothing_else(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    statements = plan.statements('aws_iam_role_policy.instance["labs"]')
    assert statements.keys() == {
        *("JoinCluster", "TakeOrders", "TagItself", "FindService", "OpenShells", "WriteMetrics"),
        *("LogInToRegistry", "PullImages"),
    }
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{'a' * 40}"
    assert statements["JoinCluster"]["Resource"] == cluster
    assert statements["TakeOrders"]["Condition"] == {"ArnEquals": {"ecs:cluster": cluster}}
    assert statements["PullImages"]["Resource"] == [REPOSITORY]
    everywhere = {sid for sid, s in statements.items() if s["Resource"] == "*"}
    assert everywhere == {"FindService", "OpenShells", "WriteMetrics", "LogInToRegistry"}
    assert statements["WriteMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "CWAgent"}}
    actions = {action for s in statements.values() for action in s["Action"]}
    assert not [a for a in actions if "*" in a or a.startswith(("iam:", "s3:", "ssm:Get", "sts:", "ec2:"))]
    trust = plan.statements('aws_iam_role.instance["labs"]', "assume_role_policy")
    assert trust["AssumeRole"]["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_a_host_that_pulls_nothing_itself_may_not_log_in_to_the_registry(plans: dict[str, Plan]) -> None:
    statements = plans["instances"].statements('aws_iam_role_policy.instance["labs"]')
    assert not statements.keys() & {"LogInToRegistry", "PullImages"}


def test_ecs_scales_and_drains_the_group(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    group = plan['aws_autoscaling_group.this["labs"]']
    assert (group["min_size"], group["max_size"], group["protect_from_scale_in"]) == (0, 1, True)
    assert group["vpc_zone_identifier"] == ["subnet-0123456789abcdef0"]
    assert plan.unknown['aws_autoscaling_group.this["labs"]']["desired_capacity"] is True
    (provider,) = plan['aws_ecs_capacity_provider.this["labs"]']["auto_scaling_group_provider"]
    assert (provider["managed_draining"], provider["managed_termination_protection"]) == ("ENABLED", "ENABLED")
    (scaling,) = provider["managed_scaling"]
    assert (scaling["status"], scaling["target_capacity"]) == ("ENABLED", 100)
    (refresh,) = group["instance_refresh"]
    assert refresh["strategy"] == "Rolling"
    assert refresh["preferences"][0]["scale_in_protected_instances"] == "Refresh"


def test_instances_with_a_lifetime_are_replaced_whatever_runs_on_them(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    group = plan['aws_autoscaling_group.this["labs"]']
    assert (group["max_instance_lifetime"], group["protect_from_scale_in"]) == (7 * 86400, False)
    assert group["instance_refresh"] == []
    (provider,) = plan['aws_ecs_capacity_provider.this["labs"]']["auto_scaling_group_provider"]
    assert provider["managed_termination_protection"] == "DISABLED"
    assert provider["managed_scaling"][0]["target_capacity"] == 90


def test_a_host_runs_no_privileged_container_unless_told(plans: dict[str, Plan]) -> None:
    assert files(plans["instances"])["/etc/ecs/ecs.config"].splitlines() == [
        "ECS_CLUSTER=example-test",
        "ECS_AWSVPC_BLOCK_IMDS=true",
        "ECS_DISABLE_PRIVILEGED=true",
    ]
    assert "ECS_DISABLE_PRIVILEGED=false" in files(plans["every_option"])["/etc/ecs/ecs.config"].splitlines()


@pytest.mark.proves("CloudWatch agent on instances")
def test_the_agent_measures_memory_and_disk_as_the_alarms_read_them(plans: dict[str, Plan]) -> None:
    config = cloud_config(plans["instances"])
    assert "amazon-cloudwatch-agent" in config["packages"]
    (agent,) = [c for c in config["runcmd"] if "amazon-cloudwatch-agent-ctl" in c[0]]
    metrics = json.loads(files(plans["instances"])[agent[-1].removeprefix("file:")])["metrics"]
    assert metrics["namespace"] == "CWAgent"
    assert metrics["aggregation_dimensions"] == [["AutoScalingGroupName"]]
    for collected in metrics["metrics_collected"].values():
        assert collected["append_dimensions"] == {"AutoScalingGroupName": "example-test-labs"}
    measured = {m for collected in metrics["metrics_collected"].values() for m in collected["measurement"]}
    assert measured == {"mem_used_percent", "disk_used_percent"}


@pytest.mark.proves("credential helper on instances")
def test_the_host_logs_in_to_its_own_registry_and_bounds_the_logs_of_containers(plans: dict[str, Plan]) -> None:
    assert "amazon-ecr-credential-helper" in cloud_config(plans["instances"])["packages"]
    written = files(plans["instances"])
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    assert json.loads(written["/root/.docker/config.json"]) == {"credHelpers": {registry: "ecr-login"}}
    assert json.loads(written["/etc/docker/daemon.json"])["log-opts"] == {"max-file": "3", "max-size": "10m"}


def test_timers_stand_only_where_they_are_asked_for(plans: dict[str, Plan]) -> None:
    assert not [path for path in files(plans["instances"]) if path.endswith((".timer", ".service"))]
    plan = plans["every_option"]
    written = files(plan)
    assert "--filter until=12h" in written["/etc/systemd/system/docker-prune.service"]
    assert "OnUnitActiveSec=2h" in written["/etc/systemd/system/docker-prune.timer"].splitlines()
    reap = "ExecStart=/usr/local/sbin/reap-containers rl_sess_ 2880 rl_ws_ 86400"
    assert reap in written["/etc/systemd/system/reap-containers.service"].splitlines()
    enabled = [c[-1] for c in cloud_config(plan)["runcmd"] if c[0] == "systemctl"]
    assert enabled == ["docker-prune.timer", "reap-containers.timer"]
    alone = files(plans["containers_alone"])["/etc/systemd/system/reap-containers.service"]
    assert "ExecStart=/usr/local/sbin/reap-containers session. 600" in alone.splitlines()


def test_the_reaper_ends_what_is_too_old_and_nothing_else(plans: dict[str, Plan], tmp_path: Path) -> None:
    reaper = tmp_path / "reap-containers"
    reaper.write_text(files(plans["every_option"])["/usr/local/sbin/reap-containers"])
    script(
        tmp_path / "docker",
        'case "$*" in',
        '"container ls --all --quiet --filter name=^/?rl_sess_") printf "old\\nnew\\ngone\\n" ;;',
        '"volume ls --quiet --filter name=^rl_ws_") printf "worn\\nfresh\\n" ;;',
        '*"inspect"*" old" | *"inspect"*" worn") echo 2024-01-01T00:00:00.123456789Z ;;',
        '*"inspect"*" gone") exit 1 ;;',
        '*"inspect"*) date --utc --iso-8601=ns ;;',
        '*) echo "$*" >> "$LOG" ;;',
        "esac",
    )
    log = tmp_path / "log"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(log)}
    subprocess.run(["bash", reaper, "rl_sess_", "2880"], env=environment, check=True)
    assert lines(log) == ["container rm --force --volumes old"]
    subprocess.run(["bash", reaper, "rl_sess_", "2880", "rl_ws_", "86400"], env=environment, check=True)
    assert lines(log)[1:] == ["container rm --force --volumes old", "volume rm worn"]


def test_only_named_groups_reach_an_instance_and_it_reaches_only_what_is_named(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    assert plan.counts["aws_vpc_security_group_ingress_rule"] == 0
    way_out = plan['aws_vpc_security_group_egress_rule.instance["labs/https"]']
    assert (way_out["cidr_ipv4"], way_out["from_port"], way_out["to_port"]) == ("0.0.0.0/0", 443, 443)
    plan = plans["every_option"]
    way_in = plan['aws_vpc_security_group_ingress_rule.instance["labs/api"]']
    assert (way_in["referenced_security_group_id"], way_in["cidr_ipv4"]) == ("sg-0123456789abcdef0", None)
    assert (way_in["from_port"], way_in["to_port"], way_in["ip_protocol"]) == (8080, 8081, "tcp")
    store = plan['aws_vpc_security_group_egress_rule.instance["labs/s3"]']
    assert (store["prefix_list_id"], store["cidr_ipv4"]) == ("pl-0123456789abcdef0", None)
    cache = plan['aws_vpc_security_group_egress_rule.instance["labs/cache"]']
    assert (cache["referenced_security_group_id"], cache["from_port"]) == ("sg-0fedcba9876543210", 6379)


@pytest.mark.proves("adding a capacity provider touches nothing else")
def test_more_instances_leave_the_others_alone(plans: dict[str, Plan]) -> None:
    # Only the association is another: it names all capacity providers.
    assert kept(plans["instances"], plans["more_instances"]) == {"aws_ecs_cluster_capacity_providers.this": "changed"}


def test_rules_of_one_name_leave_the_others_alone(plans: dict[str, Plan]) -> None:
    assert kept(plans["instances"], plans["another_way_in"]) == {}


def test_options_leave_the_rest_alone(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["spot"]) == {"aws_ecs_cluster_capacity_providers.this": "changed"}
    assert kept(plans["example"], plans["plain_log"]) == {"aws_ecs_cluster.this": "changed"}


def script(path: Path, *body: str) -> None:
    """A command that stands in for one that this machine does not have, or must not run."""
    path.write_text("\n".join(["#!/bin/bash", *body, ""]), encoding="utf-8")
    path.chmod(0o755)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
