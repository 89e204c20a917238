"""The variables of the module `rds`, with what each must be."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional, set_of
from generator.modules.shared import database as db
from generator.modules.shared.common import (
    LOG_RETENTION_DAYS,
    allow_destroy_variable,
    between,
    every,
    matches,
    one_of,
    tags_variable,
)

INSTANCE_CLASS = "^db[.][a-z0-9]+[.][a-z0-9-]+$"
REPLICA = object_of(
    {
        "instance_class": optional("string"),
        "engine_version": optional("string"),
        "availability_zone": optional("string"),
        "multi_az": optional("bool", False),
    }
)
RESTORE = object_of(
    {
        "snapshot_identifier": optional("string"),
        "source_identifier": optional("string"),
        "source_resource_id": optional("string"),
        "source_backup_arn": optional("string"),
        "time": optional("string"),
    }
)


def restore_sources(restore: Expr) -> Expr:
    return for_list(
        restore, lambda name, _: name, names=("name", "value"), when=lambda name, v: (name != "time") & (v != null)
    )


def restore_time_fits(restore: Expr) -> Expr:
    time = restore.time
    return (time == null) | (
        (restore.snapshot_identifier == null)
        & fn.try_(fn.can(fn.formatdate("Z", time)) & fn.endswith(time, "Z"), False)
    )


class DatabaseVariables(Module):
    """What a caller says about a database."""

    name = Variable(
        "string",
        "Identifier of the instance and prefix of every name: lower-case letters, digits and single hyphens, 2 to 40.",
        checks=lambda v: [
            (
                matches("^[a-z](-?[a-z0-9])+$", v) & (fn.length(v) <= 40),
                "name must be 2 to 40 lower-case letters, digits or single hyphens, starting with a letter.",
            )
        ],
    )
    vpc_id = Variable("string", "ID of the VPC.")
    subnet_ids = Variable(
        list_of("string"),
        "Private subnets, in two availability zones or more.",
        checks=lambda v: [(fn.length(v) >= 2, "subnet_ids must name subnets in two availability zones or more.")],
    )
    allowed_security_groups = Variable(
        map_of("string"), "IDs of the security groups that may connect, by a name of each.", default={}
    )
    engine = Variable(
        "string",
        "postgres or mysql.",
        default="postgres",
        checks=lambda v: [one_of("engine", v, (db.POSTGRES, db.MYSQL))],
    )
    engine_version = Variable(
        "string",
        "Version of the engine: a major one such as 15 or 8.0 follows minor upgrades, 15.4 or 8.0.35 stays.",
        checks=lambda v: [db.version_check(v, Expr("var.engine"))],
    )
    instance_class = Variable(
        "string",
        "Class of the instance.",
        checks=lambda v: [(matches(INSTANCE_CLASS, v), "instance_class must be a class such as db.t4g.micro.")],
    )
    database_name = Variable(
        "string",
        "Name of the first database.",
        checks=lambda v: [
            (
                matches("^[a-zA-Z][a-zA-Z0-9_]{0,62}$", v),
                "database_name must be 1 to 63 letters, digits or underscores, starting with a letter.",
            )
        ],
    )
    username = Variable(
        "string",
        "Master user. A restored database keeps that of its backup: name it here.",
        default="dbadmin",
        checks=lambda v: [
            (
                matches("^[a-zA-Z][a-zA-Z0-9_]{0,15}$", v)
                & ~matches("^(?i)(admin|public|user|rdsadmin|(pg|rds)_.*)$", v),
                "username must be 1 to 16 letters, digits or underscores, starting with a letter, not reserved.",
            )
        ],
    )
    port = Variable(
        "number",
        "Port of the database; null takes the engine's own.",
        default=None,
        checks=lambda v: [between("port", fn.coalesce(v, 5432), 1150, 65535)],
    )
    managed_password = Variable(
        "bool",
        "Whether RDS manages the master password. Read replicas need false: a secret of the module.",
        default=True,
    )
    password_version = Variable(
        "number",
        "Version of the module's own password; raising it writes a new one.",
        default=1,
        checks=lambda v: [(v >= 1, "password_version must be 1 or more.")],
    )
    allocated_storage = Variable(
        "number", "GiB of storage.", default=20, checks=lambda v: [between("allocated_storage", v, 20, 65536)]
    )
    max_allocated_storage = Variable(
        "number",
        "GiB up to which RDS enlarges the storage before it is full; 0 never does.",
        default=0,
        checks=lambda v: [between("max_allocated_storage", v, 0, 65536)],
    )
    storage_type = Variable(
        "string", "gp3 or io2.", default="gp3", checks=lambda v: [one_of("storage_type", v, ("gp3", "io2"))]
    )
    storage_performance = Variable(
        object_of({"iops": "number", "throughput": optional("number")}),
        "IOPS, and with gp3 MiB a second, beyond what the storage has of itself.",
        default=None,
    )
    kms_key_arn = Variable(
        "string",
        "KMS key of storage, secret, logs and Performance Insights, whose policy admits CloudWatch Logs; null takes "
        "AWS-managed keys. Another key is another database: RDS cannot change it.",
        default=None,
    )
    multi_az = Variable("bool", "Whether a standby in another zone takes over when this one fails.", default=False)
    replicas = Variable(
        map_of(REPLICA),
        "Read replicas by a name of each; what is null is as the source's.",
        default={},
        checks=lambda v: [
            (
                every(
                    v,
                    lambda key, r: (
                        matches("^[a-z0-9](-?[a-z0-9])*$", key)
                        & (fn.length(key) <= 20)
                        & matches(INSTANCE_CLASS, fn.coalesce(r.instance_class, "db.t4g.micro"))
                    ),
                    names=("key", "replica"),
                ),
                (
                    "replicas must have keys of 1 to 20 lower-case letters, digits or single hyphens, and classes such "
                    "as db.t4g.micro."
                ),
            )
        ],
    )
    parameters = Variable(
        map_of(object_of({"value": "string", "apply_method": optional("string", "immediate")})),
        "Parameters of the engine by name, besides and over the module's own.",
        default={},
        checks=lambda v: [
            (
                every(
                    v,
                    lambda name, p: (
                        matches("^[a-z][a-z0-9_.]*$", name)
                        & ~fn.contains(list(db.TLS_PARAMETERS.values()), name)
                        & fn.contains(["immediate", "pending-reboot"], p.apply_method)
                    ),
                    names=("name", "parameter"),
                ),
                (
                    "parameters must have names in lower case, none of them for TLS (require_tls), and apply_method "
                    "immediate or pending-reboot."
                ),
            )
        ],
    )
    require_tls = Variable("bool", "Whether connections without TLS are refused.", default=True)
    iam_authentication = Variable("bool", "Whether database users may log in by IAM.", default=True)
    backup_retention_days = Variable(
        "number",
        "Days that RDS keeps backups, within which every moment can be restored.",
        default=7,
        checks=lambda v: [between("backup_retention_days", v, 1, 35)],
    )
    backup_window = Variable(
        "string",
        "Time of the daily backup, in UTC.",
        default="03:00-04:00",
        checks=lambda v: [db.backup_window_check(v)],
    )
    maintenance_window = Variable(
        "string",
        "Time of the weekly maintenance, in UTC.",
        default="sun:04:30-sun:05:30",
        checks=lambda v: [db.maintenance_window_check(v)],
    )
    allow_major_version_upgrade = Variable("bool", "Whether engine_version may name another major one.", default=False)
    apply_immediately = Variable(
        "bool", "Whether changes that interrupt service are made at once, not at the next maintenance.", default=False
    )
    ca_certificate = Variable(
        "string", "Certificate authority of the server's certificate.", default="rds-ca-rsa2048-g1"
    )
    restore = Variable(
        RESTORE,
        "Backup that the database is made from: a snapshot, or a source at a time in UTC (the latest when null).",
        default=None,
        checks=lambda v: [
            (
                (v == null) | fn.try_((fn.length(restore_sources(v)) == 1) & restore_time_fits(v), False),
                "restore must name one snapshot, or one source with a time such as 2026-01-31T12:00:00Z or none.",
            )
        ],
    )
    skip_final_snapshot = Variable("bool", "Whether to destroy without a final snapshot.", default=False)
    final_snapshot_suffix = Variable(
        "string",
        "End of the final snapshot's name; null takes one that is new with each life of the database.",
        default=None,
        checks=lambda v: [
            (
                matches("^[a-z0-9](-?[a-z0-9])*$", fn.coalesce(v, "a")),
                "final_snapshot_suffix must be lower-case letters, digits or single hyphens.",
            )
        ],
    )
    performance_insights = Variable(
        "bool", "Whether to keep Performance Insights; null does where the instance class allows.", default=None
    )
    performance_insights_retention_days = Variable(
        "number",
        "Days to keep Performance Insights; 7 are free.",
        default=7,
        checks=lambda v: [db.insights_retention_check(v)],
    )
    monitoring_interval = Variable(
        "number",
        "Seconds between measurements of the operating system; 0 takes none.",
        default=60,
        checks=lambda v: [one_of("monitoring_interval", v, db.MONITORING_INTERVALS)],
    )
    log_exports = Variable(
        set_of("string"), "Logs to send to CloudWatch Logs; null takes what the engine writes by itself.", default=None
    )
    log_retention_days = Variable(
        "number",
        "Days to keep the exported logs: one of the periods that CloudWatch Logs offers.",
        default=30,
        checks=lambda v: [
            # As a pattern, the periods take one line instead of one each.
            (
                matches(f"^({'|'.join(map(str, LOG_RETENTION_DAYS))})$", v),
                one_of("log_retention_days", v, LOG_RETENTION_DAYS)[1],
            )
        ],
    )
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()
