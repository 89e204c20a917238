"""The two roles of a task: one that starts it, one that its program has."""

from __future__ import annotations

from collections.abc import Sequence

from generator.bindings import functions as fn
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.expression import Expr, for_list
from generator.hcl.policy import allow, assumed_by, deny
from generator.hcl.stack import Stack
from generator.hcl.type_constraint import list_of, map_of, object_of
from generator.modules.shared.common import limited

PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
TRACE_ACTIONS = (
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    *("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"),
)
# What SSM and Secrets Manager tell KMS of what they decrypt.
ENCRYPTED = (("Parameters", "ssm", "PARAMETER_ARN"), ("Secrets", "secretsmanager", "SecretARN"))
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
    stack: Stack,
    name: Expr,
    trust: Expr,
    log_arn: object,
    repository_arn: Expr,
    secrets: Expr,
    more: Sequence[Expr] = (),
) -> tuple[IamRole, IamRolePolicy]:
    """The role that starts a task: pulls from one repository, writes the log *log_arn*, reads *secrets*.

    *secrets* is a list of ARNs.

    *more* are lists of further statements.
    """
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
            PULL_ACTIONS,
            repository_arn,
        ),
        allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log_arn}:*"),
    ]
    # An ARN that asks ECS for one key of a secret goes on after the secret's own ARN, which alone IAM knows.
    own_arns = for_list(secrets, lambda arn: fn.try_(fn.regex("^[^:]+(?::[^:]+){5,6}", arn), arn), names=("arn",))
    named = stack.local("secret_arns", fn.distinct(own_arns))
    read_secrets = allow("ReadSecrets", ["ssm:GetParameters", "secretsmanager:GetSecretValue"], named)
    decrypt = [_decrypt(named, kind, service, key) for kind, service, key in ENCRYPTED]
    policy = IamRolePolicy(
        stack,
        "execution",
        name="start-task",
        role=role.id,
        policy=_document(fn.concat(statements, (fn.length(named) > 0).then([read_secrets], []), *decrypt, *more)),
        why="AWS gives the registry's log-in no resource level; everything else is named.",
    )
    return role, policy


def _decrypt(arns: Expr, kind: str, service: str, key: str) -> Expr:
    """The list of the statement that decrypts those of *arns* that are of *service*, whatever key encrypts them.

    KMS tells a use of the key for one secret by its encryption context, so no key has to be named.
    """
    partition, region = Expr("data.aws_partition.current"), Expr("data.aws_region.current.id")
    keys = f"arn:{partition.partition}:kms:{region}:{Expr('data.aws_caller_identity.current.account_id')}:key/*"
    own = for_list(arns, lambda arn: arn, names=("arn",), when=lambda arn: fn.strcontains(arn, f":{service}:"))
    condition = {
        "StringEquals": {
            "kms:ViaService": f"{service}.{region}.{partition.dns_suffix}",
            f"kms:EncryptionContext:{key}": own,
        }
    }
    return (fn.length(own) > 0).then([allow(f"Decrypt{kind}", ["kms:Decrypt"], keys, condition)], [])


def task_role(
    stack: Stack, name: Expr, trust: Expr, permissions: Expr, execute_command: Expr, more: Sequence[Expr] = ()
) -> IamRole:
    """The role of the program: *permissions* by statement id (``PERMISSIONS``), never to make users or policies.

    *more* are lists of further statements.
    """
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
        policy=_document(fn.concat([no_escalation], granted, execute_command.then([shell], []), *more)),
    )
    return role


def pull_sidecars(sidecars: Expr) -> Expr:
    """The list of the statement that lets the execution role pull the images of *sidecars* from their repositories."""
    arns = fn.compact(for_list(sidecars, lambda _, sidecar: sidecar.repository_arn, names=("_", "sidecar")))
    return (fn.length(arns) > 0).then([allow("PullSidecars", PULL_ACTIONS, fn.distinct(arns))], [])


def send_traces(xray: Expr) -> Expr:
    """The list of the statement that X-Ray's daemon needs; AWS gives its actions no resource level."""
    return xray.then([allow("SendTraces", TRACE_ACTIONS, "*")], [])


def mount_file_systems(volumes: Expr, region: RegionData) -> Expr:
    """The statements that let the program mount *volumes* of EFS through their access points; writing unless read-only.

    The access point decides as which user files are read and written, so no statement gives root's access.
    """
    account, partition = (
        Expr("data.aws_caller_identity.current.account_id"),
        Expr("data.aws_partition.current.partition"),
    )
    prefix = f"arn:{partition}:elasticfilesystem:{region.id}:{account}"

    def statement(name: Expr, volume: Expr) -> dict[str, object]:
        mount, write = "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"
        return {
            "Sid": f"Mount{fn.replace(fn.title(fn.replace(name, '/[^A-Za-z0-9]/', ' ')), ' ', '')}",
            "Effect": "Allow",
            "Action": volume.read_only.then([mount], [mount, write]),
            "Resource": f"{prefix}:file-system/{volume.file_system_id}",
            "Condition": {
                "StringEquals": {
                    "elasticfilesystem:AccessPointArn": f"{prefix}:access-point/{volume.access_point_id}",
                }
            },
        }

    return for_list(volumes, statement, names=("name", "volume"))


def _document(statements: Expr) -> Expr:
    return fn.jsonencode({"Version": "2012-10-17", "Statement": statements})
