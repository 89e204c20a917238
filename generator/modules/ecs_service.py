"""A service on ECS."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import RegionData
from generator.hcl.expression import Expr, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of
from generator.hcl.types import Condition
from generator.modules.shared import service_checks, sidecar_checks
from generator.modules.shared import service_types as types
from generator.modules.shared.common import (
    SECRET_ARN,
    architecture_variable,
    between,
    every,
    log_retention_variable,
    matches,
    name_variable,
    one_of,
    parameter_name_variable,
    released_image,
    tags_variable,
    user_variable,
)
from generator.modules.shared.containers import (
    MAIN,
    XRAY,
    log_configuration,
    main_container,
    present_sidecars,
    runs_as_root,
    sidecar_containers,
    sidecar_images,
    xray_container,
)
from generator.modules.shared.encryption_key import Place
from generator.modules.shared.fargate import FARGATE_MEMORY
from generator.modules.shared.service_network import task_security_group
from generator.modules.shared.service_resources import service, task_definition
from generator.modules.shared.service_scaling import autoscaling
from generator.modules.shared.task_roles import (
    PERMISSIONS,
    execution_role,
    mount_file_systems,
    pull_sidecars,
    send_traces,
    task_role,
    task_trust,
)

LOG_SKIPS = {
    "CKV_AWS_158": "CloudWatch encrypts the log in any case, and what a program prints is not to be secret.",
    "CKV_AWS_338": "The caller decides how long: what programs print is rarely looked at after a month.",
}


class EcsService(Module):
    """A service on Fargate or on EC2 instances, reached through a load balancer, by named callers, or not at all.

    The task runs as a user without privileges, on a read-only root file system whose writable paths are named, with
    every Linux capability dropped; that holds for its sidecars too. What gives a program its whole instance, privileged
    mode and host volumes (the Docker socket is one), needs an acknowledgement. Execution role and task role are
    distinct: the first pulls the images, writes the log and reads the named secrets; the second has what the program
    needs, and is denied to make users and policies.

    The image is named by digest in a parameter that releases write; until the first release the service is absent. A
    release registers the next revision of the task definition and leaves an empty plan, because the newest revision is
    followed; no output names a revision. A sidecar may have a parameter of its own, and is left out until it is
    released.

    The number of tasks belongs to autoscaling: a fixed number is a minimum that equals the maximum, and Terraform never
    sets a number back. Schedules write their own minimum and maximum to the one scaling target, so a plan off-hours is
    empty and wakes nothing. A changed minimum or maximum applies at once, also off-hours, by making the target anew;
    the tasks run on meanwhile. A deployment that does not become healthy is rolled back.

    Tasks that were started before a name of Service Connect existed never find it. What a client is told of its server
    therefore comes from the output `endpoint`, which waits for the service; the server has to be released no later.

    In network mode awsvpc the tasks have a security group of their own, with one resource a rule. In bridge mode, on
    EC2, they share the network of their instance: the container's port is the instance's port, so that a deployment
    stops the old task first.

    The log is a group of the service's own, unless `log_retention_days` is null: then `log_group_name` is a group that
    services share, such as one of ecs_cluster's. What they write there is told apart by the beginning of its streams:
    of the service example-test-backend in the cluster example-test that is backend.
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
    vpc_id = Variable("string", "ID of the VPC; null in network mode bridge.", default=None)
    subnet_ids = Variable(list_of("string"), "Private subnets of the tasks; none in network mode bridge.", default=[])
    port = Variable("number", "Port that the container listens on.", checks=lambda v: [between("port", v, 1, 65535)])
    compatibility = Variable(
        "string",
        "Where tasks run: FARGATE, or EC2 for instances of the cluster.",
        default="FARGATE",
        checks=lambda v: [one_of("compatibility", v, ("FARGATE", "EC2"))],
    )
    network_mode = Variable(
        "string",
        "awsvpc gives a task its own address and security group; bridge, on EC2, the network of its instance.",
        default="awsvpc",
        checks=lambda v: [one_of("network_mode", v, ("awsvpc", "bridge"))],
    )
    capacity_providers = Variable(
        types.CAPACITY_PROVIDERS,
        "Shares of the tasks by capacity provider, such as FARGATE_SPOT; empty for plain Fargate or EC2.",
        default={},
    )
    cpu = Variable("number", "CPU units of a task.", default=256)
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
                every(v, lambda _, arn: matches(SECRET_ARN, arn), names=("_", "arn")),
                "secrets must be ARNs of SSM parameters or Secrets Manager secrets.",
            )
        ],
    )
    user = user_variable()
    read_only_root = Variable("bool", "Whether the container's root file system is read-only.", default=True)
    scratch_paths = Variable(
        map_of("string"),
        "Writable directories of the container, by name; sidecars share those of one name. Unless the image declares "
        "the path as a volume of its user, Fargate gives it to root.",
        default={},
    )
    health_check = Variable(
        types.HEALTH_CHECK,
        "Command that tells whether the container is healthy, such as CMD-SHELL and a line; null for none. Seconds.",
        default=None,
    )
    sidecars = Variable(
        types.SIDECARS,
        "Further containers by name. The image by digest, or a parameter that releases write; depends_on: containers "
        "by name, and START, COMPLETE, SUCCESS or HEALTHY. What main_waits_for, the main container waits for.",
        default={},
    )
    xray = Variable("bool", "Whether the X-Ray daemon runs beside the container and may send traces.", default=False)
    efs_volumes = Variable(
        types.EFS_VOLUMES,
        "EFS file systems by name, mounted through an access point, encrypted in transit and with the task's role.",
        default={},
    )
    host_volumes = Variable(
        types.HOST_VOLUMES,
        "Directories and sockets of the instance by name, such as /var/run/docker.sock; read-only unless said.",
        default={},
    )
    privileged = Variable("bool", "Whether the container has every right on its instance.", default=False)
    acknowledge_host_access = Variable(
        "bool", "Says that the program may take over its instance; privileged and host_volumes need it.", default=False
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
    load_balancer = Variable(
        types.LOAD_BALANCER,
        "Load balancer that tasks register with, and whose security group may reach their port; null for none. Its "
        "ARN is needed to scale by requests.",
        default=None,
    )
    ingress = Variable(
        types.INGRESS, "Security groups that may reach the tasks' port, by the name of the caller.", default={}
    )
    https_egress = Variable("bool", "Whether tasks may open HTTPS connections to anywhere.", default=True)
    egress = Variable(
        types.EGRESS,
        "Further ways out by name: a port, and a range, security group or prefix list.",
        default={},
        checks=lambda v: [
            (
                service_checks.one_destination(v),
                "each of egress must have a port and one of cidr_ipv4, security_group_id and prefix_list_id.",
            )
        ],
    )
    service_connect = Variable(
        types.SERVICE_CONNECT,
        "Service Connect namespace (name or ARN); as a server, how the port is called there, else client only.",
        default=None,
    )
    health_check_grace_period = Variable(
        "number", "Seconds that a new task has before the load balancer's health checks count.", default=60
    )
    scaling = Variable(
        types.SCALING,
        "Number of tasks: minimum, maximum, and the average use in per cent or requests a minute and task to hold. "
        "Seconds between steps. Schedules by name set a minimum and maximum of their own.",
        checks=lambda v: [
            ((v.minimum >= 0) & (v.minimum <= v.maximum), "scaling.minimum must be from 0 to scaling.maximum."),
            (
                (v.minimum == v.maximum)
                | (fn.coalesce(v.cpu_percentage, v.memory_percentage, v.requests_per_target, 0) > 0),
                "scaling to a greater maximum needs cpu_percentage, memory_percentage or requests_per_target.",
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
    log_retention_days = log_retention_variable(
        "the log", or_null="the group is the caller's, and streams begin with the name less the cluster's"
    )
    tags = tags_variable()

    def build(self) -> None:
        as_root = self.local("as_root", runs_as_root(self.user))
        with self.file("image"):
            preconditions = self.preconditions(as_root)
            pointer, released = released_image(self, self.image_parameter, "the service", preconditions=preconditions)
            images = sidecar_images(self)
            sidecars = present_sidecars(self, images)
        with self.file("roles"):
            region = RegionData(self, "current")
            execution, execution_policy, task = self.roles(region)
        log_group_name, logs = self.log(region)
        with self.file("task"):
            written = fn.concat(
                [main_container(pointer.insecure_value, logs, as_root, sidecars)],
                sidecar_containers(sidecars, images, logs),
                self.xray.then([xray_container(logs)], []),
            )
            definition = task_definition(self, released, written, sidecars, execution, task)
        with self.file("network"):
            group = task_security_group(self)
        made = service(self, released, definition, group, execution_policy, logs)
        with self.file("scaling"):
            autoscaling(self, self.name, released, f"service/{self.cluster_name}/{made[0].name}")
        self.outputs(pointer.name, released, group, region)
        endpoint = (
            f"{fn.coalesce(self.service_connect.server.dns_name, self.service_connect.server.port_name)}:{self.port}"
        )
        self.output(
            "endpoint",
            fn.try_(endpoint, null),
            "Host and port for clients in the Service Connect namespace, once the service is there; null without a "
            "server.",
            depends_on=[made],
        )
        self.output("task_role_arn", task.arn, "ARN of the role of the program.")
        self.output("execution_role_arn", execution.arn, "ARN of the role that starts the task.")
        self.output("log_group_name", log_group_name, "Log group of the service.")

    def log(self, region: RegionData) -> tuple[Expr, dict[str, object]]:
        """The name of the log group, which is declared unless it is the caller's, and how containers write to it."""
        shared = self.log_retention_days == null
        log = CloudwatchLogGroup(
            self,
            "this",
            count=shared.then(0, 1),
            name=self.log_group_name,
            retention_in_days=self.log_retention_days,
            tags=self.tags,
            skip=LOG_SKIPS,
        )
        address = log.reference().code
        self.moved(address, f"{address}[0]")
        name = self.local("log_group_name", shared.then(self.log_group_name, log.attribute_of_one("name")))
        prefix = self.local(
            "log_stream_prefix",
            shared.then(fn.trimprefix(self.name, f"{self.cluster_name}-"), "ecs"),
            "A log that services share tells them apart by their streams.",
        )
        return name, log_configuration(name, region, prefix)

    def preconditions(self, as_root: Expr) -> list[Condition]:
        """What AWS refuses; the tables and locals that the conditions need are declared."""
        table = self.local("fargate_memory", FARGATE_MEMORY, "MB of memory for each number of CPU units.")
        return [
            *service_checks.platform(table),
            *service_checks.placement(),
            *service_checks.network(as_root),
            *service_checks.storage(self),
            *service_checks.service_connect(),
            *sidecar_checks.containers(self),
        ]

    def roles(self, region: RegionData) -> tuple[IamRole, IamRolePolicy, IamRole]:
        """The execution role with its policy, and the task role."""
        trust = task_trust(self, region)
        of_sidecars = for_map(
            self.sidecars, lambda name, sidecar: (name, fn.values(sidecar.secrets)), names=("name", "sidecar")
        )
        arns = fn.distinct(fn.concat(fn.values(self.secrets), fn.flatten(fn.values(of_sidecars))))
        log_arn = declared_place(region).arn("logs", f"log-group:{self.log_group_name}")
        execution, policy = execution_role(
            self, self.name, trust, log_arn, self.repository_arn, arns, [pull_sidecars(self.sidecars)]
        )
        more = [send_traces(self.xray), mount_file_systems(self.efs_volumes, region)]
        return execution, policy, task_role(self, self.name, trust, self.permissions, self.execute_command, more)

    def outputs(self, pointer: Expr, released: Expr, group: SecurityGroup, region: RegionData) -> None:
        arn = declared_place(region).arn("ecs", f"service/{self.cluster_name}/{self.name}")
        parameters = for_map(
            Expr("aws_ssm_parameter.sidecar_image"), lambda name, p: (name, p.name), names=("name", "parameter")
        )
        containers = fn.concat([MAIN], fn.keys(self.sidecars), self.xray.then([XRAY], []))
        self.output("name", self.name, "Name of the service.")
        self.output("service_arn", arn, "ARN of the service, known before it is made.")
        self.output("task_family", self.name, "Family of the task definition, whose newest revision runs.")
        self.output("container_names", containers, "Names of the containers, the main one first.")
        self.output("released", released, "Whether an image has been released.")
        self.output("image_parameter", pointer, "Parameter that names the released image.")
        self.output(
            "sidecar_image_parameters", parameters, "Parameters that name the released images of sidecars, by sidecar."
        )
        self.output(
            "security_group_id",
            group.attribute_of_one("id"),
            "Security group of the tasks; null in network mode bridge.",
        )


def declared_place(region: RegionData) -> Place:
    """Where the service stands, by the data sources that its roles' trust declares."""
    account, partition = Expr("data.aws_caller_identity.current"), Expr("data.aws_partition.current")
    return Place(partition.partition, region.id, account.account_id)
