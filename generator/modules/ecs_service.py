"""A service on ECS."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.appautoscaling import AppautoscalingPolicy, AppautoscalingTarget
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ec2 import SecurityGroup, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule
from generator.bindings.ecs import EcsService as AwsEcsService
from generator.bindings.ecs import EcsServiceLoadBalancerBlock, EcsTaskDefinition
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import RegionData
from generator.bindings.ssm import SsmParameter
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, for_list, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional
from generator.hcl.types import Condition
from generator.modules.shared.common import (
    architecture_variable,
    between,
    every,
    log_retention_variable,
    matches,
    name_variable,
    one_of,
    parameter_name_variable,
    present,
    released_image,
    tags_variable,
    user_variable,
)
from generator.modules.shared.fargate import FARGATE_MEMORY, capabilities, size_precondition
from generator.modules.shared.task_roles import PERMISSIONS, execution_role, task_role, task_trust

SECRET_ARN = "^arn:[^:]+:(ssm:[^:]+:[^:]+:parameter/|secretsmanager:[^:]+:[^:]+:secret:).+$"
CPU_UNITS = [int(cpu) for cpu in FARGATE_MEMORY]
SCALING = object_of(
    {
        "minimum": "number",
        "maximum": "number",
        "cpu_percentage": optional("number"),
        "memory_percentage": optional("number"),
        "cooldown_in": optional("number", 120),
        "cooldown_out": optional("number", 60),
    }
)


class EcsService(Module):
    """A service of one container on Fargate, reached through a load balancer or not at all.

    The task runs as a user without privileges, on a read-only root file system whose writable paths are named, with
    every Linux capability dropped. Execution role and task role are distinct: the first pulls the image, writes the log
    and reads the named secrets; the second has what the program needs, and is denied to make users and policies.

    The image is named by digest in a parameter that releases write; until the first release the service is absent. The
    number of tasks belongs to autoscaling: a fixed number is a minimum that equals the maximum, and Terraform never
    sets a number back. A deployment that does not become healthy is rolled back.
    """

    example: ClassVar = {
        "name": "example-test-backend",
        "image_parameter": "/example/test/images/backend",
        "repository_arn": "arn:aws:ecr:us-west-2:123456789012:repository/example/backend",
        "cluster_name": "example-test",
        "vpc_id": "vpc-0123456789abcdef0",
        "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
        "port": 3000,
        "log_group_name": "/ecs/example-test/backend",
        "scaling": {"minimum": 1, "maximum": 10, "cpu_percentage": 70},
    }

    name = name_variable(240, reason="descriptions add to it, and AWS takes 255")
    image_parameter = parameter_name_variable()
    repository_arn = Variable("string", "ARN of the repository that the image comes from.")
    cluster_name = Variable("string", "Name of the ECS cluster.")
    vpc_id = Variable("string", "ID of the VPC.")
    subnet_ids = Variable(
        list_of("string"),
        "Private subnets of the tasks.",
        checks=lambda v: [(fn.length(v) >= 1, "subnet_ids must name at least one subnet.")],
    )
    port = Variable("number", "Port that the container listens on.", checks=lambda v: [between("port", v, 1, 65535)])
    cpu = Variable(
        "number",
        "CPU units of a task.",
        default=256,
        checks=lambda v: [one_of("cpu", v, CPU_UNITS)],
    )
    memory = Variable("number", "MB of memory of a task.", default=512)
    ephemeral_storage = Variable(
        "number",
        "GiB of a task's disk, from 21 to 200; null takes the 20 that Fargate gives for nothing.",
        default=None,
        checks=lambda v: [between("ephemeral_storage", fn.coalesce(v, 21), 21, 200)],
    )
    architecture = architecture_variable()
    command = Variable(list_of("string"), "Command instead of the image's; empty keeps that.", default=[])
    environment = Variable(map_of("string"), "Environment variables of the container.", default={})
    secrets = Variable(
        map_of("string"),
        "ARNs of SSM parameters and Secrets Manager secrets, by environment variable; read when a task starts.",
        default={},
        checks=lambda v: [
            (
                every(
                    v,
                    lambda _, arn: matches(SECRET_ARN, arn),
                    names=("_", "arn"),
                ),
                "secrets must be ARNs of SSM parameters or Secrets Manager secrets.",
            )
        ],
    )
    user = user_variable()
    read_only_root = Variable("bool", "Whether the container's root file system is read-only.", default=True)
    scratch_paths = Variable(
        map_of("string"),
        "Writable directories of the container, by name. Unless the image declares the path as a volume of its user, "
        "Fargate gives it to root.",
        default={},
    )
    permissions = Variable(
        PERMISSIONS,
        "What the program may do in AWS, by statement id.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda sid, _: fn.can(fn.regex("^[A-Za-z0-9]+$", sid)), names=("sid", "_")),
                "the keys of permissions must be statement ids: letters and digits.",
            )
        ],
    )
    execute_command = Variable(
        "bool", "Whether operators may open a shell in a task; needs a writable root.", default=False
    )
    target_group_arn = Variable(
        "string",
        "Target group to register tasks with; null for none.",
        default=None,
        checks=lambda v: [
            (
                (v == null) == (Expr("var.load_balancer") == null),
                "target_group_arn and load_balancer go together: give both or neither.",
            )
        ],
    )
    load_balancer = Variable(
        object_of({"security_group_id": "string"}),
        "Security group of the load balancer that alone may reach the tasks; null closes the port.",
        default=None,
    )
    health_check_grace_period = Variable(
        "number", "Seconds that a new task has before health checks count.", default=60
    )
    scaling = Variable(
        SCALING,
        "Number of tasks: minimum and maximum, and the average use in per cent to hold. Seconds between steps.",
        checks=lambda v: [
            ((v.minimum >= 0) & (v.minimum <= v.maximum), "scaling.minimum must be from 0 to scaling.maximum."),
            (
                (v.minimum == v.maximum) | (fn.coalesce(v.cpu_percentage, v.memory_percentage, 0) > 0),
                "scaling from a minimum to a greater maximum needs cpu_percentage or memory_percentage.",
            ),
        ],
    )
    deployment = Variable(
        "string",
        "rolling starts new tasks before it stops old ones; recreate stops first.",
        default="rolling",
        checks=lambda v: [one_of("deployment", v, ("rolling", "recreate"))],
    )
    log_group_name = Variable("string", "Name of the log group.")
    log_retention_days = log_retention_variable("the log")
    tags = tags_variable()

    def build(self) -> None:
        as_root = self.local("as_root", fn.contains(["0", "root"], fn.split(":", self.user)[0]))
        pointer, released = released_image(
            self, self.image_parameter, "the service", preconditions=self.preconditions(as_root)
        )
        log = CloudwatchLogGroup(
            self,
            "this",
            name=self.log_group_name,
            retention_in_days=self.log_retention_days,
            tags=self.tags,
        )
        with self.file("roles"):
            region = RegionData(self, "current")
            trust = task_trust(self, region)
            execution, execution_policy = execution_role(self, self.name, trust, log, self.repository_arn, self.secrets)
            task = task_role(self, self.name, trust, self.permissions, self.execute_command)
        definition = self.task_definition(pointer, released, as_root, execution, task, log, region)
        with self.file("network"):
            group = self.security_group()
        service = self.service(released, definition, group, execution_policy)
        with self.file("scaling"):
            self.autoscaling(released, service)
        self.output("name", self.name, "Name of the service.")
        self.output("released", released, "Whether an image has been released.")
        self.output("image_parameter", pointer.name, "Parameter that names the released image.")
        self.output("security_group_id", group.id, "Security group of the tasks.")
        self.output("task_role_arn", task.arn, "ARN of the role of the program.")
        self.output("execution_role_arn", execution.arn, "ARN of the role that starts the task.")
        self.output("log_group_name", log.name, "Log group of the service.")

    def task_definition(
        self,
        pointer: SsmParameter,
        released: Expr,
        as_root: Expr,
        execution: IamRole,
        task: IamRole,
        log: CloudwatchLogGroup,
        region: RegionData,
    ) -> EcsTaskDefinition:
        container = {
            "name": "main",
            "image": pointer.insecure_value,
            "essential": True,
            "command": (fn.length(self.command) > 0).then(self.command, null),
            "user": (self.user == "root").then("0", self.user),
            "readonlyRootFilesystem": self.read_only_root,
            "linuxParameters": {"initProcessEnabled": True, "capabilities": capabilities(as_root)},
            "portMappings": [{"containerPort": self.port, "hostPort": self.port, "protocol": "tcp"}],
            "environment": for_list(
                self.environment, lambda name, value: {"name": name, "value": value}, names=("name", "value")
            ),
            "secrets": for_list(
                self.secrets, lambda name, arn: {"name": name, "valueFrom": arn}, names=("name", "arn")
            ),
            "mountPoints": for_list(
                self.scratch_paths,
                lambda name, path: {"sourceVolume": name, "containerPath": path, "readOnly": False},
                names=("name", "path"),
            ),
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": log.name,
                    "awslogs-region": region.id,
                    "awslogs-stream-prefix": "ecs",
                },
            },
        }
        written = for_map(container, lambda k, v: (k, v), names=("key", "value"), when=lambda k, v: v != null)
        return EcsTaskDefinition(
            self,
            "this",
            count=released.then(1, 0),
            family=self.name,
            cpu=self.cpu,
            memory=self.memory,
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            execution_role_arn=execution.arn,
            task_role_arn=task.arn,
            container_definitions=fn.jsonencode([written]),
            runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": self.architecture},
            ephemeral_storage=Dynamic(present(self.ephemeral_storage), lambda block: {"size_in_gib": block.value}),
            volume=Dynamic(self.scratch_paths, lambda block: {"name": block.key}),
            tags=self.tags,
        )

    def preconditions(self, as_root: Expr) -> list[Condition]:
        table = self.local("fargate_memory", FARGATE_MEMORY, "MB of memory for each number of CPU units.")
        return [
            size_precondition(table, self.cpu, self.memory),
            {
                "condition": ~self.execute_command | ~self.read_only_root,
                "error_message": "execute_command needs read_only_root = false: the agent of ECS Exec writes to it.",
            },
            {
                "condition": (self.port >= 1024) | as_root,
                "error_message": f"Only root can listen on port {self.port}: take one from 1024, or set user to root.",
            },
        ]

    def security_group(self) -> SecurityGroup:
        group = SecurityGroup(
            self,
            "this",
            name=self.name,
            description=f"Tasks of {self.name}",
            vpc_id=self.vpc_id,
            tags=self.tags,
        )
        behind = (self.load_balancer == null).then(0, 1)
        balancer = self.load_balancer.security_group_id
        VpcSecurityGroupIngressRule(
            self,
            "load_balancer",
            count=behind,
            security_group_id=group.id,
            description="Requests from the load balancer",
            referenced_security_group_id=balancer,
            ip_protocol="tcp",
            from_port=self.port,
            to_port=self.port,
        )
        VpcSecurityGroupEgressRule(
            self,
            "load_balancer",
            count=behind,
            security_group_id=balancer,
            description=f"Requests to {self.name}",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=self.port,
            to_port=self.port,
            why="On the load balancer's group, which has no way out but to the services behind it.",
        )
        VpcSecurityGroupEgressRule(
            self,
            "https",
            security_group_id=group.id,
            description="AWS APIs, the registry and other HTTPS services",
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
        )
        return group

    def service(
        self, released: Expr, definition: EcsTaskDefinition, group: SecurityGroup, execution_policy: IamRolePolicy
    ) -> AwsEcsService:
        recreate = self.deployment == "recreate"
        return AwsEcsService(
            self,
            "this",
            count=released.then(1, 0),
            name=self.name,
            cluster=self.cluster_name,
            task_definition=definition[0].arn,
            desired_count=self.scaling.minimum,
            launch_type="FARGATE",
            propagate_tags="SERVICE",
            enable_ecs_managed_tags=True,
            enable_execute_command=self.execute_command,
            deployment_minimum_healthy_percent=recreate.then(0, 100),
            deployment_maximum_percent=recreate.then(100, 200),
            availability_zone_rebalancing=recreate.then("DISABLED", "ENABLED"),
            health_check_grace_period_seconds=(self.load_balancer == null).then(null, self.health_check_grace_period),
            deployment_circuit_breaker={"enable": True, "rollback": True},
            network_configuration={
                "subnets": self.subnet_ids,
                "security_groups": [group.id],
                "assign_public_ip": False,
            },
            load_balancer=Dynamic(
                (self.load_balancer == null).then([], [self.target_group_arn]),
                lambda block: EcsServiceLoadBalancerBlock(
                    target_group_arn=block.value, container_name="main", container_port=self.port
                ),
            ),
            tags=self.tags,
            lifecycle={"ignore_changes": ["desired_count"]},
            depends_on=[execution_policy],
            why="The number of tasks belongs to autoscaling: a plan never wakes or stops a task.",
        )

    def autoscaling(self, released: Expr, service: AwsEcsService) -> None:
        target = AppautoscalingTarget(
            self,
            "this",
            count=released.then(1, 0),
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{self.cluster_name}/{service[0].name}",
            min_capacity=self.scaling.minimum,
            max_capacity=self.scaling.maximum,
            tags=self.tags,
        )
        for metric, name in (("cpu", "CPU"), ("memory", "Memory")):
            held = Expr(f"var.scaling.{metric}_percentage")
            AppautoscalingPolicy(
                self,
                metric,
                count=(released & (held != null)).then(1, 0),
                name=f"{self.name}-{metric}",
                policy_type="TargetTrackingScaling",
                service_namespace=target[0].service_namespace,
                scalable_dimension=target[0].scalable_dimension,
                resource_id=target[0].resource_id,
                target_tracking_scaling_policy_configuration={
                    "target_value": held,
                    "scale_in_cooldown": self.scaling.cooldown_in,
                    "scale_out_cooldown": self.scaling.cooldown_out,
                    "predefined_metric_specification": {
                        "predefined_metric_type": f"ECSServiceAverage{name}Utilization"
                    },
                },
            )
