"""The calls of the code runner that are planned, and what exists before."""

from __future__ import annotations

from generator.modules.code_runner import CodeRunner
from tests.plan.planning import ACCOUNT, Inputs

NAMESPACE = f"arn:aws:servicediscovery:us-west-2:{ACCOUNT}:namespace/ns-0123456789abcdef"
EXAMPLE: Inputs = CodeRunner.example
IMAGE = f"{ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/example/runner@sha256:{'a' * 64}"
TOPIC = f"arn:aws:sns:us-west-2:{ACCOUNT}:example-alarms"
BACKEND, GRADER = (f"arn:aws:iam::{ACCOUNT}:role/example-{name}" for name in ("backend", "grader"))
RELEASED: Inputs = {
    **EXAMPLE,
    "name": "example-runner-released",
    "image_parameter": "/example/released/images/runner",
}
SESSIONS = f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/example/sessions"
LOAD_BALANCER = {
    "security_group_id": "sg-0bbbbbbbbbbbbbbb0",
    "target_group_arn": f"arn:aws:elasticloadbalancing:us-west-2:{ACCOUNT}:targetgroup/labs/0123456789abcdef",
}
FARGATE: Inputs = {
    "name": "example-sandbox",
    "engine": "fargate",
    "image_parameter": "/example/test/images/sandbox",
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
    "repository_arn": f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/example/sandbox",
    "cluster_name": "example-test",
    "service_connect_namespace_arn": NAMESPACE,
    "endpoints": {"security_group_id": "sg-0eeeeeeeeeeeeeee0", "s3_prefix_list_id": "pl-0123456789abcdef0"},
    "callers": {"submissions": "sg-0123456789abcdef0"},
    "scaling": {"minimum": 2, "maximum": 2},
}
EC2: Inputs = {
    "name": "example-labs",
    "engine": "ec2",
    "image_parameter": "/example/test/images/labs",
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0"],
    "repository_arn": f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/example/supervisor",
    "acknowledge_privileged": True,
    "acknowledge_internet_egress": True,
    "callers": {"api": "sg-0123456789abcdef0"},
}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "released": RELEASED,
    "every_option": {
        **EXAMPLE,
        "name": "a" * 64,
        "image_parameter": "/every-option",
        "architecture": "ARM64",
        "memory": 10240,
        "timeout": 900,
        "ephemeral_storage": 10240,
        "reserved_concurrency": 1,
        "environment": {"RUNNER_LANGUAGES": "c,cpp"},
        "invoker_role_arns": {"backend": BACKEND, "grader": GRADER},
        "alarms": {"topic_arn": TOPIC, "duration_percent": 80},
        "log_group_name": "/example/runner",
        "log_retention_days": 14,
        "tags": {"Team": "platform"},
    },
    "one_invoker": {
        **EXAMPLE,
        "name": "a" * 64,
        "image_parameter": "/one-invoker",
        "memory": None,
        "log_group_name": "/example/one-invoker",
        "invoker_role_arns": {"grader": GRADER},
        "alarms": {"topic_arn": TOPIC},
    },
    "long_name": {**EXAMPLE, "name": "b" + "a" * 63, "image_parameter": "/long-name"},
    "fargate": FARGATE,
    "fargate_one_more_caller": {**FARGATE, "callers": {**FARGATE["callers"], "grader": "sg-0fedcba9876543210"}},
    "fargate_released": {**FARGATE, "name": "example-sandbox-released", "image_parameter": "/fargate-released"},
    "fargate_every_option": {
        **FARGATE,
        "name": "every-sandbox",
        "image_parameter": "/fargate-every-option",
        "architecture": "ARM64",
        "cpu": 1024,
        "memory": 4096,
        "user": "2000:2000",
        "environment": {"RUNNER_LANGUAGES": "python"},
        "scratch_paths": {"work": "/work"},
        "health_check_command": ["CMD-SHELL", "wget -q -O - http://127.0.0.1:8080/health"],
        "callers": {"grader": "sg-0fedcba9876543210", "submissions": "sg-0123456789abcdef0"},
        "scaling": {
            "minimum": 1,
            "maximum": 3,
            "cpu_percentage": 70,
            "memory_percentage": 80,
            "schedules": {"morning": {"schedule": "cron(0 6 * * ? *)", "minimum": 2, "maximum": 3}},
        },
        "log_group_name": "/ecs/example-test/sandbox",
        "log_retention_days": 60,
        "tags": {"Team": "platform"},
    },
    "ec2": EC2,
    "ec2_one_more_caller": {**EC2, "callers": {**EC2["callers"], "grader": "sg-0fedcba9876543210"}},
    "ec2_long_name": {**EC2, "name": "a" + "b" * 63, "image_parameter": "/ec2-long-name"},
    "ec2_released": {**EC2, "name": "example-labs-released", "image_parameter": "/ec2-released"},
    "ec2_every_option": {
        **EC2,
        "name": "every-labs",
        "image_parameter": "/ec2-every-option",
        "cluster_name": "every-labs-hosts",
        "architecture": "ARM64",
        "acknowledge_internet_egress": False,
        "endpoints": FARGATE["endpoints"],
        "instance_type": "m7g.large",
        "disk_size": 200,
        "max_lifetime_days": 7,
        "cpu": 512,
        "memory": 1024,
        "environment": {"RUNNER_IMAGE": "labs"},
        "scratch_paths": {"tmp": "/tmp", "run": "/run"},
        "health_check_command": ["CMD", "/healthy"],
        "callers": {"api": "sg-0123456789abcdef0", "grader": "sg-0fedcba9876543210"},
        "session_repository_arns": [SESSIONS],
        "prune_unused_hours": 6,
        "reaper": {"container_prefix": "rl_sess_", "container_minutes": 50, "volume_prefix": "rl_ws_"},
        "load_balancer": LOAD_BALANCER,
        "log_group_name": "/ecs/example-labs",
        "log_retention_days": 7,
        "tags": {"Team": "platform"},
    },
}
POINTER, LOG = "aws_ssm_parameter.released_image", "aws_cloudwatch_log_group.this"
FARGATE_SERVICE, SUPERVISOR = 'module.fargate["fargate"].', 'module.supervisor["ec2"].'
PLACES = {
    "released": "",
    "every_option": "",
    "one_invoker": "",
    "fargate_released": FARGATE_SERVICE,
    "fargate_every_option": FARGATE_SERVICE,
    "ec2_released": SUPERVISOR,
    "ec2_every_option": SUPERVISOR,
}
EXISTING = {case: [f"{place}{POINTER}", f"{place}{LOG}"] for case, place in PLACES.items()}
IMAGES = {str(CASES[case]["image_parameter"]): IMAGE for case in EXISTING}
