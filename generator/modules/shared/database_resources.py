"""What a database has around it: network, parameter groups, its own password, the monitoring role, log groups."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ec2 import SecurityGroup, VpcSecurityGroupIngressRule
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.bindings.rds import DbParameterGroup, DbSubnetGroup
from generator.bindings.secretsmanager import (
    SecretsmanagerRandomPasswordEphemeral,
    SecretsmanagerSecret,
    SecretsmanagerSecretVersion,
    SecretsmanagerSecretVersionEphemeral,
)
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_list, null
from generator.hcl.policy import allow, assumed_by, document
from generator.modules.shared import database as db
from generator.modules.shared.common import limited
from generator.modules.shared.database_variables import DatabaseVariables

# Letters and digits: a password that needs no quoting in a connection URL. MySQL takes 41 characters at most.
PASSWORD_LENGTH = 40


def network(module: DatabaseVariables, port: Expr) -> tuple[DbSubnetGroup, SecurityGroup]:
    """Declare the subnet group, and a security group that only the allowed ones may enter."""
    subnets = DbSubnetGroup(
        module,
        "this",
        name=module.name,
        description=f"Subnets of the database {module.name}",
        subnet_ids=module.subnet_ids,
        tags=module.tags,
    )
    group = SecurityGroup(
        module,
        "this",
        name=f"{module.name}-database",
        description=f"Database {module.name}",
        vpc_id=module.vpc_id,
        tags=module.tags,
        why="No way out: a database answers, and replicas are fed by a network of RDS.",
    )
    VpcSecurityGroupIngressRule(
        module,
        "this",
        for_each=module.allowed_security_groups,
        security_group_id=group.id,
        description=f"Database from {each.key}",
        referenced_security_group_id=each.value,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        tags=module.tags,
    )
    return subnets, group


def parameter_groups(module: DatabaseVariables, families: Expr) -> DbParameterGroup:
    """Declare a parameter group for each of *families* (families by instance)."""
    own = {
        engine: {
            name: {"value": value, "apply_method": "immediate"}
            for name, value in {**db.PARAMETERS[engine], tls: module.require_tls.then("1", "0")}.items()
        }
        for engine, tls in db.TLS_PARAMETERS.items()
    }
    parameters = module.local("parameters", fn.merge(db.of_engine(module.engine, own), module.parameters))
    return DbParameterGroup(
        module,
        "this",
        for_each=fn.toset(fn.values(families)),
        name=f"{module.name}-{fn.replace(each.key, '.', '-')}",
        description=f"Parameters of {module.name}",
        family=each.key,
        parameter=Dynamic(
            parameters,
            lambda block: {
                "name": block.key,
                "value": block.value.value,
                "apply_method": block.value.apply_method,
            },
        ),
        tags=module.tags,
        lifecycle={"create_before_destroy": True},
        why="RDS deletes no group in use: the instance has to leave it first.",
    )


def own_password(module: DatabaseVariables) -> tuple[SecretsmanagerSecret, Expr]:
    """Declare the secret of a password that RDS does not manage, and return it with the password (null if RDS does).

    The ephemeral values reach neither plan nor state.
    """
    own = (~module.managed_password).then(1, 0)
    secret = SecretsmanagerSecret(
        module,
        "this",
        count=own,
        name=f"{module.name}/credentials",
        description=f"Master user of the database {module.name}",
        kms_key_id=module.kms_key_arn,
        recovery_window_in_days=module.allow_destroy.then(0, 30),
        tags=module.tags,
        skip={
            "CKV_AWS_149": "With kms_key_arn where it is given, else with the key that AWS manages.",
            "CKV2_AWS_57": "Renewed with the instance by password_version: a rotation function would renew one alone.",
        },
    )
    generated = SecretsmanagerRandomPasswordEphemeral(
        module,
        "this",
        count=own,
        password_length=PASSWORD_LENGTH,
        exclude_punctuation=True,
        require_each_included_type=True,
    )
    version = SecretsmanagerSecretVersion(
        module,
        "this",
        count=own,
        secret_id=secret[0].id,
        secret_string_wo=fn.jsonencode({"username": module.username, "password": generated[0].random_password}),
        secret_string_wo_version=module.password_version,
    )
    written = SecretsmanagerSecretVersionEphemeral(
        module,
        "this",
        count=own,
        secret_id=version[0].secret_id,
        why=(
            "Each run generates another password. Reading back the one that was written gives the instance what the "
            "secret says, even if an earlier apply stopped between the two."
        ),
    )
    return secret, module.managed_password.then(null, fn.jsondecode(written.attribute_of_one("secret_string")).password)


def monitoring_role(module: DatabaseVariables) -> tuple[IamRole, IamRolePolicy]:
    """Declare the role by which RDS writes the measurements of enhanced monitoring."""
    caller, partition = CallerIdentityData(module, "current"), PartitionData(module, "current")
    region = RegionData(module, "current")
    wanted = (module.monitoring_interval > 0).then(1, 0)
    role = IamRole(
        module,
        "monitoring",
        count=wanted,
        name=f"{limited(module.name, 53)}-monitoring",
        assume_role_policy=assumed_by(
            "monitoring.rds.amazonaws.com", {"StringEquals": {"aws:SourceAccount": caller.account_id}}
        ),
        tags=module.tags,
    )
    group = f"arn:{partition.partition}:logs:{region.id}:{caller.account_id}:log-group:RDSOSMetrics"
    policy = IamRolePolicy(
        module,
        "monitoring",
        count=wanted,
        name="write-measurements",
        role=role[0].id,
        policy=document(
            allow("MakeGroup", ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], f"{group}:*"),
            allow(
                "WriteMeasurements",
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"],
                f"{group}:log-stream:*",
            ),
        ),
        why="What the managed policy for enhanced monitoring allows, in this account and region alone.",
    )
    return role, policy


def log_groups(module: DatabaseVariables, families: Expr, exports: Expr) -> CloudwatchLogGroup:
    """Declare a log group for each of *exports* of each instance, keyed `instance/log`."""
    pairs = for_list(fn.setproduct(fn.keys(families), exports), lambda pair: f"{pair[0]}/{pair[1]}", names=("pair",))
    return CloudwatchLogGroup(
        module,
        "exported",
        for_each=fn.toset(pairs),
        name=f"/aws/rds/instance/{each.key}",
        retention_in_days=module.log_retention_days,
        kms_key_id=module.kms_key_arn,
        tags=module.tags,
        skip={
            "CKV_AWS_158": "With kms_key_arn where it is given; CloudWatch encrypts it in any case.",
            "CKV_AWS_338": "How long is the caller's to say: log_retention_days.",
        },
        why="Made before the instance: RDS would make groups that keep their logs for ever.",
    )
