"""What the module ecs_cluster refuses."""

from __future__ import annotations

from collections.abc import Mapping

from tests.plan.ecs_cluster_cases import HOST, WITH_INSTANCES
from tests.plan.wrong_values import WrongCall, bad_name

STRATEGY = "default_capacity_provider_strategy"
WEIGHTS = f"{STRATEGY} must have weights from 0 to 1000, and one above 0."
BASES = f"{STRATEGY} must have a base from 0 to 100000, and above 0 only once."
NAMES = f"{STRATEGY} must name FARGATE, FARGATE_SPOT or keys of instances."
MIXED = f"{STRATEGY} cannot mix Fargate with instances: ECS takes one or the other."
KEYS = "the keys of instances must be 1 to 18 lower-case letters, digits or hyphens, starting with a letter."
TOO_MANY = "instances may have 18 keys: ECS takes 20 capacity providers, Fargate's two included."
RESERVED = "name must not start with aws, ecs or fargate where there are instances: ECS keeps those names."
NO_VPC = "instances need vpc_id."
TYPES = "instances must have an instance_type such as t3.medium."
SUBNETS = "instances must name at least one subnet."
SIZES = "instances must have a minimum from 0 to their maximum, and a maximum of 1 or more."
TARGET = "instances must have a target_capacity from 1 to 100."
LIFETIME = "instances must have max_lifetime_days from 1 to 365."
DISK = "instances must have a root_volume_size from 30 to 16384."
INGRESS = "the ingress of instances must have ports from 1 to 65535, from_port up to to_port."
SSH = "the ingress of instances must leave out port 22: Session Manager opens shells, without SSH."
EGRESS = "the egress of instances must have a port from 1 to 65535, and one target of three kinds."
REPOSITORIES = "the repository_arns of instances must be ARNs of ECR repositories."
PRUNE = "the prune of instances must have every_hours and unused_hours of 1 or more, whole numbers."
REAPER = "the reaper of instances must have whole minutes of 1 or more, and prefixes that ECS does not use."
KMS = "execute_command_log.kms_key_arn must be the ARN of a KMS key."
PERIODS = (
    "execute_command_log.retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, "
    "1096, 1827, 2192, 2557, 2922, 3288, 3653."
)
LOG_NAMES = "log_groups must have names of 1 to 512 letters, digits and _ . / # -."
LOG_KEY = "the kms_key_arn of log_groups must be the ARN of a KMS key."
LOG_PERIODS = PERIODS.replace("execute_command_log.retention_days", "the retention_days of log_groups")
GROUP = "sg-0123456789abcdef0"


def call(inputs: Mapping[str, object], *messages: str) -> WrongCall:
    return WrongCall("ecs_cluster", {**WITH_INSTANCES, **inputs}, messages)


def host(settings: Mapping[str, object], *messages: str) -> WrongCall:
    """A call with two groups of instances, of which the second is wrong."""
    return call({"instances": {"labs": HOST, "wrong": {**HOST, **settings}}}, *messages)


def ingress(first: int, last: int) -> dict[str, object]:
    return {"ingress": {"api": {"security_group_id": GROUP, "from_port": first, "to_port": last}}}


def egress(**rule: object) -> dict[str, object]:
    return {"egress": {"https": {"port": 443, "cidr_ipv4": "0.0.0.0/0"}, "other": rule}}


def reaper(**settings: object) -> dict[str, object]:
    return {"reaper": {"container_prefix": "session_", "container_minutes": 48, **settings}}


VALIDATIONS = {
    "ecs_cluster_all": call(
        {
            "execute_command_log": {"retention_days": 2, "kms_key_arn": "alias/logs"},
            "log_groups": {"/ecs/a b": {}, "/ecs/c": {"retention_days": 2, "kms_key_arn": "alias/logs"}},
            "instances": {
                "Labs": {
                    "instance_type": "medium",
                    "subnet_ids": [],
                    "minimum": 2,
                    "maximum": 1,
                    "target_capacity": 0,
                    "max_lifetime_days": 0,
                    "root_volume_size": 29,
                    "repository_arns": ["example/runner"],
                    "prune": {"every_hours": 0},
                    **ingress(8080, 8079),
                    **egress(port=0, cidr_ipv4="10.0.0.0/16"),
                    **reaper(container_prefix="a b"),
                }
            },
        },
        *(PERIODS, KMS, LOG_NAMES, LOG_PERIODS, LOG_KEY, KEYS, TYPES, SUBNETS, SIZES, TARGET, LIFETIME, DISK),
        *(INGRESS, EGRESS, REPOSITORIES, PRUNE, REAPER),
    ),
    # By itself: what reads the name is not looked at where it is wrong.
    "ecs_cluster_name": call({"name": "1"}, bad_name(40)),
    "ecs_cluster_long_key": call({"instances": {"a" * 19: HOST}}, KEYS),
    "ecs_cluster_too_many_keys": call({"instances": {f"group-{n}": HOST for n in range(19)}}, TOO_MANY),
    "ecs_cluster_negative_minimum": host({"minimum": -1}, SIZES),
    "ecs_cluster_no_maximum": host({"minimum": 0, "maximum": 0}, SIZES),
    "ecs_cluster_full_target": host({"target_capacity": 101}, TARGET),
    "ecs_cluster_long_life": host({"max_lifetime_days": 366}, LIFETIME),
    "ecs_cluster_large_disk": host({"root_volume_size": 16385}, DISK),
    "ecs_cluster_ssh": host(ingress(22, 22), SSH),
    "ecs_cluster_ssh_among_others": host(ingress(1, 1024), SSH),
    "ecs_cluster_ingress_from_0": host(ingress(0, 21), INGRESS),
    "ecs_cluster_ingress_too_far": host(ingress(8080, 65536), INGRESS),
    "ecs_cluster_egress_nowhere": host(egress(port=443), EGRESS),
    "ecs_cluster_egress_twice": host(egress(port=443, cidr_ipv4="10.0.0.0/16", security_group_id=GROUP), EGRESS),
    "ecs_cluster_egress_too_far": host(egress(port=65536, prefix_list_id="pl-01234567"), EGRESS),
    "ecs_cluster_prune_sometimes": host({"prune": {"unused_hours": 1.5}}, PRUNE),
    "ecs_cluster_reaper_of_ecs": host(reaper(container_prefix="ecs-labs"), REAPER),
    "ecs_cluster_reaper_of_all": host(reaper(container_prefix="e"), REAPER),
    "ecs_cluster_reaper_of_odd_volumes": host(reaper(volume_prefix="$(reboot)"), REAPER),
    "ecs_cluster_reaper_at_once": host(reaper(container_minutes=0), REAPER),
    "ecs_cluster_reaper_of_volumes_at_once": host(reaper(volume_minutes=0.5), REAPER),
    "ecs_cluster_no_weight": call({STRATEGY: {"FARGATE": {"weight": 0}, "FARGATE_SPOT": {"weight": 0}}}, WEIGHTS),
    "ecs_cluster_heavy": call({STRATEGY: {"FARGATE": {"weight": 1001}}}, WEIGHTS),
    "ecs_cluster_negative_weight": call(
        {STRATEGY: {"FARGATE": {"weight": 1}, "FARGATE_SPOT": {"weight": -1}}}, WEIGHTS
    ),
    "ecs_cluster_two_bases": call(
        {STRATEGY: {"FARGATE": {"weight": 1, "base": 1}, "FARGATE_SPOT": {"weight": 1, "base": 1}}}, BASES
    ),
    "ecs_cluster_negative_base": call({STRATEGY: {"FARGATE": {"weight": 1, "base": -1}}}, BASES),
    "ecs_cluster_mixed_strategy": call({STRATEGY: {"FARGATE": {"weight": 1}, "labs": {"weight": 1}}}, MIXED),
    "ecs_cluster_large_base": call({STRATEGY: {"FARGATE": {"weight": 1, "base": 100001}}}, BASES),
}
COMPARISONS = {
    "ecs_cluster_reserved_name": call({"name": "ecs-labs"}, RESERVED),
    "ecs_cluster_no_vpc": WrongCall("ecs_cluster", {"name": "example-test", "instances": {"labs": HOST}}, (NO_VPC,)),
    "ecs_cluster_unknown_provider": call({STRATEGY: {"LABS": {"weight": 1}}}, NAMES),
}
