"""What cloud-init sets up on the cluster's instances, which keep their credentials to themselves."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.plan.ecs_cluster_cases import CASES
from tests.plan.planning import ACCOUNT, REGION, Plan, Planner

LABS = 'aws_launch_template.this["labs"]'


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("ecs_cluster", CASES)


def unit(plan: Plan, name: str) -> list[str]:
    """The lines of a systemd unit that cloud-init writes."""
    return plan.files(LABS)[f"/etc/systemd/system/{name}"].splitlines()


@pytest.mark.proves("IMDSv2 with hop limit 1")
def test_containers_do_not_reach_the_instances_credentials(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    (metadata,) = plan[LABS]["metadata_options"]
    assert metadata == {
        "http_endpoint": "enabled",
        "http_tokens": "required",
        "http_put_response_hop_limit": 1,
        "http_protocol_ipv6": "disabled",
        "instance_metadata_tags": "disabled",
    }
    assert "ECS_AWSVPC_BLOCK_IMDS=true" in plan.files(LABS)["/etc/ecs/ecs.config"].splitlines()
    (command,) = plan.cloud_config(LABS)["bootcmd"]
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
    (command,) = plans["instances"].cloud_config(LABS)["bootcmd"]
    fails = {"missing": "-C", "present": "-N", "broken": "-[NCI]"}[rules]
    script(tmp_path / "iptables", 'echo "iptables $*" >> "$LOG"', f'[[ "$2" != {fails} ]]')
    script(tmp_path / "systemctl", 'echo "systemctl $*" >> "$LOG"')
    log = tmp_path / "log"
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(command, env={"PATH": path, "LOG": str(log)}, check=True)
    assert [" ".join(line.split()[: len(e.split())]) for line, e in zip(lines(log), expected, strict=True)] == expected


def test_a_host_runs_no_privileged_container_unless_told(plans: dict[str, Plan]) -> None:
    assert plans["instances"].files(LABS)["/etc/ecs/ecs.config"].splitlines() == [
        "ECS_CLUSTER=example-test",
        "ECS_AWSVPC_BLOCK_IMDS=true",
        "ECS_DISABLE_PRIVILEGED=true",
    ]
    assert "ECS_DISABLE_PRIVILEGED=false" in plans["every_option"].files(LABS)["/etc/ecs/ecs.config"].splitlines()


@pytest.mark.proves("CloudWatch agent on instances")
def test_the_agent_measures_memory_and_disk_as_the_alarms_read_them(plans: dict[str, Plan]) -> None:
    config = plans["instances"].cloud_config(LABS)
    assert "amazon-cloudwatch-agent" in config["packages"]
    program = "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
    read, start = ("-a", "fetch-config", "-m", "ec2"), ("-s", "-c", "file:/etc/amazon-cloudwatch-agent.json")
    assert config["runcmd"] == [[program, *read, *start]]
    by_group = {"append_dimensions": {"AutoScalingGroupName": "example-test-labs"}}
    # An alarm names the group alone: not the host's name, nor the device that the root happens to be on.
    assert json.loads(plans["instances"].files(LABS)["/etc/amazon-cloudwatch-agent.json"]) == {
        "agent": {"metrics_collection_interval": 60, "omit_hostname": True},
        "metrics": {
            "namespace": "CWAgent",
            "metrics_collected": {
                "mem": {"measurement": ["mem_used_percent"], **by_group},
                "disk": {"measurement": ["disk_used_percent"], "resources": ["/"], "drop_device": True, **by_group},
            },
            "aggregation_dimensions": [["AutoScalingGroupName"]],
        },
    }


@pytest.mark.proves("credential helper on instances")
def test_the_host_logs_in_to_its_own_registry_and_bounds_the_logs_of_containers(plans: dict[str, Plan]) -> None:
    assert "amazon-ecr-credential-helper" in plans["instances"].cloud_config(LABS)["packages"]
    written = plans["instances"].files(LABS)
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    assert json.loads(written["/root/.docker/config.json"]) == {"credHelpers": {registry: "ecr-login"}}
    assert json.loads(written["/etc/docker/daemon.json"]) == {
        "log-driver": "json-file",
        "log-opts": {"max-file": "3", "max-size": "10m"},
    }


def test_everybody_reads_what_is_written_and_runs_the_one_script(plans: dict[str, Plan]) -> None:
    written = plans["every_option"].cloud_config(LABS)["write_files"]
    modes = {file["path"]: file["permissions"] for file in written}
    assert modes.pop("/usr/local/sbin/reap-containers") == "0755"
    assert set(modes.values()) == {"0644"}
    assert len(modes) == 8
    assert not [file["path"] for file in written if not file["content"].endswith(("}", "\n"))]


def test_timers_stand_only_where_they_are_asked_for(plans: dict[str, Plan]) -> None:
    assert not [path for path in plans["instances"].files(LABS) if path.endswith((".timer", ".service"))]
    commands = plans["every_option"].cloud_config(LABS)["runcmd"]
    assert commands[1:] == [
        ["systemctl", "enable", "--now", "--no-block", timer]
        for timer in ("docker-prune.timer", "reap-containers.timer")
    ]
    assert unit(plans["every_option"], "docker-prune.timer") == [
        *("[Timer]", "OnBootSec=2h", "OnUnitActiveSec=2h"),
        *("[Install]", "WantedBy=timers.target"),
    ]
    assert unit(plans["every_option"], "reap-containers.timer") == [
        *("[Timer]", "OnBootSec=5min", "OnUnitActiveSec=5min"),
        *("[Install]", "WantedBy=timers.target"),
    ]


def test_what_docker_no_longer_uses_is_removed_but_for_what_is_young(plans: dict[str, Plan]) -> None:
    assert unit(plans["every_option"], "docker-prune.service") == [
        *("[Unit]", "Description=Remove what Docker no longer uses", "After=docker.service"),
        *("[Service]", "Type=oneshot"),
        "ExecStart=/usr/bin/docker container prune --force --filter until=12h",
        "ExecStart=/usr/bin/docker image prune --force --filter until=12h",
        "ExecStart=/usr/bin/docker builder prune --force --filter until=12h",
        # Docker takes no age for volumes.
        "ExecStart=/usr/bin/docker volume prune --force",
    ]


def test_the_reaper_is_told_what_outlived_its_session(plans: dict[str, Plan]) -> None:
    *unit_itself, command = unit(plans["every_option"], "reap-containers.service")
    assert unit_itself == [
        *("[Unit]", "Description=End containers that outlived their session", "After=docker.service"),
        *("[Service]", "Type=oneshot"),
    ]
    assert command == "ExecStart=/usr/local/sbin/reap-containers rl_sess_ 2880 rl_ws_ 86400"
    alone = unit(plans["containers_alone"], "reap-containers.service")
    assert alone[-1] == "ExecStart=/usr/local/sbin/reap-containers session. 600"


def test_the_reaper_ends_what_is_too_old_and_nothing_else(plans: dict[str, Plan], tmp_path: Path) -> None:
    reaper = tmp_path / "reap-containers"
    reaper.write_text(plans["every_option"].files(LABS)["/usr/local/sbin/reap-containers"])
    reaper.chmod(0o755)
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
    subprocess.run([reaper, "rl_sess_", "2880"], env=environment, check=True)
    assert lines(log) == ["container rm --force --volumes old"]
    subprocess.run([reaper, "rl_sess_", "2880", "rl_ws_", "86400"], env=environment, check=True)
    assert lines(log)[1:] == ["container rm --force --volumes old", "volume rm worn"]


def script(path: Path, *body: str) -> None:
    """A command that stands in for one that this machine does not have, or must not run."""
    path.write_text("\n".join(["#!/bin/bash", *body, ""]), encoding="utf-8")
    path.chmod(0o755)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
