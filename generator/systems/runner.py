"""The code runner of an environment: its call, who may reach it, and what network and cluster have because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.bindings import functions as fn
from generator.hcl.expression import Expr
from generator.hcl.module import Variable
from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.template import literal
from generator.hcl.type_constraint import map_of
from generator.modules.alb import Alb
from generator.modules.code_runner import CodeRunner
from generator.modules.shared.common import every, matches
from generator.systems.inputs import architecture, given, identifier, volume_name
from generator.systems.manifest import CODE_RUNNER
from generator.systems.manifest.runner import CodeRunner as Settings
from generator.systems.manifest.runner import Host
from generator.systems.manifest.service import Count, Range, Service
from generator.systems.root import filled
from generator.systems.tasks import scaling

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot

LABEL, BALANCER = "code_runner", "code_runner_load_balancer"
PORT, HTTP = 8080, 80
NO_TAG = "none"
# What starts a task without a way to the internet, and what a host needs besides.
TASK_ENDPOINTS = ("ecr.api", "ecr.dkr", "logs")
HOST_ENDPOINTS = ("ecs", "ecs-agent", "ecs-telemetry", "monitoring", "ssm", "ssmmessages")


def runner_before_services(root: EnvironmentRoot) -> ModuleCall | None:
    """Declare what the services refer to, and return the call, which a service on ECS gets after its callers."""
    settings = root.environment.code_runner
    if settings is None:
        return None
    reference = ModuleCall(LABEL, CodeRunner, repeated=False)
    if not settings.service:
        reference = call_module(root, LABEL, CodeRunner, given(_function(root, settings)))
        root.placeholders["code_runner"] = reference.qualified_name
    elif settings.host is None:
        root.placeholders["code_runner_url"] = reference.url
    else:
        root.placeholders["code_runner_url"] = f"http://{_balancer_reference().dns_name}"
    return reference


def runner_after_services(root: EnvironmentRoot) -> None:
    """Declare the call of a code runner that is a service: its callers are security groups of services."""
    settings = root.environment.code_runner
    if settings is None or not settings.service:
        return
    inputs = _on_host(root, settings, settings.host) if settings.host is not None else _on_fargate(root, settings)
    call_module(root, LABEL, CodeRunner, given({**_task(root, settings), **inputs}))


def runner_endpoints(settings: Settings | None) -> dict[str, object]:
    """The arguments of the network for a runner on ECS without a way to the internet."""
    if settings is None or not settings.service or settings.reaches_internet:
        return {}
    services = TASK_ENDPOINTS if settings.host is None else TASK_ENDPOINTS + HOST_ENDPOINTS
    return {
        "interface_endpoints": {service: {"tier": "isolated"} for service in services},
        "isolated_image_layers": True,
    }


def runner_namespace(settings: Settings | None) -> dict[str, object]:
    """The arguments of the cluster in which callers find a runner on Fargate by name."""
    return {"service_connect": True} if settings is not None and settings.engine == "fargate" else {}


def runner_repositories(settings: Settings | None) -> set[str]:
    """The repositories whose images the runner and its sessions are."""
    if settings is None:
        return set()
    sessions = settings.host.session_repositories if settings.host is not None else ()
    return {settings.repository, *sessions}


def runner_egress(root: EnvironmentRoot, service: Service) -> dict[str, object]:
    """The way out of *service* to a runner on ECS; none where it does not use one."""
    settings = root.environment.code_runner
    if settings is None or not settings.service or not service.uses.code_runner:
        return {}
    if settings.host is not None:
        return {CODE_RUNNER: {"port": HTTP, "security_group_id": _balancer_reference().security_group_id}}
    runner = ModuleCall(LABEL, CodeRunner, repeated=False)
    return {CODE_RUNNER: {"port": PORT, "security_group_id": runner.security_group_id}}


def runner_outputs(root: EnvironmentRoot) -> None:
    """Declare what an operator, a release and a rehearsal ask for."""
    settings, runner = root.environment.code_runner, root.runner
    if settings is None or runner is None:
        return
    if not settings.service:
        root.output("code_runner", runner.qualified_name, "Function that runs programs: name and alias.")
        return
    root.output("code_runner_url", root.placeholders["code_runner_url"], "Where its callers reach the code runner.")
    if settings.host is not None:
        root.output("code_runner_cluster", runner.cluster_name, "ECS cluster of the code runner's host.")
        root.output("code_runner_instances", runner.autoscaling_group_name, "Auto Scaling group of that host.")


def _function(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    return {
        "name": root.environment.code_runner_name,
        "image_parameter": root.environment.image_parameter(CODE_RUNNER),
        "vpc_id": root.network.vpc_id,
        "subnet_ids": fn.values(root.network.isolated_subnet_ids),
        "architecture": architecture(settings.platform),
        "memory": settings.memory,
        "timeout": settings.timeout,
        "ephemeral_storage": settings.ephemeral_storage,
        "reserved_concurrency": settings.reserved_concurrency,
        "environment": _variables(root, settings),
        "log_retention_days": root.environment.logging.retention,
    }


def _task(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    """What a runner on Fargate and one on a host have alike."""
    private = root.network.private_subnet_ids if settings.reaches_internet else root.network.isolated_subnet_ids
    endpoints = {
        "security_group_id": root.network.endpoint_security_group_id,
        "s3_prefix_list_id": root.network.s3_prefix_list_id,
    }
    return {
        "name": root.environment.code_runner_name,
        "engine": settings.engine,
        "image_parameter": root.environment.image_parameter(CODE_RUNNER),
        "repository_arn": root.repository_arn(settings.repository),
        "vpc_id": root.network.vpc_id,
        "subnet_ids": fn.values(private),
        "architecture": architecture(settings.platform),
        "cpu": settings.cpu,
        "memory": settings.memory,
        "environment": _variables(root, settings),
        "scratch_paths": {volume_name(path): path for path in settings.scratch},
        "endpoints": None if settings.reaches_internet else endpoints,
        "log_group_name": root.environment.code_runner_log_group,
        "log_retention_days": settings.logging.retention or root.environment.logging.retention,
    }


def _on_fargate(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    count = settings.count or Count(range=Range(min=1, max=1))
    return {
        "cluster_name": Expr("module.cluster.name"),
        "service_connect_namespace_arn": Expr("module.cluster.service_connect_namespace_arn"),
        "callers": _callers(root),
        "user": settings.user,
        "scaling": scaling(count, root.environment.off_hours),
    }


def _on_host(root: EnvironmentRoot, settings: Settings, host: Host) -> dict[str, object]:
    balancer = _load_balancer(root, host)
    reaper = host.reaper
    return {
        "acknowledge_privileged": host.acknowledge_privileged,
        "acknowledge_internet_egress": host.acknowledge_internet_egress or None,
        "cluster_name": None if host.cluster is None else root.environment.code_runner_cluster,
        "instance_type": host.instance_type,
        "disk_size": host.disk,
        "max_lifetime_days": host.max_lifetime_days,
        "session_repository_arns": [root.repository_arn(name) for name in host.session_repositories] or None,
        "prune_unused_hours": host.prune_unused_hours,
        "reaper": None
        if reaper is None
        else given(
            {
                "container_prefix": reaper.containers,
                "container_minutes": reaper.minutes,
                "volume_prefix": reaper.volumes,
                "volume_minutes": None if reaper.volumes is None else reaper.volume_minutes,
            }
        ),
        "load_balancer": {
            "security_group_id": balancer.security_group_id,
            "target_group_arn": balancer.target_group_arns[CODE_RUNNER],
        },
    }


def _load_balancer(root: EnvironmentRoot, host: Host) -> ModuleCall:
    with root.file("load_balancer"):
        return call_module(
            root,
            BALANCER,
            Alb,
            {
                "name": root.environment.internal_load_balancer_name,
                "vpc_id": root.network.vpc_id,
                "subnet_ids": fn.values(root.network.private_subnet_ids),
                "internal": True,
                "https": False,
                "ingress_cidrs": [],
                "ingress_security_groups": _callers(root),
                "idle_timeout": root.environment.http.internal.idle_timeout,
                "access_logs_bucket": root.load_balancer_logs.name,
                "target_groups": {
                    CODE_RUNNER: {
                        "port": PORT,
                        "target_type": "instance",
                        "health_check": {"path": literal(host.healthcheck)},
                    }
                },
                "default_target_group": CODE_RUNNER,
                "allow_destroy": root.allow_destroy,
            },
            why="Inside the VPC, for the code runner's callers alone: the host behind it may change.",
        )


def _callers(root: EnvironmentRoot) -> dict[str, object]:
    return {
        name: Expr(f"module.service_{identifier(name)}.security_group_id")
        for name in root.environment.code_runner_callers
    }


def _balancer_reference() -> ModuleCall:
    return ModuleCall(BALANCER, Alb, repeated=False)


def _variables(root: EnvironmentRoot, settings: Settings) -> dict[str, str] | None:
    urls = root.repository_urls(root.environment.registries.repositories)
    values = {**root.placeholders, **{f"repository.{name}": url for name, url in urls.items()}}
    if images := session_images(settings):
        tags = session_tags_variable(images).declare(root)
        values |= {f"image.{name}": f"{urls[name]}:{tags[name]}" for name in images}
    return {name: filled(template, values) for name, template in settings.variables.items()} or None


def session_images(settings: Settings) -> list[str]:
    """The registries whose images the runner starts by a tag, in the order of the manifest."""
    named = [p for template in settings.variables.values() for p in template.placeholders if p.name == "image"]
    return list(dict.fromkeys(str(placeholder.argument) for placeholder in named))


def session_tags_variable(repositories: list[str]) -> Variable:
    """The operator's choice of what sessions start: tags never move, so each new image has another."""
    return Variable(
        map_of("string"),
        "Tags of the images that sessions are started from, by repository. Give such an image a tag that starts with "
        "released- too, or the clean-up of the repository takes it one day. Without a tag no session starts.",
        default=dict.fromkeys(repositories, NO_TAG),
        checks=lambda v: [
            (
                fn.length(fn.setsubtract(repositories, fn.keys(v))) == 0,
                f"session_image_tags must name {', '.join(repositories)}.",
            ),
            (
                every(v, lambda _, tag: matches("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", tag), names=("_", "tag")),
                "session_image_tags must be tags: letters, digits and _ . -, at most 128.",
            ),
        ],
    ).named("session_image_tags")
