"""The code runner's engines on ECS: `fargate`, an internal service, and `ec2`, a privileged supervisor on its host."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import VpcSecurityGroupEgressRule
from generator.hcl.expression import Expr, for_map, null
from generator.hcl.module_call import ModuleCall, call_module
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.ecs_service import EcsService
from generator.modules.shared.common import limited
from generator.modules.shared.runner_variables import CPU, EC2, FARGATE, MEMORY, PORT, RunnerVariables

HTTPS, HTTP = 443, 80
ANYWHERE = "0.0.0.0/0"
PORT_NAME = "runner"
HOST = "host"
DOCKER_SOCKET = "/var/run/docker.sock"
PULL_ACTIONS = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def fargate_engine(module: RunnerVariables) -> ModuleCall:
    """Declare the call that makes the service, an instance of it with the engine `fargate` alone."""
    return call_module(
        module,
        FARGATE,
        EcsService,
        {
            **_common(module, FARGATE),
            "cluster_name": module.cluster_name,
            "vpc_id": module.vpc_id,
            "subnet_ids": module.subnet_ids,
            "user": module.user,
            "ingress": for_map(
                module.callers, lambda key, group: (key, {"security_group_id": group}), names=("key", "group")
            ),
            "https_egress": False,
            "egress": _to_endpoints(module),
            "service_connect": {
                "namespace": module.service_connect_namespace_arn,
                # Plain TCP: of HTTP, the proxy would end every request after 15 seconds, and runs take longer.
                "server": {"port_name": PORT_NAME, "dns_name": module.name},
            },
            "scaling": module.scaling,
        },
        for_each=_only(module, FARGATE),
        why="No permission for the program, no way in but from the callers, no way out but to what starts a task.",
    )


def ec2_engine(module: RunnerVariables) -> tuple[ModuleCall, ModuleCall]:
    """Declare the calls that make the host's cluster and the supervisor, with the engine `ec2` alone."""
    name = module.local("cluster_name", fn.coalesce(module.cluster_name, limited(module.name, 40)))
    cluster = _cluster(module, name)
    own = cluster[EC2]
    supervisor = call_module(
        module,
        "supervisor",
        EcsService,
        {
            **_common(module, EC2),
            "cluster_name": own.name,
            "compatibility": "EC2",
            "network_mode": "bridge",
            # Called as ecs_cluster calls it: the parameter of the image must not wait for the host.
            "capacity_providers": {f"{name}-{HOST}": {"weight": 1}},
            "user": "root",
            "privileged": True,
            "host_volumes": {
                "docker": {"host_path": DOCKER_SOCKET, "container_path": DOCKER_SOCKET, "read_only": False}
            },
            "acknowledge_host_access": module.acknowledge_privileged,
            "permissions": _pull_session_images(module.session_repository_arns),
            "load_balancer": module.load_balancer,
            "scaling": {"minimum": 1, "maximum": 1},
            "deployment": "recreate",
        },
        for_each=_only(module, EC2),
        why="One host, one supervisor: its port is the host's, so a deployment ends the old one first.",
    )
    VpcSecurityGroupEgressRule(
        module,
        "load_balancer",
        count=((module.engine == EC2) & (module.load_balancer != null)).then(1, 0),
        security_group_id=module.load_balancer.security_group_id,
        description=f"Requests to {module.name}",
        referenced_security_group_id=own.instance_security_group_ids[HOST],
        ip_protocol="tcp",
        from_port=PORT,
        to_port=PORT,
        why="On the load balancer's group, which has no way out but to the services behind it.",
    )
    return cluster, supervisor


def _cluster(module: RunnerVariables, name: Expr) -> ModuleCall:
    port = {"from_port": PORT, "to_port": PORT}
    callers = for_map(
        module.callers, lambda key, group: (key, {"security_group_id": group, **port}), names=("key", "group")
    )
    balancer = for_map(
        module.load_balancer.splat,
        lambda b: ("load_balancer", {"security_group_id": b.security_group_id, **port}),
        names=("balancer",),
    )
    return call_module(
        module,
        "cluster",
        EcsCluster,
        {
            "name": name,
            "container_insights": False,
            "default_capacity_provider_strategy": {HOST: {"weight": 1}},
            "vpc_id": module.vpc_id,
            "instances": {
                HOST: {
                    "instance_type": module.instance_type,
                    "subnet_ids": module.subnet_ids,
                    "minimum": 1,
                    "maximum": 1,
                    "max_lifetime_days": module.max_lifetime_days,
                    "root_volume_size": module.disk_size,
                    "ingress": fn.merge(callers, balancer),
                    "egress": _ways_out(module),
                    "repository_arns": fn.concat(fn.compact([module.repository_arn]), module.session_repository_arns),
                    "allow_privileged": module.acknowledge_privileged,
                    "prune": {"unused_hours": module.prune_unused_hours},
                    "reaper": module.reaper,
                }
            },
            "tags": module.tags,
        },
        for_each=_only(module, EC2),
        why="A cluster and a host of its own: whoever gets out of a session meets nobody else's task.",
    )


def _common(module: RunnerVariables, engine: str) -> dict[str, object]:
    """The arguments that both services have alike."""
    return {
        "name": module.name,
        "image_parameter": module.image_parameter,
        "repository_arn": module.repository_arn,
        "port": PORT,
        "cpu": fn.coalesce(module.cpu, CPU[engine]),
        "memory": fn.coalesce(module.memory, MEMORY[engine]),
        "architecture": module.architecture,
        "environment": module.environment,
        "scratch_paths": module.scratch_paths,
        "health_check": {"command": module.health_check_command},
        "log_group_name": fn.coalesce(module.log_group_name, f"/ecs/{module.name}"),
        "log_retention_days": module.log_retention_days,
        "tags": module.tags,
    }


def _only(module: RunnerVariables, engine: str) -> Expr:
    """The engine's own name, as the one key of a call, or no key."""
    return fn.toset((module.engine == engine).then([engine], []))


def _to_endpoints(module: RunnerVariables) -> dict[str, object]:
    endpoints = module.endpoints
    return {
        "endpoints": {"port": HTTPS, "security_group_id": fn.try_(endpoints.security_group_id, null)},
        "s3": {"port": HTTPS, "prefix_list_id": fn.try_(endpoints.s3_prefix_list_id, null)},
    }


def _ways_out(module: RunnerVariables) -> Expr:
    """The host's: the internet by acknowledgement, else the endpoints."""
    internet = {name: {"port": port, "cidr_ipv4": ANYWHERE} for name, port in (("http", HTTP), ("https", HTTPS))}
    acknowledged = for_map(
        internet,
        lambda name, rule: (name, rule),
        names=("name", "rule"),
        when=lambda _, __: module.acknowledge_internet_egress,
    )
    closed = for_map(
        _to_endpoints(module),
        lambda name, rule: (name, rule),
        names=("name", "rule"),
        when=lambda _, __: module.endpoints != null,
    )
    return fn.merge(acknowledged, closed)


def _pull_session_images(repositories: Expr) -> Expr:
    """Permission to pull from *repositories*; none where there are none."""
    statements = {
        "LogInToRegistry": {"actions": ["ecr:GetAuthorizationToken"], "resources": ["*"]},
        "PullSessionImages": {"actions": PULL_ACTIONS, "resources": repositories},
    }
    return for_map(
        statements, lambda sid, s: (sid, s), names=("sid", "statement"), when=lambda _, __: fn.length(repositories) > 0
    )
