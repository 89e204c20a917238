"""The calls of the module ecs_service that its plan tests are about, and their plans after a first release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.modules.ecs_service import EcsService
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner

EXAMPLE: Inputs = EcsService.example
IMAGE = f"{ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/example/backend@sha256:{'a' * 64}"
PROXY = f"public.ecr.aws/example/proxy@sha256:{'b' * 64}"
TARGET_GROUP = f"arn:aws:elasticloadbalancing:us-west-2:{ACCOUNT}:targetgroup/web/0123456789abcdef"
LOAD_BALANCER = f"arn:aws:elasticloadbalancing:us-west-2:{ACCOUNT}:loadbalancer/app/web/fedcba9876543210"
BALANCER = {"security_group_id": "sg-0123456789abcdef0", "target_group_arn": TARGET_GROUP}
# All that Docker gives but CHOWN, NET_BIND_SERVICE, SETGID and SETUID, which servers that start as root need.
DROPPED_OF_ROOT = [
    *("AUDIT_WRITE", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL"),
    *("MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"),
]
CALLER, DATABASE, FILES = "sg-0000000000000000a", "sg-0000000000000000b", "sg-0000000000000000c"
POINTER = "aws_ssm_parameter.released_image"
PARAMETER = f"arn:aws:ssm:us-west-2:{ACCOUNT}:parameter/example/test/key"
SECRET = f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:token-AbCdEf"


def case(name: str, **inputs: object) -> dict[str, Any]:
    """The example with names of its own, so that cases exist beside each other, and *inputs*."""
    own = {"name": name, "image_parameter": f"/{name}/image", "log_group_name": f"/ecs/{name}"}
    return {**EXAMPLE, **own, **inputs}


def more(before: Mapping[str, Any], **inputs: object) -> dict[str, Any]:
    """The call *before* of a caller who then adds *inputs*. Two pointers cannot share a name."""
    return {**before, "image_parameter": f"{before['image_parameter']}-more", **inputs}


RELEASED: dict[str, Inputs] = {
    "released": case("released"),
    "fixed": case(
        "fixed",
        port=80,
        user="root",
        load_balancer=BALANCER,
        scaling={"minimum": 1, "maximum": 1},
        deployment="recreate",
    ),
    "every_option": case(
        "every-option",
        cpu=512,
        memory=4096,
        ephemeral_storage=200,
        architecture="ARM64",
        command=["serve", "--port", "3000"],
        environment={"MODE": "test", "PRICE": "${5}"},
        secrets={"KEY": PARAMETER, "TOKEN": SECRET, "USER": f"{SECRET}:user::"},
        user="0:0",
        read_only_root=False,
        scratch_paths={"scratch": "/scratch", "cache": "/var/cache"},
        permissions={"ReadTraces": {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::traces/*"]}},
        execute_command=True,
        load_balancer=BALANCER,
        health_check_grace_period=120,
        scaling={
            "minimum": 2,
            "maximum": 4,
            "cpu_percentage": 70,
            "memory_percentage": 80,
            "cooldown_in": 300,
            "cooldown_out": 30,
        },
        deployment="recreate",
        ingress={"caller": {"security_group_id": CALLER}},
        egress={"database": {"port": 5432, "security_group_id": DATABASE}},
        log_retention_days=14,
        tags={"Team": "platform"},
    ),
    # The longest name, with every resource that adds to it.
    "long_name": case(
        "b" + "a" * 239,
        load_balancer={**BALANCER, "arn": LOAD_BALANCER},
        ingress={"caller": {"security_group_id": CALLER}},
        egress={"database": {"port": 5432, "security_group_id": DATABASE}},
        scaling={
            "minimum": 0,
            "maximum": 1,
            "cpu_percentage": 50,
            "memory_percentage": 50,
            "requests_per_target": 50,
            "schedules": {"a" * 14: {"schedule": "at(2030-01-01T00:00:00)", "minimum": 0, "maximum": 0}},
        },
    ),
}
SIDECARS: dict[str, Any] = {
    "migrate": {
        "image": PROXY,
        "essential": False,
        "command": ["migrate", "up"],
        "environment": {"MODE": "once"},
        "secrets": {"KEY": PARAMETER, "PASSWORD": f"{SECRET}:password::"},
        "user": "root",
        "read_only_root": False,
        "scratch_paths": {"shared": "/work", "own": "/var/tmp"},
        "main_waits_for": "SUCCESS",
        "cpu": 64,
        "memory": 128,
        "repository_arn": f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/example/migrate",
    },
    "proxy": {
        "image_parameter": "/sidecars/proxy",
        "health_check": {"command": ["CMD", "/healthy"], "interval": 10, "timeout": 3, "retries": 2, "start_period": 7},
        "depends_on": {"migrate": "COMPLETE", "main": "HEALTHY", "late": "START"},
    },
    # Not released yet: its parameter says nothing.
    "late": {"image_parameter": "/sidecars/late"},
}
RELEASED["pulled"] = case("pulled", sidecars={"migrate": SIDECARS["migrate"]}, secrets={"TOKEN": SECRET})
WITH_SIDECARS = case(
    "sidecars",
    scratch_paths={"shared": "/shared"},
    secrets={"KEY": PARAMETER},
    health_check={"command": ["CMD-SHELL", "curl -f localhost:3000"]},
    sidecars=SIDECARS,
)
ON_EC2 = case(
    "bridge",
    compatibility="EC2",
    network_mode="bridge",
    deployment="recreate",
    vpc_id=None,
    subnet_ids=[],
    cpu=200,
    memory=300,
    user="root",
    privileged=True,
    acknowledge_host_access=True,
    host_volumes={
        "docker": {"host_path": "/var/run/docker.sock", "container_path": "/var/run/docker.sock", "read_only": False},
        "sys": {"host_path": "/sys", "container_path": "/host/sys"},
    },
    load_balancer=BALANCER,
    scaling={"minimum": 1, "maximum": 1},
)
ON_SPOT = case("spot", capacity_providers={"FARGATE": {"base": 1}, "FARGATE_SPOT": {"weight": 3}})
FILE_SYSTEM = {
    "file_system_id": "fs-0123456789abcdef0",
    "access_point_id": "fsap-0123456789abcdef0",
    "container_path": "/files",
}
WITH_FILES = case(
    "files",
    scratch_paths={"tmp": "/tmp"},
    efs_volumes={"files": FILE_SYSTEM},
    https_egress=False,
    egress={
        "files": {"port": 2049, "security_group_id": FILES},
        "https": {"port": 443, "prefix_list_id": "pl-0123456789abcdef0", "description": "AWS"},
        "database": {"port": 5432, "cidr_ipv4": "10.0.10.0/24"},
    },
    ingress={
        "web": {"security_group_id": CALLER},
        "admin": {"security_group_id": DATABASE, "description": "Operators"},
    },
    xray=True,
)
SCHEDULES = {
    "night": {"schedule": "cron(0 20 ? * * *)", "time_zone": "Europe/Berlin", "minimum": 0, "maximum": 0},
    "launch": {"schedule": "at(2030-01-01T08:00:00)", "minimum": 4, "maximum": 8},
}
SCALED = case(
    "scaled",
    load_balancer={**BALANCER, "arn": LOAD_BALANCER},
    scaling={"minimum": 1, "maximum": 8, "requests_per_target": 1000, "schedules": SCHEDULES},
)
READ_ONLY = {**FILE_SYSTEM, "file_system_id": "fs-0fedcba9876543210", "container_path": "/more", "read_only": True}
# Once released, and with nothing else applied before.
POINTED: dict[str, Inputs] = {
    "sidecars": WITH_SIDECARS,
    "more_sidecars": more(
        WITH_SIDECARS,
        sidecars={
            "migrate": SIDECARS["migrate"],
            "proxy": {**SIDECARS["proxy"], "image_parameter": "/sidecars/proxy-more"},
            "late": {"image_parameter": "/sidecars/late-more"},
            "log-router": {"image": PROXY, "health_check": {"command": ["CMD", "/healthy"]}},
        },
    ),
    "bridge": ON_EC2,
    "instances": case(
        "instances",
        compatibility="EC2",
        capacity_providers={"example-instances": {}},
        acknowledge_host_access=True,
        host_volumes={"data": {"host_path": "/data", "container_path": "/data"}},
    ),
    "plain_ec2": case("plain-ec2", compatibility="EC2"),
    "spot": ON_SPOT,
    "more_spot": more(ON_SPOT, capacity_providers={"FARGATE": {"base": 1}, "FARGATE_SPOT": {"weight": 9}}),
    "files": WITH_FILES,
    "more_files": more(
        WITH_FILES,
        efs_volumes={**WITH_FILES["efs_volumes"], "more-files": READ_ONLY},
        scratch_paths={**WITH_FILES["scratch_paths"], "cache": "/cache"},
        egress={**WITH_FILES["egress"], "cache": {"port": 6379, "security_group_id": DATABASE}},
        ingress={**WITH_FILES["ingress"], "api": {"security_group_id": FILES}},
    ),
    "scaled": SCALED,
    "more_schedules": more(
        SCALED,
        scaling={
            **SCALED["scaling"],
            "schedules": {**SCHEDULES, "day": {"schedule": "cron(0 8 ? * * *)", "minimum": 1, "maximum": 8}},
        },
    ),
    "server": case(
        "server",
        service_connect={
            "namespace": "example-test",
            "server": {"port_name": "backend", "dns_name": "backend.internal", "protocol": "grpc"},
        },
    ),
    "plain_server": case(
        "plain-server", service_connect={"namespace": "example-test", "server": {"port_name": "backend"}}
    ),
    "shared_log": case(
        "example-test-shared",
        log_group_name="/ecs/example-test",
        log_retention_days=None,
        service_connect={"namespace": "example-test"},
    ),
    "client": case("client", service_connect={"namespace": "arn:aws:servicediscovery:us-west-2:1:namespace/ns-1"}),
}
# The least MB of memory that a Fargate task of so many CPU units has, the next, and the most
# (Amazon ECS developer guide, "Task CPU and memory").
FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: (1024, 2048, 4096),
    1024: (2048, 3072, 8192),
    2048: (4096, 5120, 16384),
    4096: (8192, 9216, 30720),
    8192: (16384, 20480, 61440),
    16384: (32768, 40960, 122880),
}
SIZED: dict[str, Inputs] = {
    f"size_{cpu}_{memory}": case(f"size-{cpu}-{memory}", cpu=cpu, memory=memory)
    for cpu, sizes in FARGATE_MEMORY.items()
    for memory in sizes
}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    **SIZED,
    **RELEASED,
    # As `released`, but for a second metric.
    "also_memory": more(
        RELEASED["released"], scaling={"minimum": 1, "maximum": 10, "cpu_percentage": 70, "memory_percentage": 80}
    ),
    **POINTED,
}


def planned(planner: Planner) -> dict[str, Plan]:
    """The plans of CASES: of all but the example and the sizes, an image has been released."""
    without_image = {"example", *SIZED}
    existing = {name: [POINTER, "aws_cloudwatch_log_group.this"] for name in RELEASED}
    existing |= {name: [POINTER] for name in CASES if name not in {*without_image, *RELEASED}}
    existing |= {name: [POINTER, "aws_ssm_parameter.sidecar_image"] for name in ("sidecars", "more_sidecars")}
    images = {str(inputs["image_parameter"]): IMAGE for name, inputs in CASES.items() if name not in without_image}
    images |= {"/sidecars/proxy": PROXY, "/sidecars/proxy-more": PROXY}
    # What others refer to by an ARN that only AWS gives.
    existing["every_option"] += ["aws_iam_role.execution", "aws_iam_role.task"]
    return planner.plan("ecs_service", CASES, existing=existing, images=images)


def containers(plan: Plan) -> dict[str, dict[str, Any]]:
    """The containers of the one task definition, by name, in their order."""
    (definition,) = (v for a, v in plan.values.items() if a.startswith("aws_ecs_task_definition."))
    found = json.loads(definition["container_definitions"])
    by_name = {container["name"]: container for container in found}
    assert len(by_name) == len(found)
    return by_name
