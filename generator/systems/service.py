"""What a service of the manifest passes to the module of ECS services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall
from generator.hcl.template import literal
from generator.systems.connections import connections
from generator.systems.databases import database_permissions
from generator.systems.inputs import architecture, volume_name
from generator.systems.logs import service_log
from generator.systems.manifest.secret import Secret
from generator.systems.manifest.service import Service
from generator.systems.root import filled
from generator.systems.tasks import capacity, container_health, scaling, task_subnets

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot

FARGATE_FREE_STORAGE = 20


class ServiceInputs:
    """The arguments of one call of ``modules/ecs_service``."""

    def __init__(self, root: EnvironmentRoot, name: str, cluster: ModuleCall) -> None:
        self.root, self.name, self.cluster = root, name, cluster
        self.service: Service = root.environment.services[name]

    def all(self) -> dict[str, object]:
        service, environment = self.service, self.root.environment
        inputs: dict[str, object] = {
            "name": environment.service_name(self.name),
            "image_parameter": environment.image_parameter(self.name),
            "repository_arn": self.root.repository_arn(service.image.repository),
            "cluster_name": self.cluster.name,
            "vpc_id": self.root.network.vpc_id,
            "subnet_ids": task_subnets(environment, self.root.network),
            "port": service.image.port,
            "capacity_providers": capacity(service.count),
            "cpu": service.cpu,
            "memory": service.memory,
            "architecture": architecture(service.platform),
            "user": service.user,
            "read_only_root": service.storage.readonly_fs,
            "scratch_paths": {volume_name(path): path for path in service.storage.scratch},
            "environment": self.variables(),
            "permissions": self.permissions(),
            "secrets": {variable: self.secret_arn(secret) for variable, secret in service.secrets.items()},
            "scaling": scaling(service.count, environment.off_hours),
            "deployment": "recreate" if service.deployment.rolling == "recreate" else "rolling",
            **service_log(environment, self.name, self.cluster),
            **self.behind_load_balancer(),
            **connections(self.root, self.name),
            "health_check": container_health(service.image.healthcheck),
        }
        if service.command:
            inputs["command"] = [literal(word) for word in service.command]
        if service.exec:
            inputs["execute_command"] = True
        if environment.observability.tracing == "awsxray":
            inputs["xray"] = True
        if service.storage.ephemeral > FARGATE_FREE_STORAGE:
            inputs["ephemeral_storage"] = service.storage.ephemeral
        return {k: v for k, v in inputs.items() if not (v is None or (isinstance(v, dict) and not v))}

    def variables(self) -> dict[str, str]:
        values = {**self.root.placeholders, "service": self.name}
        return {name: filled(template, values) for name, template in self.service.variables.items()}

    def permissions(self) -> dict[str, object]:
        granted: dict[str, object] = {}
        runner = self.root.environment.code_runner
        if self.service.uses.code_runner and self.root.runner is not None and runner is not None and not runner.service:
            granted["InvokeCodeRunner"] = {
                "actions": ["lambda:InvokeFunction"],
                "resources": [self.root.runner.alias_arn],
            }
        for name in self.service.uses.buckets:
            sid = "Use" + "".join(part.capitalize() for part in name.split("-")) + "Bucket"
            granted[sid] = {
                "actions": ["s3:GetObject", "s3:PutObject"],
                "resources": [f"{self.root.buckets[name].arn}/*"],
            }
        return {**granted, **database_permissions(self.root, self.name)}

    def secret_arn(self, secret: Secret) -> str | Expr:
        assert self.root.secrets is not None
        name = secret.name.render(self.root.environment.values)
        arn: Expr = self.root.secrets.arns[f"{secret.store}:{name}"]
        return arn if secret.key is None else f"{arn}:{literal(secret.key)}::"

    def behind_load_balancer(self) -> dict[str, object]:
        balancer, http = self.root.load_balancer, self.service.http
        if balancer is None or http is None:
            return {}
        return {
            "load_balancer": {
                "security_group_id": balancer.security_group_id,
                "target_group_arn": balancer.target_group_arns[self.name],
            },
            "health_check_grace_period": http.healthcheck.grace_period,
        }
