"""The code runner's engine `lambda`: the function, its role, who may call it and what is watched of it."""

from __future__ import annotations

from dataclasses import dataclass

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup, CloudwatchMetricAlarm
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.lambda_ import (
    LambdaAlias,
    LambdaFunction,
    LambdaFunctionEventInvokeConfig,
    LambdaPermission,
)
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.bindings.ssm import SsmParameter
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, null
from generator.hcl.policy import allow, assumed_by, deny, document
from generator.modules.shared.alarms import AT_LEAST, FIVE_MINUTES
from generator.modules.shared.common import limited, released_image
from generator.modules.shared.runner_variables import LAMBDA, MEMORY, RunnerVariables

ALIAS = "live"
SHORTEST_EVENT_AGE = 60  # seconds; Lambda knows no shorter one
# What Lambda itself does with the role to attach a function to a VPC. AWS gives these actions no resource level.
NETWORK_INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


@dataclass(frozen=True)
class Function:
    """Expressions of what the module tells of the function; the lists are empty with another engine."""

    arn: Expr
    released: Expr
    image_parameters: Expr
    security_group_ids: Expr
    role_arns: Expr


def lambda_engine(module: RunnerVariables) -> Function:
    """Declare the engine's resources, which are there with the engine `lambda` alone."""
    wanted = (module.engine == LAMBDA).then(1, 0)
    caller, partition = CallerIdentityData(module, "current"), PartitionData(module, "current")
    region = RegionData(module, "current")
    arn = module.local(
        "function_arn",
        f"arn:{partition.partition}:lambda:{region.id}:{caller.account_id}:function:{module.name}",
        "Written out, because roles name the function before it exists.",
    )
    pointer, released = released_image(module, module.image_parameter, "the code runner", count=wanted)
    group = SecurityGroup(
        module,
        "this",
        count=wanted,
        name=f"{module.name}-runner",
        description=f"Code runner {module.name}: no way in, no way out",
        vpc_id=module.vpc_id,
        tags=module.tags,
        why="It has no rules and must never get one: nothing reaches the runner, and it reaches nothing.",
        skip={"CKV2_AWS_5": "Attached to the function, which is absent until an image is released."},
    )
    log = CloudwatchLogGroup(
        module,
        "this",
        count=wanted,
        name=fn.coalesce(module.log_group_name, f"/aws/lambda/{module.name}"),
        retention_in_days=module.log_retention_days,
        tags=module.tags,
        skip={
            "CKV_AWS_158": "CloudWatch encrypts the log in any case; programs' output is in answers, not in the log.",
            "CKV_AWS_338": "The caller decides how long: what the runner logs is rarely looked at after a month.",
        },
    )
    with module.file("role"):
        role, policy = _role(module, wanted, arn, log, caller)
    alias = _function(module, pointer, released, role, policy, group, log)
    with module.file("callers"):
        _callers(module, released, alias)
    with module.file("alarms"):
        _alarms(module, released)
    for before in (pointer, group, log, role, policy):
        address = before.reference().code
        module.moved(address, f"{address}[0]")
    return Function(
        arn=arn,
        released=released,
        image_parameters=pointer.splat.name,
        security_group_ids=group.splat.id,
        role_arns=role.splat.arn,
    )


def _role(
    module: RunnerVariables, wanted: Expr, function_arn: Expr, log: CloudwatchLogGroup, caller: CallerIdentityData
) -> tuple[IamRole, IamRolePolicy]:
    role = IamRole(
        module,
        "this",
        count=wanted,
        name=f"{limited(module.name, 57)}-runner",
        assume_role_policy=assumed_by(
            "lambda.amazonaws.com", {"StringEquals": {"aws:SourceAccount": caller.account_id}}
        ),
        tags=module.tags,
    )
    policy = IamRolePolicy(
        module,
        "this",
        count=wanted,
        name="run-programs",
        role=role[0].id,
        skip={"CKV_AWS_290": "AWS has no resource level for network interfaces; programs are denied these actions."},
        policy=document(
            allow("WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log[0].arn}:*"),
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


def _function(
    module: RunnerVariables,
    pointer: SsmParameter,
    released: Expr,
    role: IamRole,
    policy: IamRolePolicy,
    group: SecurityGroup,
    log: CloudwatchLogGroup,
) -> LambdaAlias:
    function = LambdaFunction(
        module,
        "this",
        count=released.then(1, 0),
        function_name=module.name,
        description="Compiles and runs programs nobody trusts",
        skip={
            "CKV_AWS_50": "Tracing would let programs write to X-Ray with the function's role.",
            "CKV_AWS_116": "Callers wait for the answer; a failed run has nobody to be delivered to later.",
            "CKV_AWS_173": "The environment holds no secret: programs can read it.",
            "CKV_AWS_272": "AWS has code signing for archives only; the image is named by its digest.",
        },
        role=role[0].arn,
        package_type="Image",
        image_uri=pointer[0].insecure_value,
        architectures=[(module.architecture == "X86_64").then("x86_64", "arm64")],
        memory_size=fn.coalesce(module.memory, MEMORY[LAMBDA]),
        timeout=module.timeout,
        reserved_concurrent_executions=module.reserved_concurrency,
        publish=True,
        ephemeral_storage={"size": module.ephemeral_storage},
        environment=Dynamic(
            (fn.length(module.environment) > 0).then([module.environment], []),
            lambda block: {"variables": block.value},
        ),
        vpc_config={"subnet_ids": module.subnet_ids, "security_group_ids": [group[0].id]},
        logging_config={"log_format": "Text", "log_group": log[0].name},
        tags=module.tags,
        depends_on=[policy],
        why="Lambda checks the role's permissions when it creates the function.",
    )
    return LambdaAlias(
        module,
        ALIAS,
        count=released.then(1, 0),
        name=ALIAS,
        description="The released version",
        function_name=function[0].function_name,
        function_version=function[0].version,
    )


def _callers(module: RunnerVariables, released: Expr, alias: LambdaAlias) -> None:
    LambdaPermission(
        module,
        "invoker",
        for_each=released.then(module.invoker_role_arns, {}),
        statement_id=f"Invoke-{each.key}",
        action="lambda:InvokeFunction",
        function_name=alias[0].function_name,
        qualifier=alias[0].name,
        principal=each.value,
        why="On the alias: no caller reaches a version that is not released, and nobody gets a URL.",
    )
    LambdaFunctionEventInvokeConfig(
        module,
        ALIAS,
        count=released.then(1, 0),
        function_name=alias[0].function_name,
        qualifier=alias[0].name,
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=SHORTEST_EVENT_AGE,
        why="A program that failed is not run again behind its author's back, nor run when nobody waits any more.",
    )


def _alarms(module: RunnerVariables, released: Expr) -> None:
    percent = module.alarms.duration_percent
    limits = (
        ("errors", "fails: a program's own failure is an answer, not an error", "Errors", "Sum", 1),
        ("throttles", "refuses calls: reserved_concurrency is reached", "Throttles", "Sum", 1),
        (
            "duration",
            f"runs for {percent} % of its timeout of {module.timeout} seconds",
            "Duration",
            "Maximum",
            module.timeout * 1000 * percent / 100,
        ),
    )
    for watched, what, metric, statistic, threshold in limits:
        CloudwatchMetricAlarm(
            module,
            watched,
            count=(released & (module.alarms != null)).then(1, 0),
            alarm_name=f"{module.name}-{watched}",
            alarm_description=f"Code runner {module.name} {what}",
            namespace="AWS/Lambda",
            metric_name=metric,
            dimensions={"FunctionName": module.name},
            statistic=statistic,
            comparison_operator=AT_LEAST,
            threshold=threshold,
            period=FIVE_MINUTES,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[module.alarms.topic_arn],
            ok_actions=[module.alarms.topic_arn],
            tags=module.tags,
        )
