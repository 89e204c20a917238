"""The variables of the code runner, and which of its engines reads which of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Check, Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, one_line, optional
from generator.modules.shared.common import (
    architecture_variable,
    between,
    every,
    log_retention_variable,
    matches,
    name_variable,
    one_of,
    parameter_name_variable,
    tags_variable,
)
from generator.modules.shared.instances import GRAVITON
from generator.modules.shared.instances_variable import LARGEST_DISK, SMALLEST_DISK
from generator.modules.shared.service_types import SCALING

LAMBDA, FARGATE, EC2 = ENGINES = ("lambda", "fargate", "ec2")
PORT = 8080
HEALTH = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}/health', timeout=4)"
ROLE_ARN = "^arn:[a-z-]+:iam::[0-9]{12}:role/.+$"
REPOSITORY_ARN = "^arn:[a-z-]+:ecr:[^:]+:[0-9]{12}:repository/.+$"
USER = "^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$"
EXAMPLE_REPOSITORY = "arn:aws:ecr:us-east-1:123456789012:repository/example"
ENVIRONMENT, RESERVED = "^[a-zA-Z][a-zA-Z0-9_]+$", "^(AWS|LAMBDA)_"
KEY = "^[a-z][a-z0-9-]{0,30}$"
REAPER = object_of(
    {
        "container_prefix": "string",
        "container_minutes": "number",
        "volume_prefix": optional("string"),
        "volume_minutes": optional("number", 1440),
    }
)
# Every variable that not all engines read, and those that do.
READ_BY: Mapping[str, Sequence[str]] = {
    "timeout": (LAMBDA,),
    "ephemeral_storage": (LAMBDA,),
    "reserved_concurrency": (LAMBDA,),
    "invoker_role_arns": (LAMBDA,),
    "alarms": (LAMBDA,),
    "repository_arn": (FARGATE, EC2),
    "cpu": (FARGATE, EC2),
    "callers": (FARGATE, EC2),
    "endpoints": (FARGATE, EC2),
    "health_check_command": (FARGATE, EC2),
    "cluster_name": (FARGATE, EC2),
    "service_connect_namespace_arn": (FARGATE,),
    "scaling": (FARGATE,),
    "scratch_paths": (FARGATE, EC2),
    "user": (FARGATE,),
    "acknowledge_privileged": (EC2,),
    "acknowledge_internet_egress": (EC2,),
    "instance_type": (EC2,),
    "disk_size": (EC2,),
    "max_lifetime_days": (EC2,),
    "session_repository_arns": (EC2,),
    "reaper": (EC2,),
    "prune_unused_hours": (EC2,),
    "load_balancer": (EC2,),
}
NEEDED_BY: Mapping[str, Sequence[str]] = {
    LAMBDA: (),
    FARGATE: ("repository_arn", "endpoints", "cluster_name", "service_connect_namespace_arn", "scaling"),
    EC2: ("repository_arn",),
}


MEMORY = {LAMBDA: 3008, FARGATE: 512, EC2: 2048}
CPU = {FARGATE: 256, EC2: 1024}


def _other_than_default(variable: Variable) -> Expr:
    """The condition that *variable* was given a value; a default that a caller writes down is as good as none."""
    value = variable.reference()
    if variable.default is None:
        return value != null
    if isinstance(variable.default, bool):
        return value if not variable.default else ~value
    if variable.default in ({}, []):
        return fn.length(value) > 0
    if isinstance(variable.default, Mapping | list):
        # Terraform finds a map unequal to an object of the same content, and a list to a tuple.
        return fn.jsonencode(value) != fn.jsonencode(variable.default)
    return value != variable.default


def _none(engine: Expr, names: str, verb: str) -> Check:
    """The check that the local map *names* has no text for *engine*. The map must not refer to the engine itself."""
    found = Expr(f"local.{names}")
    # A message without quotation marks: of an engine that is none, it is never shown.
    return fn.lookup(found, engine, "") == "", f"The engine {engine} {verb} {fn.lookup(found, engine, engine)}."


class RunnerVariables(Module):
    """The variables; ``CodeRunner`` builds."""

    name = name_variable(64, reason="Lambda's limit for functions")
    engine = Variable(
        "string",
        "What runs the programs: lambda, fargate (an internal service) or ec2 (a privileged supervisor on a host).",
        default=LAMBDA,
        checks=lambda v: [
            one_of("engine", v, ENGINES),
            _none(v, "unread", "does not read"),
            _none(v, "missing", "needs"),
            (
                (v != EC2) | Expr("var.acknowledge_privileged"),
                "The engine ec2 needs acknowledge_privileged = true: whoever reaches its port is root on the host.",
            ),
            (
                (v != EC2) | ((Expr("var.endpoints") != null) != Expr("var.acknowledge_internet_egress")),
                "The engine ec2 needs either endpoints or acknowledge_internet_egress = true.",
            ),
            (
                (v != EC2) | (matches(GRAVITON, Expr("var.instance_type")) == (Expr("var.architecture") == "ARM64")),
                "The engine ec2 needs an instance_type of its architecture: families of ARM64 are such as t4g and m7g.",
            ),
        ],
    )
    image_parameter = parameter_name_variable()
    vpc_id = Variable("string", "ID of the VPC.")
    subnet_ids = Variable(
        list_of("string"),
        "Isolated subnets: without a route out of the VPC. An ec2 host that may reach the internet needs private ones.",
        checks=lambda v: [(fn.length(v) >= 1, "subnet_ids must name at least one subnet.")],
    )
    architecture = architecture_variable()
    memory = Variable(
        "number",
        "MB of memory, with lambda CPU too; null takes 3008 with lambda, 512 with fargate and 2048 with ec2.",
        default=None,
        checks=lambda v: [between("memory", fn.coalesce(v, 128), 128, 10240)],
    )
    environment = Variable(
        map_of("string"),
        "Environment variables of the runner, which programs can read: never a secret.",
        default={},
        checks=lambda v: [
            (
                every(fn.keys(v), lambda name: matches(ENVIRONMENT, name) & ~matches(RESERVED, name), names=("name",)),
                "environment must have names of two or more letters, digits or _, and none of AWS_ or LAMBDA_.",
            )
        ],
    )
    log_group_name = Variable(
        "string", "Name of the log group; null takes /aws/lambda/ or /ecs/ and the name.", default=None
    )
    log_retention_days = log_retention_variable("the runner's log")
    tags = tags_variable()

    timeout = Variable(
        "number",
        "Seconds until an invocation is ended. A load balancer in front must idle at least 10 longer.",
        default=60,
        checks=lambda v: [between("timeout", v, 1, 900)],
    )
    ephemeral_storage = Variable(
        "number",
        "MB of /tmp of the function.",
        default=512,
        checks=lambda v: [between("ephemeral_storage", v, 512, 10240)],
    )
    reserved_concurrency = Variable(
        "number",
        "Invocations at the same time, at most; it caps the bill and leaves the account's other functions theirs.",
        default=10,
        checks=lambda v: [(v >= 1, "reserved_concurrency must be 1 or more.")],
    )
    invoker_role_arns = Variable(
        map_of("string"),
        "ARNs of the roles that may invoke the alias, by key; a role's own policy may allow it as well.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda key, arn: matches(KEY, key) & matches(ROLE_ARN, arn), names=("key", "arn")),
                "invoker_role_arns must be ARNs of roles, by keys of lower-case letters, digits and hyphens.",
            )
        ],
    )
    alarms = Variable(
        one_line({"topic_arn": "string", "duration_percent": optional("number", 90)}),
        "Topic that hears of failed and refused calls of the function, and of one that ran for that part of the "
        "timeout; null for no alarms.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | fn.try_((v.duration_percent >= 1) & (v.duration_percent <= 100), False),
                "alarms.duration_percent must be from 1 to 100.",
            )
        ],
    )

    repository_arn = Variable(
        "string",
        "ARN of the repository that the service's image comes from.",
        default=None,
        checks=lambda v: [_repositories("repository_arn", [fn.coalesce(v, EXAMPLE_REPOSITORY)])],
    )
    cpu = Variable(
        "number", "CPU units of the service's task; null takes 256 with fargate and 1024 with ec2.", default=None
    )
    callers = Variable(
        map_of("string"),
        f"Security groups that alone may reach port {PORT} of the service, by key.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda key, _: matches(KEY, key), names=("key", "_")),
                "the keys of callers must be lower-case letters, digits and hyphens.",
            )
        ],
    )
    endpoints = Variable(
        one_line({"security_group_id": "string", "s3_prefix_list_id": "string"}),
        "The only ways out of the service: the VPC's interface endpoints and S3, which holds the layers of images.",
        default=None,
    )
    health_check_command = Variable(
        list_of("string"),
        f"Command in the container that fails while the service is unhealthy; by default Python asks port {PORT} for "
        "/health.",
        default=["CMD", "python3", "-c", HEALTH],
        checks=lambda v: [
            (
                (fn.length(v) >= 2) & fn.contains(["CMD", "CMD-SHELL"], fn.try_(v[0], "")),
                "health_check_command must be CMD or CMD-SHELL, and a command.",
            )
        ],
    )
    scratch_paths = Variable(
        map_of("string"),
        "Writable directories of the service's container, by name. On Fargate the image must declare each as a volume "
        "that its user owns: else it is root's.",
        default={"tmp": "/tmp"},
    )
    cluster_name = Variable(
        "string",
        "Name of the ECS cluster of the fargate service, or of the one that ec2 makes; null takes the runner's name "
        "with ec2.",
        default=None,
    )
    service_connect_namespace_arn = Variable(
        "string", "Service Connect namespace in which callers find the fargate service.", default=None
    )
    scaling = Variable(SCALING, "Number of fargate tasks, as in ecs_service; null for one.", default=None)
    user = Variable(
        "string",
        "User, or user:group, of the fargate container, by name or number; never root.",
        default="1000:1000",
        checks=lambda v: [
            (
                matches(USER, v) & ~fn.contains(["0", "root"], fn.split(":", v)[0]),
                "user must be a user such as 1000, or a user and a group such as 1000:1000, and not root.",
            )
        ],
    )

    acknowledge_privileged = Variable(
        "bool", "Says that the supervisor of ec2 is root on its host, and so is whoever gets hold of it.", default=False
    )
    acknowledge_internet_egress = Variable(
        "bool", "Says that programs on the ec2 host may fetch from the internet, by HTTP and HTTPS.", default=False
    )
    instance_type = Variable(
        "string", "Type of the ec2 host; its processor must suit architecture.", default="t3.medium"
    )
    disk_size = Variable(
        "number",
        "GiB of the ec2 host's disk, with the images and volumes of sessions.",
        default=50,
        checks=lambda v: [between("disk_size", v, SMALLEST_DISK, LARGEST_DISK)],
    )
    max_lifetime_days = Variable(
        "number",
        "Days after which the ec2 host is replaced; null for never.",
        default=None,
        checks=lambda v: [between("max_lifetime_days", fn.coalesce(v, 1), 1, 365)],
    )
    session_repository_arns = Variable(
        list_of("string"),
        "Repositories of the images that the ec2 supervisor starts for sessions.",
        default=[],
        checks=lambda v: [_repositories("session_repository_arns", v)],
    )
    prune_unused_hours = Variable(
        "number",
        "Hours after which the ec2 host removes what Docker no longer uses.",
        default=24,
        checks=lambda v: [(v >= 1, "prune_unused_hours must be 1 or more.")],
    )
    reaper = Variable(
        REAPER,
        "Ends sessions that the ec2 supervisor forgot: containers, and volumes, whose names start so, after minutes.",
        default=None,
    )
    load_balancer = Variable(
        one_line({"security_group_id": "string", "target_group_arn": "string"}),
        "Internal load balancer in front of the ec2 host, and its target group of type instance; null for none.",
        default=None,
    )

    def declare_use(self) -> None:
        """Declare what the checks of `engine` look up."""
        variables = self.variables()
        given = self.local(
            "given",
            for_list(
                {name: _other_than_default(variables[name]) for name in READ_BY},
                lambda name, _: name,
                names=("name", "is_given"),
                when=lambda _, is_given: is_given,
            ),
            "What has a value, of the variables that not all engines read.",
        )
        read = {engine: [name for name, by in READ_BY.items() if engine in by] for engine in ENGINES}
        unread = {engine: fn.setsubtract(given, names) for engine, names in read.items()}
        missing = {engine: fn.setsubtract(list(names), given) for engine, names in NEEDED_BY.items()}
        self.local("unread", {engine: fn.join(", ", names) for engine, names in unread.items()})
        self.local("missing", {engine: fn.join(", ", names) for engine, names in missing.items()})


def _repositories(name: str, arns: object) -> Check:
    return every(arns, lambda arn: matches(REPOSITORY_ARN, arn), names=("arn",)), f"{name} must be of ECR repositories."
