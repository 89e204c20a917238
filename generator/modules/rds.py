"""A relational database: PostgreSQL or MySQL on RDS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.iam import IamRole
from generator.bindings.rds import DbInstance, DbInstanceRestoreToPointInTimeBlock, DbParameterGroup
from generator.bindings.secretsmanager import SecretsmanagerSecret
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_map, null
from generator.hcl.types import Condition
from generator.modules.shared import database as db
from generator.modules.shared.common import every, present
from generator.modules.shared.database_resources import (
    log_groups,
    monitoring_role,
    network,
    own_password,
    parameter_groups,
)
from generator.modules.shared.database_variables import DatabaseVariables

SKIPS = {
    "CKV_AWS_157": "A standby doubles the price: multi_az is the caller's to say.",
    "CKV_AWS_354": "With kms_key_arn where it is given, else with the key that AWS manages.",
    "CKV_AWS_293": "On, until the operator applies allow_destroy.",
}


@dataclass(frozen=True)
class Instances:
    """Expressions of maps by the identifier of each instance."""

    families: Expr
    classes: Expr
    insights: Expr


class Rds(DatabaseVariables):
    """A PostgreSQL or MySQL instance in private subnets, with read replicas.

    It is encrypted, takes TLS only, is backed up, and cannot be deleted until `allow_destroy` is applied; a final
    snapshot then remains, under a name that no earlier life of the database used. Only the named security groups reach
    its port. Nothing here makes it public.

    The master password is never in plan or state. RDS manages and rotates it every seven days by itself, unless there
    are read replicas: RDS has none of a database whose password it manages. With `managed_password = false` the
    password is generated into a secret of the module; raising `password_version` writes a new one. The instance gets
    what the secret says, not what was generated, so that an apply which stopped halfway is mended by the next. Either
    way the secret holds `username` and `password`, and rotates while tasks run: a service reads it when it connects,
    or uses IAM authentication, instead of being given it at its start.

    Parameter groups are keyed by family, such as postgres15. A major upgrade makes the group of the new family first
    and removes the old one last, since RDS neither upgrades into a group of another family nor deletes one in use.
    RDS upgrades replicas of PostgreSQL along with their source; those of MySQL go first, by their own `engine_version`.
    A version without a minor part, such as 15, follows the minor upgrades of RDS; one with it stays there.

    `restore` acts when the database is created and is ignored ever after, so that a restored database is not replaced
    when the call changes. User, database name and encryption key are then those of the backup, which must be encrypted.

    Planning with `managed_password = false` reads the secret, so whoever plans needs its permission.
    """

    example: ClassVar = {
        "name": "example-test",
        "vpc_id": "vpc-0123456789abcdef0",
        "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
        "allowed_security_groups": {"backend": "sg-0123456789abcdef0"},
        "engine_version": "15",
        "instance_class": "db.t3.micro",
        "database_name": "example",
    }

    def build(self) -> None:
        port = self.local("port", fn.coalesce(self.port, db.of_engine(self.engine, db.PORTS)))
        restored = self.local("restored", self.restore != null)
        instances = self.instances()
        exports = self.local(
            "log_exports",
            (self.log_exports == null).then(db.of_engine(self.engine, db.LOG_EXPORTS), self.log_exports),
        )
        with self.file("network"):
            subnet_group, security_group = network(self, port)
        with self.file("parameters"):
            groups = parameter_groups(self, instances.families)
        with self.file("password"):
            secret, password = own_password(self)
        with self.file("monitoring"):
            role, permissions = monitoring_role(self)
            logs = log_groups(self, instances.families, exports)
        instance = DbInstance(
            self,
            "this",
            identifier=self.name,
            engine=self.engine,
            engine_version=self.engine_version,
            auto_minor_version_upgrade=db.follows_minor_versions(self.engine, self.engine_version),
            allow_major_version_upgrade=self.allow_major_version_upgrade,
            apply_immediately=self.apply_immediately,
            instance_class=self.instance_class,
            multi_az=self.multi_az,
            db_name=restored.then(null, self.database_name),
            username=restored.then(null, self.username),
            manage_master_user_password=self.managed_password.then(True, null),
            master_user_secret_kms_key_id=self.managed_password.then(self.kms_key_arn, null),
            password_wo=password,
            password_wo_version=self.managed_password.then(null, self.password_version),
            port=port,
            db_subnet_group_name=subnet_group.name,
            vpc_security_group_ids=[security_group.id],
            publicly_accessible=False,
            ca_cert_identifier=self.ca_certificate,
            iam_database_authentication_enabled=self.iam_authentication,
            parameter_group_name=groups[instances.families[self.name]].name,
            allocated_storage=self.allocated_storage,
            max_allocated_storage=self.max_allocated_storage,
            storage_type=self.storage_type,
            iops=fn.try_(self.storage_performance.iops, null),
            storage_throughput=fn.try_(self.storage_performance.throughput, null),
            storage_encrypted=True,
            kms_key_id=restored.then(null, self.kms_key_arn),
            backup_retention_period=self.backup_retention_days,
            backup_window=self.backup_window,
            maintenance_window=self.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=~self.allow_destroy,
            skip_final_snapshot=self.skip_final_snapshot,
            final_snapshot_identifier=f"{self.name}-final-{self.snapshot_suffix(security_group)}",
            snapshot_identifier=fn.try_(self.restore.snapshot_identifier, null),
            restore_to_point_in_time=self.point_in_time(),
            performance_insights_enabled=instances.insights[self.name],
            performance_insights_kms_key_id=instances.insights[self.name].then(self.kms_key_arn, null),
            performance_insights_retention_period=instances.insights[self.name].then(
                self.performance_insights_retention_days, null
            ),
            monitoring_interval=self.monitoring_interval,
            monitoring_role_arn=role.attribute_of_one("arn"),
            enabled_cloudwatch_logs_exports=exports,
            tags=self.tags,
            depends_on=[permissions, logs],
            lifecycle={
                "ignore_changes": ["snapshot_identifier", "restore_to_point_in_time"],
                "precondition": self.preconditions(instances, exports),
            },
            skip=SKIPS,
            why="A restore makes the database once; another value must not make it anew.",
        )
        with self.file("replicas"):
            replicas = self.read_replicas(instance, security_group, role, exports, instances, groups, port)
        self.outputs(instance, replicas, secret, security_group)

    def snapshot_suffix(self, group: SecurityGroup) -> Expr:
        """A name that no other life of the database had: RDS keeps a final snapshot, and refuses another so called."""
        return fn.coalesce(self.final_snapshot_suffix, fn.trimprefix(group.id, "sg-"))

    def instances(self) -> Instances:
        """What differs between the source and its replicas."""
        versions = self.local(
            "versions",
            self.by_instance(self.engine_version, lambda r: fn.coalesce(r.engine_version, self.engine_version)),
            "By instance, as are families, classes and insights: where Performance Insights is kept.",
        )
        families = self.local(
            "families",
            for_map(versions, lambda name, v: (name, db.family(self.engine, v)), names=("name", "version")),
        )
        classes = self.local(
            "classes",
            self.by_instance(self.instance_class, lambda r: fn.coalesce(r.instance_class, self.instance_class)),
        )
        insights = self.local(
            "insights",
            for_map(
                classes,
                lambda name, c: (name, fn.coalesce(self.performance_insights, db.insights_possible(self.engine, c))),
                names=("name", "class"),
            ),
        )
        return Instances(families, classes, insights)

    def by_instance(self, source: Expr, replica: Callable[[Expr], Expr]) -> Expr:
        """A map by identifier: *source* for the source, and what *replica* makes of each replica."""
        return fn.merge(
            {self.name: source},
            for_map(self.replicas, lambda key, r: (f"{self.name}-{key}", replica(r)), names=("key", "replica")),
        )

    def point_in_time(self) -> Dynamic[DbInstanceRestoreToPointInTimeBlock]:
        from_snapshot = fn.try_(self.restore.snapshot_identifier, null) != null
        return Dynamic(
            from_snapshot.then([], present(self.restore)),
            lambda block: {
                "source_db_instance_identifier": block.value.source_identifier,
                "source_dbi_resource_id": block.value.source_resource_id,
                "source_db_instance_automated_backups_arn": block.value.source_backup_arn,
                "restore_time": block.value.time,
                "use_latest_restorable_time": (block.value.time == null).then(True, null),
            },
        )

    def preconditions(self, instances: Instances, exports: Expr) -> list[Condition]:
        possible = db.of_engine(self.engine, db.ALL_LOGS)
        times = self.local("windows", db.window_times(self.backup_window, self.maintenance_window))
        return [
            {
                "condition": ~self.managed_password | (fn.length(self.replicas) == 0),
                "error_message": (
                    "RDS has no read replicas of a database whose password it manages: set managed_password = false."
                ),
            },
            {
                "condition": ~fn.coalesce(self.performance_insights, False)
                | every(instances.classes, lambda _, c: db.insights_possible(self.engine, c), names=("_", "class")),
                "error_message": (
                    "Performance Insights of MySQL needs a larger instance class than micro and small: leave "
                    "performance_insights null to have it where it is possible."
                ),
            },
            {
                "condition": fn.length(fn.setsubtract(exports, possible)) == 0,
                "error_message": f"{self.engine} has not all of log_exports: {db.LOGS_BY_ENGINE}.",
            },
            {
                "condition": ~self.allow_major_version_upgrade | self.apply_immediately,
                "error_message": (
                    "allow_major_version_upgrade needs apply_immediately: the old parameter group can only be removed "
                    "once the database has left it."
                ),
            },
            *db.window_preconditions(self.backup_window, self.maintenance_window, times),
            *db.storage_preconditions(
                self.storage_type, self.allocated_storage, self.max_allocated_storage, self.storage_performance
            ),
        ]

    def read_replicas(
        self,
        source: DbInstance,
        security_group: SecurityGroup,
        role: IamRole,
        exports: Expr,
        instances: Instances,
        groups: DbParameterGroup,
        port: Expr,
    ) -> DbInstance:
        identifier = f"{self.name}-{each.key}"
        return DbInstance(
            self,
            "replica",
            for_each=self.replicas,
            identifier=identifier,
            replicate_source_db=source.identifier,
            engine_version=each.value.engine_version,
            auto_minor_version_upgrade=db.follows_minor_versions(self.engine, self.engine_version),
            allow_major_version_upgrade=self.allow_major_version_upgrade,
            apply_immediately=self.apply_immediately,
            instance_class=instances.classes[identifier],
            availability_zone=each.value.availability_zone,
            multi_az=each.value.multi_az,
            port=port,
            vpc_security_group_ids=[security_group.id],
            publicly_accessible=False,
            ca_cert_identifier=self.ca_certificate,
            iam_database_authentication_enabled=self.iam_authentication,
            parameter_group_name=groups[instances.families[identifier]].name,
            max_allocated_storage=self.max_allocated_storage,
            storage_type=self.storage_type,
            iops=fn.try_(self.storage_performance.iops, null),
            storage_throughput=fn.try_(self.storage_performance.throughput, null),
            storage_encrypted=True,
            maintenance_window=self.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=~self.allow_destroy,
            skip_final_snapshot=True,
            performance_insights_enabled=instances.insights[identifier],
            performance_insights_kms_key_id=instances.insights[identifier].then(self.kms_key_arn, null),
            performance_insights_retention_period=instances.insights[identifier].then(
                self.performance_insights_retention_days, null
            ),
            monitoring_interval=self.monitoring_interval,
            monitoring_role_arn=role.attribute_of_one("arn"),
            enabled_cloudwatch_logs_exports=exports,
            tags=self.tags,
            skip=SKIPS,
            why="Subnets, user and key are the source's, and RDS takes no final snapshot of a replica.",
        )

    def outputs(
        self, instance: DbInstance, replicas: DbInstance, secret: SecretsmanagerSecret, group: SecurityGroup
    ) -> None:
        arn = fn.split(":", instance.arn)
        self.output("identifier", instance.identifier, "Identifier of the instance.")
        self.output("arn", instance.arn, "ARN of the instance.")
        self.output("resource_id", instance.resource_id, "What restores and IAM know the instance by.")
        self.output("address", instance.address, "Host name of the database.")
        self.output("port", instance.port, "Port of the database.")
        self.output("database_name", self.database_name, "Name of the first database.")
        self.output("username", instance.username, "Master user.")
        self.output(
            "secret_arn",
            self.managed_password.then(
                fn.one(instance.master_user_secret.splat.secret_arn), secret.attribute_of_one("arn")
            ),
            "ARN of the secret with username and password; it rotates, so read it when connecting.",
        )
        self.output(
            "iam_user_arn_prefix",
            f"arn:{arn[1]}:rds-db:{arn[3]}:{arn[4]}:dbuser:{instance.resource_id}/",
            "ARN for the permission rds-db:connect, up to the database user's name.",
        )
        self.output("security_group_id", group.id, "Security group of the database and its replicas.")
        self.output("final_snapshot_identifier", instance.final_snapshot_identifier, "What a destroy leaves behind.")
        self.output(
            "replica_addresses",
            for_map(replicas, lambda key, r: (key, r.address), names=("key", "replica")),
            "Host names of the read replicas by name.",
        )
