"""Where code runners of ECS run: their services' groups, and the hosts that their containers share."""

from __future__ import annotations

from generator.policy.containers import Task
from generator.policy.plan import Links, Resource, joined
from generator.policy.platform import Platform

PROVIDER = "aws_ecs_capacity_provider"
TEMPLATE = "launch_template.0.id"


def runner_hosts(platform: Platform) -> list[tuple[Resource, Links]]:
    """The launch templates of hosts on which code runners run, each with the subnets of its instances.

    What a container starts through docker.sock leaves by the host.
    """
    plan = platform.plan
    sharing = [task for task in platform.runner_tasks if _on_host(task)]
    if not sharing:
        return []
    templates = {t.address: t for t in plan.of_type("aws_launch_template") if platform.is_runner(t)}
    templates |= {t.address: t for task in sharing for s in task.services for t in _templates(platform, s)}
    found = []
    for template in templates.values():
        groups, _ = plan.linking("aws_autoscaling_group", TEMPLATE, template)
        subnets = [platform.network.subnets(group, "vpc_zone_identifier") for group in groups]
        found.append((template, subnets[0] if len(subnets) == 1 else Links(certain=False, complete=False)))
    return found


def unplaced(platform: Platform, *, shared: bool = False) -> list[Resource]:
    """The task definitions of code runners of which the plan knows no service, or no host: RunTask starts them.

    *shared* asks for those alone that share their host's network.
    """
    hosts = runner_hosts(platform)
    asked = [task for task in platform.runner_tasks if _on_host(task) or not shared]
    return [task.definition for task in asked if not (hosts if _on_host(task) else task.services)]


def host_groups(platform: Platform, template: Resource) -> Links:
    """The security groups of the instances of a launch *template*, wherever it names them."""
    interfaces = range(len(template.blocks("network_interfaces")))
    paths = ["vpc_security_group_ids", *(f"network_interfaces.{n}.security_groups" for n in interfaces)]
    given = [path for path in paths if template.get(path) not in (None, [])]
    return joined(platform.plan.links(template, path, "aws_security_group") for path in given)


def service_groups(platform: Platform, service: Resource) -> Links:
    return platform.plan.links(service, "network_configuration.0.security_groups", "aws_security_group")


def _on_host(task: Task) -> bool:
    """Whether its containers share the network of their host."""
    return task.network_mode != "awsvpc" and not task.on_fargate


def _templates(platform: Platform, service: Resource) -> list[Resource]:
    """The launch templates of the instances that *service* may run on, by its capacity providers or its cluster's."""
    plan = platform.plan
    paths = [
        f"capacity_provider_strategy.{n}.capacity_provider"
        for n, _ in enumerate(service.blocks("capacity_provider_strategy"))
    ]
    providers = [plan.links(service, path, PROVIDER) for path in paths]
    cluster = plan.links(service, "cluster", "aws_ecs_cluster").one
    if not paths and cluster is not None:
        holders, _ = plan.linking("aws_ecs_cluster_capacity_providers", "cluster_name", cluster)
        providers = [plan.links(holder, "capacity_providers", PROVIDER) for holder in holders]
    path = "auto_scaling_group_provider.0.auto_scaling_group_arn"
    groups = [g for p in joined(providers).resources for g in plan.links(p, path, "aws_autoscaling_group").resources]
    return [t for group in groups for t in plan.links(group, TEMPLATE, "aws_launch_template").resources]
