"""What each module refuses: calls with wrong values, and the whole message of every validation and precondition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.modules.alb import Alb
from generator.modules.bucket import Bucket
from generator.modules.code_runner import CodeRunner
from generator.modules.container_registry import ContainerRegistry
from generator.modules.dns_certificate import DnsCertificate
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.ecs_service import EcsService
from generator.modules.secrets import Secrets
from generator.modules.state_backend import StateBackend
from generator.modules.vpc import Vpc


@dataclass(frozen=True)
class WrongCall:
    """A call of *module* that must be refused with exactly *messages*."""

    module: str
    inputs: Mapping[str, object]
    messages: tuple[str, ...]


RETENTION = (
    "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, "
    "1096, 1827, 2192, 2557, 2922, 3288, 3653."
)
IMAGE_PARAMETER = "image_parameter must be a path such as /system/environment/images/name."
TARGET_GROUP = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef"
ROUTE = {"priority": 1, "target_group": "web", "hosts": ["example.com"]}


def bad_name(limit: int) -> str:
    return f"name must be 2 to {limit} lower-case letters, digits or hyphens, starting with a letter."


def bad_ranges(name: str) -> str:
    return f"{name} must be IPv4 ranges such as 10.0.1.0/24."


# Terraform evaluates all validations of a call, so that one call shows the messages of all its variables.
VALIDATIONS = {
    "vpc_all": WrongCall(
        "vpc",
        {
            "name": "Example",
            "cidr": "10.0.0.0/29",
            "public_subnets": {"us-west-2a": "10.0.1.0"},
            "private_subnets": {"us-west-2a": "10.0.300.0/24"},
            "isolated_subnets": {"us-west-2a": "2001:db8::/64"},
            "log_retention_days": 0,
        },
        (
            bad_name(40),
            "cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16.",
            *(bad_ranges(f"{tier}_subnets") for tier in ("public", "private", "isolated")),
            RETENTION,
        ),
    ),
    "vpc_too_wide": WrongCall(
        "vpc",
        {**Vpc.example, "cidr": "10.0.0.0/15"},
        ("cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16.",),
    ),
    "vpc_no_range": WrongCall(
        "vpc",
        {**Vpc.example, "cidr": "10.0.0.0"},
        ("cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16.",),
    ),
    "vpc_long_name": WrongCall("vpc", {**Vpc.example, "name": "a" * 41}, (bad_name(40),)),
    "vpc_last_hyphen": WrongCall("vpc", {**Vpc.example, "name": "example-"}, (bad_name(40),)),
    "alb_all": WrongCall(
        "alb",
        {
            **Alb.example,
            "name": "a" * 33,
            "subnet_ids": ["subnet-0123456789abcdef0"],
            "ingress_cidrs": ["0.0.0.0/0", "everyone"],
            "tls_policy": "ELBSecurityPolicy-2016-08",
            "idle_timeout": 4001,
            "routes": {
                "everything": {"priority": 1, "target_group": "web"},
                "same": ROUTE,
                "long": {**ROUTE, "hosts": ["a.example.com", "b.example.com"], "paths": ["/1", "/2", "/3", "/4"]},
            },
        },
        (
            bad_name(32),
            "subnet_ids must name at least two subnets.",
            "ingress_cidrs must be IPv4 ranges such as 0.0.0.0/0.",
            "tls_policy must be one of ELBSecurityPolicy-TLS13-1-2-2021-06, ELBSecurityPolicy-TLS13-1-3-2021-06.",
            "idle_timeout must be from 1 to 4000.",
            "each of routes must have hosts or paths; use default_target_group for what matches no route.",
            "each of routes may have 5 hosts and paths together: AWS takes no more for a rule.",
            "each of routes must have a priority of its own.",
        ),
    ),
    # Apart from the others: what reads target_groups is not looked at where they are wrong.
    "alb_slow_check": WrongCall(
        "alb",
        {
            **Alb.example,
            "target_groups": {"web": {"port": 80, "health_check": {"path": "/", "interval": 5, "timeout": 5}}},
        },
        ("the health checks of target_groups must have a timeout that is less than their interval.",),
    ),
    "alb_never_idle": WrongCall("alb", {**Alb.example, "idle_timeout": 0}, ("idle_timeout must be from 1 to 4000.",)),
    "ecs_cluster_all": WrongCall("ecs_cluster", {**EcsCluster.example, "name": "1"}, (bad_name(40),)),
    "ecs_service_all": WrongCall(
        "ecs_service",
        {
            **EcsService.example,
            "name": "a" * 241,
            "image_parameter": "images/backend",
            "subnet_ids": [],
            "port": 65536,
            "cpu": 300,
            "ephemeral_storage": 20,
            "architecture": "arm64",
            "secrets": {"KEY": "arn:aws:s3:::bucket"},
            "user": "1000:",
            "permissions": {"read-things": {"actions": ["s3:GetObject"], "resources": ["*"]}},
            "scaling": {"minimum": 3, "maximum": 2},
            "deployment": "blue-green",
            "log_retention_days": 2,
        },
        (
            bad_name(240),
            IMAGE_PARAMETER,
            "subnet_ids must name at least one subnet.",
            "port must be from 1 to 65535.",
            "cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384.",
            "ephemeral_storage must be from 21 to 200.",
            "architecture must be one of X86_64, ARM64.",
            "secrets must be ARNs of SSM parameters or Secrets Manager secrets.",
            "user must be a user such as 1000, or a user and a group such as 1000:1000.",
            "the keys of permissions must be statement ids: letters and digits.",
            "scaling.minimum must be from 0 to scaling.maximum.",
            "scaling from a minimum to a greater maximum needs cpu_percentage or memory_percentage.",
            "deployment must be one of rolling, recreate.",
            RETENTION,
        ),
    ),
    "ecs_service_less_than_none": WrongCall(
        "ecs_service",
        {**EcsService.example, "scaling": {"minimum": -1, "maximum": 1, "cpu_percentage": 70}, "port": 0},
        ("scaling.minimum must be from 0 to scaling.maximum.", "port must be from 1 to 65535."),
    ),
    "ecs_service_huge_disk": WrongCall(
        "ecs_service",
        {**EcsService.example, "ephemeral_storage": 201, "secrets": {"KEY": "/example/test/key"}},
        (
            "ephemeral_storage must be from 21 to 200.",
            "secrets must be ARNs of SSM parameters or Secrets Manager secrets.",
        ),
    ),
    "container_registry_all": WrongCall(
        "container_registry",
        {"repositories": ["example/backend", "Example"], "environments": ["Test", "test", "test"], "keep_images": 0},
        (
            "repositories must be lower-case letters and digits, joined by single . _ - or /.",
            "environments must be lower-case letters, digits and hyphens, and none may begin with released.",
            "environments must differ, and none may continue another's name after a hyphen: tags tell them apart.",
            "keep_images must be from 1 to 1000.",
        ),
    ),
    "container_registry_released": WrongCall(
        "container_registry",
        {**ContainerRegistry.example, "environments": ["released-test"], "keep_images": 1001},
        (
            "environments must be lower-case letters, digits and hyphens, and none may begin with released.",
            "keep_images must be from 1 to 1000.",
        ),
    ),
    "container_registry_shared_prefix": WrongCall(
        "container_registry",
        {**ContainerRegistry.example, "environments": ["test-2", "test"]},
        ("environments must differ, and none may continue another's name after a hyphen: tags tell them apart.",),
    ),
    "bucket_all": WrongCall(
        "bucket",
        {
            **Bucket.example,
            "name": "Example",
            "expiration_days": 0,
            "noncurrent_expiration_days": 0,
            "abort_multipart_days": 0,
        },
        (
            "name must be 3 to 63 lower-case letters, digits, dots and hyphens.",
            "expiration_days must be 1 or more.",
            "noncurrent_expiration_days must be 1 or more.",
            "abort_multipart_days must be 1 or more.",
        ),
    ),
    "bucket_long_name": WrongCall(
        "bucket",
        {**Bucket.example, "name": "a" * 64},
        ("name must be 3 to 63 lower-case letters, digits, dots and hyphens.",),
    ),
    "secrets_all": WrongCall(
        "secrets",
        {**Secrets.example, "parameters": {"ok": {"name": "/example/ok"}, "key": {"name": "example/key"}}},
        ("the name of each of parameters must be a path such as /system/environment/name.",),
    ),
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
            "log_retention_days": -1,
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
            RETENTION,
        ),
    ),
    "code_runner_too_much": WrongCall(
        "code_runner",
        {**CodeRunner.example, "memory": 10241, "timeout": 0, "ephemeral_storage": 10241},
        (
            "memory must be from 128 to 10240.",
            "timeout must be from 1 to 900.",
            "ephemeral_storage must be from 512 to 10240.",
        ),
    ),
    "state_backend_all": WrongCall(
        "state_backend",
        {**StateBackend.example, "name": "ab", "noncurrent_expiration_days": 0},
        (
            "name must be 3 to 63 lower-case letters, digits, dots and hyphens.",
            "noncurrent_expiration_days must be 1 or more.",
        ),
    ),
    "dns_certificate_all": WrongCall(
        "dns_certificate",
        {**DnsCertificate.example, "hosts": ["example.com", "beta.*.example.com"]},
        ("hosts must be names such as www.example.com or *.example.com, in lower case.",),
    ),
    "dns_certificate_none": WrongCall(
        "dns_certificate", {**DnsCertificate.example, "hosts": []}, ("hosts must name at least one host.",)
    ),
}
# What compares variables, and preconditions, Terraform evaluates only where every other validation holds: another plan.
COMPARISONS = {
    "vpc_nat_nowhere": WrongCall(
        "vpc",
        {**Vpc.example, "nat_gateway_zones": ["us-west-2c"]},
        ("nat_gateway_zones must be zones of public_subnets: a NAT gateway stands in a public subnet.",),
    ),
    "alb_route_nowhere": WrongCall(
        "alb",
        {**Alb.example, "routes": {"web": {**ROUTE, "target_group": "absent"}}},
        ("each of routes must name one of target_groups.",),
    ),
    "ecs_service_no_target": WrongCall(
        "ecs_service",
        # Written out: the error then names this call's file.
        {
            **EcsService.example,
            "target_group_arn": None,
            "load_balancer": {"security_group_id": "sg-0123456789abcdef0"},
        },
        ("target_group_arn and load_balancer go together: give both or neither.",),
    ),
    "ecs_service_no_balancer": WrongCall(
        "ecs_service",
        {**EcsService.example, "target_group_arn": TARGET_GROUP},
        ("target_group_arn and load_balancer go together: give both or neither.",),
    ),
    "dns_certificate_other_domain": WrongCall(
        "dns_certificate",
        {**DnsCertificate.example, "hosts": ["notexample.com"]},
        ("hosts must lie in the zone zone_name.",),
    ),
}
PRECONDITIONS = {
    "alb_without_certificate": WrongCall(
        "alb",
        {**Alb.example, "certificate_arn": None},
        ("HTTPS needs certificate_arn; set https = false to serve plain HTTP.",),
    ),
    "ecs_service_all": WrongCall(
        "ecs_service",
        {**EcsService.example, "cpu": 256, "memory": 4096, "port": 80, "execute_command": True},
        (
            "Fargate has no task of 256 CPU units with 4096 MB of memory.",
            "Only root can listen on port 80: take one from 1024, or set user to root.",
            "execute_command needs read_only_root = false: the agent of ECS Exec writes to it.",
        ),
    ),
    "ecs_service_big": WrongCall(
        "ecs_service",
        {**EcsService.example, "cpu": 16384, "memory": 36864},
        ("Fargate has no task of 16384 CPU units with 36864 MB of memory.",),
    ),
}
