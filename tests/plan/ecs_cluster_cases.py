"""The calls of the cluster whose plans its tests read."""

from __future__ import annotations

from typing import Any

from generator.modules.ecs_cluster import EcsCluster
from tests.plan.planning import ACCOUNT, REGION, Inputs

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
