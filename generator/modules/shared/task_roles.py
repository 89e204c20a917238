"""The two roles of a task: one that starts it, one that its program has."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.expression import Expr, for_list
from generator.hcl.policy import allow, assumed_by, deny
from generator.hcl.stack import Stack
from generator.hcl.type_constraint import list_of, map_of, object_of
from generator.modules.shared.common import limited

PERMISSIONS = map_of(object_of({"actions": list_of("string"), "resources": list_of("string")}))


def task_trust(stack: Stack, region: RegionData) -> Expr:
    """The trust policy of a task's roles: ECS, for tasks of this account and region."""
    caller, partition = CallerIdentityData(stack, "current"), PartitionData(stack, "current")
    tasks = f"arn:{partition.partition}:ecs:{region.id}:{caller.account_id}:*"
    return assumed_by(
        "ecs-tasks.amazonaws.com",
        {"ArnLike": {"aws:SourceArn": tasks}, "StringEquals": {"aws:SourceAccount": caller.account_id}},
    )


def execution_role(
    stack: Stack, name: Expr, trust: Expr, log: CloudwatchLogGroup, repository_arn: Expr, secrets: Expr
) -> tuple[IamRole, IamRolePolicy]:
    """The role that starts a task: pulls from one repository, writes one log, reads the named secrets."""
    role = IamRole(
        stack,
        "execution",
        name=f"{limited(name, 54)}-execution",
        assume_role_policy=trust,
        tags=Expr("var.tags"),
    )
    statements = [
        allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], "*"),
        allow(
            "PullImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            repository_arn,
        ),
        allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log.arn}:*"),
    ]
    # An ARN that asks ECS for one key of a secret goes on after the secret's own ARN, which alone IAM knows.
    own_arns = for_list(fn.values(secrets), lambda arn: fn.regex("^[^:]+(?::[^:]+){5,6}", arn), names=("arn",))
    read_secrets = allow("ReadSecrets", ["ssm:GetParameters", "secretsmanager:GetSecretValue"], fn.distinct(own_arns))
    policy = IamRolePolicy(
        stack,
        "execution",
        name="start-task",
        role=role.id,
        policy=_document(fn.concat(statements, (fn.length(secrets) > 0).then([read_secrets], []))),
        why="AWS gives the registry's log-in no resource level; everything else is named.",
    )
    return role, policy


def task_role(stack: Stack, name: Expr, trust: Expr, permissions: Expr, execute_command: Expr) -> IamRole:
    """The role of the program: *permissions* by statement id (``PERMISSIONS``), never to make users or policies."""
    role = IamRole(stack, "task", name=f"{limited(name, 59)}-task", assume_role_policy=trust, tags=Expr("var.tags"))
    no_escalation = deny("DenyIAM", ["iam:CreateUser", "iam:DeleteUser", "iam:CreatePolicy"], "*")
    granted = for_list(
        permissions,
        lambda sid, p: {"Sid": sid, "Effect": "Allow", "Action": p.actions, "Resource": p.resources},
        names=("sid", "permission"),
    )
    channels = [f"ssmmessages:{verb}{kind}Channel" for kind in ("Control", "Data") for verb in ("Create", "Open")]
    shell = allow("OpenShell", channels, "*")
    IamRolePolicy(
        stack,
        "task",
        name="run-program",
        role=role.id,
        policy=_document(fn.concat([no_escalation], granted, execute_command.then([shell], []))),
    )
    return role


def _document(statements: Expr) -> Expr:
    return fn.jsonencode({"Version": "2012-10-17", "Statement": statements})
