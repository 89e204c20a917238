"""The code runner: a Lambda function that compiles and runs programs nobody trusts."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.lambda_ import LambdaAlias, LambdaFunction
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.bindings.ssm import SsmParameter
from generator.hcl.expression import Expr
from generator.hcl.module import Module, Variable
from generator.hcl.policy import allow, assumed_by, deny, document
from generator.hcl.type_constraint import list_of
from generator.modules.shared.common import (
    architecture_variable,
    between,
    limited,
    log_retention_variable,
    name_variable,
    parameter_name_variable,
    released_image,
    tags_variable,
)

ALIAS = "live"
# What Lambda itself does with the role to attach a function to a VPC. AWS gives these actions no resource level.
NETWORK_INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


class CodeRunner(Module):
    """A Lambda function from a container image that runs untrusted programs, cut off from everything.

    It stands in subnets without a route out, behind a security group without a single rule. Its role may write to its
    own log group. Lambda also needs six EC2 actions on the role to attach the function to the VPC; the role denies
    exactly those to calls that come from inside the function: a program which finds the credentials can write to the
    function's own log with them, and nothing else.

    The image is named by digest in a parameter that releases write. Until the first release the function is absent:
    Lambda cannot create one from an image that does not exist. Callers invoke the alias `live`, which names the
    released version; who may do so is a statement of the caller's role (output `alias_arn`).

    Without a DNS firewall in the VPC, a program can still send names to the VPC's resolver: no security group sees
    those queries.
    """

    example: ClassVar = {
        "name": "example-runner-test",
        "image_parameter": "/example/test/images/runner",
        "vpc_id": "vpc-0123456789abcdef0",
        "subnet_ids": ["subnet-0123456789abcdef0"],
        "memory": 3008,
        "timeout": 180,
        "reserved_concurrency": 10,
    }

    name = name_variable(64, reason="Lambda's limit for functions")
    image_parameter = parameter_name_variable()
    vpc_id = Variable("string", "ID of the VPC.")
    subnet_ids = Variable(
        list_of("string"),
        "Isolated subnets: without a route out of the VPC.",
        checks=lambda v: [(fn.length(v) >= 1, "subnet_ids must name at least one subnet.")],
    )
    architecture = architecture_variable()
    memory = Variable(
        "number",
        "MB of memory; CPU grows with it.",
        default=3008,
        checks=lambda v: [between("memory", v, 128, 10240)],
    )
    timeout = Variable(
        "number",
        "Seconds until an invocation is ended. A load balancer in front must idle at least 10 longer.",
        default=60,
        checks=lambda v: [between("timeout", v, 1, 900)],
    )
    ephemeral_storage = Variable(
        "number", "MB of /tmp.", default=512, checks=lambda v: [between("ephemeral_storage", v, 512, 10240)]
    )
    reserved_concurrency = Variable(
        "number",
        "Invocations at the same time, at most; it caps the bill and leaves the account's other functions theirs.",
        default=10,
        checks=lambda v: [(v >= 1, "reserved_concurrency must be 1 or more.")],
    )
    log_retention_days = log_retention_variable("the function's log")
    tags = tags_variable()

    def build(self) -> None:
        caller, partition = CallerIdentityData(self, "current"), PartitionData(self, "current")
        region = RegionData(self, "current")
        function_arn = self.local(
            "function_arn",
            f"arn:{partition.partition}:lambda:{region.id}:{caller.account_id}:function:{self.name}",
            "Written out, because roles name the function before it exists.",
        )
        pointer, released = released_image(self, self.image_parameter, "the code runner")
        group = SecurityGroup(
            self,
            "this",
            name=f"{self.name}-runner",
            description=f"Code runner {self.name}: no way in, no way out",
            vpc_id=self.vpc_id,
            tags=self.tags,
            why="It has no rules and must never get one: nothing reaches the runner, and it reaches nothing.",
        )
        log = CloudwatchLogGroup(
            self,
            "this",
            name=f"/aws/lambda/{self.name}",
            retention_in_days=self.log_retention_days,
            tags=self.tags,
        )
        with self.file("role"):
            role, policy = self.role(function_arn, log, caller)
        function = self.function(pointer, released, role, policy, group, log)
        self.output("function_name", self.name, "Name of the function.")
        self.output("qualified_name", f"{self.name}:{ALIAS}", "What callers invoke: the function's released version.")
        self.output("alias_arn", f"{function_arn}:{ALIAS}", "ARN for the callers' permission to invoke.")
        self.output("released", fn.length(function.splat) > 0, "Whether an image has been released.")
        self.output("image_parameter", pointer.name, "Parameter that names the released image.")
        self.output("security_group_id", group.id, "Security group of the function.")
        self.output("role_arn", role.arn, "ARN of the function's role.")

    def role(
        self, function_arn: Expr, log: CloudwatchLogGroup, caller: CallerIdentityData
    ) -> tuple[IamRole, IamRolePolicy]:
        role = IamRole(
            self,
            "this",
            name=f"{limited(self.name, 57)}-runner",
            assume_role_policy=assumed_by(
                "lambda.amazonaws.com", {"StringEquals": {"aws:SourceAccount": caller.account_id}}
            ),
            tags=self.tags,
        )
        policy = IamRolePolicy(
            self,
            "this",
            name="run-programs",
            role=role.id,
            policy=document(
                allow("WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log.arn}:*"),
                allow("AttachToVpc", NETWORK_INTERFACE_ACTIONS, "*"),
                deny(
                    "NothingForPrograms",
                    NETWORK_INTERFACE_ACTIONS,
                    "*",
                    {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
                ),
            ),
            why=(
                "Lambda attaches the function with this role, and a program inside finds the role's credentials: "
                "what Lambda needs is denied to calls that come from the function itself."
            ),
        )
        return role, policy

    def function(
        self,
        pointer: SsmParameter,
        released: Expr,
        role: IamRole,
        policy: IamRolePolicy,
        group: SecurityGroup,
        log: CloudwatchLogGroup,
    ) -> LambdaFunction:
        function = LambdaFunction(
            self,
            "this",
            count=released.then(1, 0),
            function_name=self.name,
            description="Compiles and runs programs nobody trusts",
            role=role.arn,
            package_type="Image",
            image_uri=pointer.insecure_value,
            architectures=[(self.architecture == "X86_64").then("x86_64", "arm64")],
            memory_size=self.memory,
            timeout=self.timeout,
            reserved_concurrent_executions=self.reserved_concurrency,
            publish=True,
            ephemeral_storage={"size": self.ephemeral_storage},
            vpc_config={"subnet_ids": self.subnet_ids, "security_group_ids": [group.id]},
            logging_config={"log_format": "Text", "log_group": log.name},
            tags=self.tags,
            depends_on=[policy],
            why="Lambda checks the role's permissions when it creates the function.",
        )
        LambdaAlias(
            self,
            ALIAS,
            count=released.then(1, 0),
            name=ALIAS,
            description="The released version",
            function_name=function[0].function_name,
            function_version=function[0].version,
        )
        return function
