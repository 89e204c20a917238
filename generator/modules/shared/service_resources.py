"""The task definition of a service and the service itself."""

from __future__ import annotations

from collections.abc import Mapping

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.ecs import (
    EcsService,
    EcsServiceLoadBalancerBlock,
    EcsServiceServiceConnectConfigurationBlock,
    EcsServiceServiceConnectConfigurationServiceBlock,
    EcsTaskDefinition,
    EcsTaskDefinitionVolumeBlock,
)
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.stack import Stack
from generator.modules.shared.common import present
from generator.modules.shared.containers import MAIN
from generator.modules.shared.service_network import AWSVPC

VAR = Expr("var")


def task_definition(
    stack: Stack, released: Expr, containers: Expr, sidecars: Expr, execution: IamRole, task: IamRole
) -> EcsTaskDefinition:
    return EcsTaskDefinition(
        stack,
        "this",
        count=released.then(1, 0),
        family=VAR.name,
        cpu=VAR.cpu,
        memory=VAR.memory,
        network_mode=VAR.network_mode,
        requires_compatibilities=[VAR.compatibility],
        execution_role_arn=execution.arn,
        task_role_arn=task.arn,
        container_definitions=fn.jsonencode(containers),
        runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": VAR.architecture},
        ephemeral_storage=Dynamic(present(VAR.ephemeral_storage), lambda block: {"size_in_gib": block.value}),
        volume=_volumes(sidecars),
        track_latest=True,
        tags=VAR.tags,
        why="A release registers the next revision; followed, it leaves an empty plan.",
    )


def _volumes(sidecars: Expr) -> list[Dynamic[EcsTaskDefinitionVolumeBlock]]:
    of_sidecars = fn.flatten(for_list(sidecars, lambda _, s: fn.keys(s.scratch_paths), names=("_", "sidecar")))
    scratch = fn.toset(fn.concat(fn.keys(VAR.scratch_paths), of_sidecars))
    return [
        Dynamic(scratch, lambda block: {"name": block.value}),
        Dynamic(VAR.host_volumes, lambda block: {"name": block.key, "host_path": block.value.host_path}),
        Dynamic(
            VAR.efs_volumes,
            lambda block: {
                "name": block.key,
                "efs_volume_configuration": {
                    "file_system_id": block.value.file_system_id,
                    "transit_encryption": "ENABLED",
                    "authorization_config": {"access_point_id": block.value.access_point_id, "iam": "ENABLED"},
                },
            },
        ),
    ]


def service(
    stack: Stack,
    released: Expr,
    definition: EcsTaskDefinition,
    group: SecurityGroup,
    execution_policy: IamRolePolicy,
    logs: Mapping[str, object],
) -> EcsService:
    recreate = VAR.deployment == "recreate"
    shared_out = fn.length(VAR.capacity_providers) > 0
    return EcsService(
        stack,
        "this",
        count=released.then(1, 0),
        name=VAR.name,
        cluster=VAR.cluster_name,
        task_definition=definition[0].arn,
        desired_count=VAR.scaling.minimum,
        launch_type=shared_out.then(null, VAR.compatibility),
        capacity_provider_strategy=Dynamic(
            VAR.capacity_providers,
            lambda block: {
                "capacity_provider": block.key,
                "weight": block.value.weight,
                "base": block.value.base,
            },
        ),
        # Else the provider replaces the service for another share.
        force_new_deployment=shared_out.then(True, null),
        propagate_tags="SERVICE",
        enable_ecs_managed_tags=True,
        enable_execute_command=VAR.execute_command,
        deployment_minimum_healthy_percent=recreate.then(0, 100),
        deployment_maximum_percent=recreate.then(100, 200),
        availability_zone_rebalancing=recreate.then("DISABLED", "ENABLED"),
        health_check_grace_period_seconds=(VAR.load_balancer == null).then(null, VAR.health_check_grace_period),
        deployment_circuit_breaker={"enable": True, "rollback": True},
        network_configuration=Dynamic(
            AWSVPC.then([VAR.subnet_ids], []),
            lambda block: {"subnets": block.value, "security_groups": [group[0].id], "assign_public_ip": False},
        ),
        load_balancer=Dynamic(
            present(VAR.load_balancer),
            lambda block: EcsServiceLoadBalancerBlock(
                target_group_arn=block.value.target_group_arn, container_name=MAIN, container_port=VAR.port
            ),
        ),
        service_connect_configuration=Dynamic(
            present(VAR.service_connect), lambda block: _service_connect(block.value, logs)
        ),
        tags=VAR.tags,
        lifecycle={"ignore_changes": ["desired_count"]},
        depends_on=[execution_policy],
        why="The number of tasks belongs to autoscaling: a plan never wakes or stops a task.",
    )


def _service_connect(wanted: Expr, logs: Mapping[str, object]) -> EcsServiceServiceConnectConfigurationBlock:
    def server(block: Expr) -> EcsServiceServiceConnectConfigurationServiceBlock:
        name = block.value.port_name
        return {
            "port_name": name,
            "client_alias": {"port": VAR.port, "dns_name": fn.coalesce(block.value.dns_name, name)},
        }

    options = logs["options"]
    assert isinstance(options, Mapping)
    prefix = (VAR.log_retention_days == null).then(f"{Expr('local.log_stream_prefix')}-connect", "connect")
    return {
        "enabled": True,
        "namespace": wanted.namespace,
        "log_configuration": {"log_driver": "awslogs", "options": {**options, "awslogs-stream-prefix": prefix}},
        "service": Dynamic(present(wanted.server), server),
    }
