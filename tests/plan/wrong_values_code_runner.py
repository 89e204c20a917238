"""Wrong values of the code runner."""

from __future__ import annotations

from collections.abc import Mapping

from generator.modules.code_runner import CodeRunner
from tests.plan.code_runner_cases import EC2, FARGATE, LOAD_BALANCER, NAMESPACE, SESSIONS
from tests.plan.wrong_values import IMAGE_PARAMETER, RETENTION, WrongCall, bad_name

PRIVILEGED = "The engine ec2 needs acknowledge_privileged = true: whoever reaches its port is root on the host."
WAY_OUT = "The engine ec2 needs either endpoints or acknowledge_internet_egress = true."
USER = "user must be a user such as 1000, or a user and a group such as 1000:1000, and not root."
ENVIRONMENT = "environment must have names of two or more letters, digits or _, and none of AWS_ or LAMBDA_."
OUT_OF_BOUNDS = ("disk_size must be from 30 to 16384.", "max_lifetime_days must be from 1 to 365.")
OTHER_PROCESSOR = (
    "The engine ec2 needs an instance_type of its architecture: families of ARM64 are such as t4g and m7g."
)
HEALTH_CHECK = "health_check_command must be CMD or CMD-SHELL, and a command."
INVOKERS = "invoker_role_arns must be ARNs of roles, by keys of lower-case letters, digits and hyphens."
CALLERS = "the keys of callers must be lower-case letters, digits and hyphens."
PERCENT = "alarms.duration_percent must be from 1 to 100."
TOPIC = "arn:aws:sns:us-west-2:123456789012:alarms"
ROLE = "arn:aws:iam::123456789012:role/backend"

VALIDATIONS = {
    "code_runner_all": WrongCall(
        "code_runner",
        {
            **CodeRunner.example,
            "name": "a" * 65,
            "image_parameter": "/",
            "subnet_ids": [],
            "architecture": "x86_64",
            "memory": 127,
            "timeout": 901,
            "ephemeral_storage": 511,
            "reserved_concurrency": 0,
            "invoker_role_arns": {"backend": "arn:aws:iam::123456789012:user/backend"},
            "alarms": {"topic_arn": TOPIC, "duration_percent": 101},
            "log_retention_days": -1,
            "repository_arn": "123456789012.dkr.ecr.us-west-2.amazonaws.com/runner",
            "session_repository_arns": ["runner"],
            "callers": {"The backend": "sg-0123456789abcdef0"},
            "user": "a user",
            "health_check_command": ["wget", "http://127.0.0.1:8080/health"],
            "environment": {"AWS_REGION": "us-west-2"},
            "disk_size": 29,
            "max_lifetime_days": 0,
            "prune_unused_hours": 0,
        },
        (
            bad_name(64),
            IMAGE_PARAMETER,
            "subnet_ids must name at least one subnet.",
            "architecture must be one of X86_64, ARM64.",
            "memory must be from 128 to 10240.",
            "timeout must be from 1 to 900.",
            "ephemeral_storage must be from 512 to 10240.",
            "reserved_concurrency must be 1 or more.",
            INVOKERS,
            PERCENT,
            RETENTION,
            "repository_arn must be of ECR repositories.",
            "session_repository_arns must be of ECR repositories.",
            CALLERS,
            USER,
            HEALTH_CHECK,
            ENVIRONMENT,
            *OUT_OF_BOUNDS,
            "prune_unused_hours must be 1 or more.",
        ),
    ),
    # By itself: other checks of the engine look at every variable.
    "code_runner_no_engine": WrongCall(
        "code_runner", {**CodeRunner.example, "engine": "Lambda"}, ("engine must be one of lambda, fargate, ec2.",)
    ),
    "code_runner_too_much": WrongCall(
        "code_runner",
        {
            **CodeRunner.example,
            "memory": 10241,
            "timeout": 0,
            "ephemeral_storage": 10241,
            "alarms": {"topic_arn": TOPIC, "duration_percent": 0},
            "invoker_role_arns": {"Backend": ROLE},
            "user": "root:1000",
            "health_check_command": ["CMD"],
            "environment": {"X": "too short"},
            "disk_size": 16385,
            "max_lifetime_days": 366,
        },
        (
            "memory must be from 128 to 10240.",
            "timeout must be from 1 to 900.",
            "ephemeral_storage must be from 512 to 10240.",
            PERCENT,
            INVOKERS,
            USER,
            HEALTH_CHECK,
            ENVIRONMENT,
            *OUT_OF_BOUNDS,
        ),
    ),
}
# What a variable's default is worth to another engine, off that default.
LAMBDA_ONLY = {
    "timeout": 61,
    "ephemeral_storage": 513,
    "reserved_concurrency": 11,
    "invoker_role_arns": {"backend": ROLE},
    "alarms": {"topic_arn": TOPIC},
}
FARGATE_ONLY = {
    "service_connect_namespace_arn": NAMESPACE,
    "scaling": {"minimum": 1, "maximum": 1},
    "user": "2000",
}
EC2_ONLY = {
    "acknowledge_privileged": True,
    "acknowledge_internet_egress": True,
    "instance_type": "t3.large",
    "disk_size": 51,
    "max_lifetime_days": 7,
    "session_repository_arns": [SESSIONS],
    "prune_unused_hours": 25,
    "reaper": {"container_prefix": "rl_", "container_minutes": 60},
    "load_balancer": LOAD_BALANCER,
}
SERVICE_ONLY = {
    "cluster_name": "example",
    "repository_arn": SESSIONS,
    "cpu": 256,
    "callers": {"api": "sg-0123456789abcdef0"},
    "endpoints": FARGATE["endpoints"],
    "health_check_command": ["CMD", "true"],
    "scratch_paths": {},
}


def unread(engine: str, *groups: Mapping[str, object]) -> str:
    return f"The engine {engine} does not read {', '.join(sorted(name for group in groups for name in group))}."


def without(call: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in call.items() if name not in names}


COMPARISONS = {
    "code_runner_lambda_reads_no_more": WrongCall(
        "code_runner",
        {**CodeRunner.example, "engine": "lambda", **SERVICE_ONLY, **FARGATE_ONLY, **EC2_ONLY},
        (unread("lambda", SERVICE_ONLY, FARGATE_ONLY, EC2_ONLY),),
    ),
    "code_runner_fargate_reads_no_more": WrongCall(
        "code_runner", {**FARGATE, **LAMBDA_ONLY, **EC2_ONLY}, (unread("fargate", LAMBDA_ONLY, EC2_ONLY),)
    ),
    "code_runner_ec2_reads_no_more": WrongCall(
        "code_runner", {**EC2, **LAMBDA_ONLY, **FARGATE_ONLY}, (unread("ec2", LAMBDA_ONLY, FARGATE_ONLY),)
    ),
    "code_runner_fargate_needs": WrongCall(
        "code_runner",
        without(FARGATE, "repository_arn", "cluster_name", "service_connect_namespace_arn", "endpoints", "scaling"),
        ("The engine fargate needs cluster_name, endpoints, repository_arn, scaling, service_connect_namespace_arn.",),
    ),
    "code_runner_ec2_needs": WrongCall(
        "code_runner",
        without(EC2, "repository_arn", "acknowledge_privileged", "acknowledge_internet_egress"),
        ("The engine ec2 needs repository_arn.", PRIVILEGED, WAY_OUT),
    ),
    "code_runner_ec2_arm_on_intel": WrongCall("code_runner", {**EC2, "architecture": "ARM64"}, (OTHER_PROCESSOR,)),
    "code_runner_ec2_intel_on_arm": WrongCall("code_runner", {**EC2, "instance_type": "t4g.large"}, (OTHER_PROCESSOR,)),
    "code_runner_ec2_two_ways_out": WrongCall("code_runner", {**EC2, "endpoints": FARGATE["endpoints"]}, (WAY_OUT,)),
}
