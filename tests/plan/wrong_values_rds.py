"""What the module rds refuses: calls with wrong values, and the whole message of every validation and precondition."""

from __future__ import annotations

from generator.modules.rds import Rds
from tests.plan.wrong_values import RETENTION, WrongCall

MYSQL = {**Rds.example, "engine": "mysql", "engine_version": "8.0"}
NAME = "name must be 2 to 40 lower-case letters, digits or single hyphens, starting with a letter."
USERNAME = "username must be 1 to 16 letters, digits or underscores, starting with a letter, not reserved."
BACKUP_WINDOW = "backup_window must be such as 03:00-04:00."
MAINTENANCE_WINDOW = "maintenance_window must be such as sun:04:30-sun:05:30."
VERSION = "engine_version must be such as 15 or 15.4 of postgres, 8.0 or 8.0.35 of mysql."
RESTORE = "restore must name one snapshot, or one source with a time such as 2026-01-31T12:00:00Z or none."
PARAMETERS = (
    "parameters must have names in lower case, none of them for TLS (require_tls), and apply_method immediate or "
    "pending-reboot."
)
REPLICAS = (
    "replicas must have keys of 1 to 20 lower-case letters, digits or single hyphens, and classes such as db.t4g.micro."
)
LOGS = (
    "has not all of log_exports: postgres has iam-db-auth-error, postgresql, upgrade; mysql has audit, error, "
    "general, iam-db-auth-error, slowquery."
)
INSIGHTS = (
    "Performance Insights of MySQL needs a larger instance class than micro and small: leave performance_insights "
    "null to have it where it is possible."
)
UPGRADE = (
    "allow_major_version_upgrade needs apply_immediately: the old parameter group can only be removed once the "
    "database has left it."
)


def gp3(size: int) -> str:
    return (
        f"gp3 of {size} GiB cannot have this storage_performance: that takes 400 GiB, iops from 12000 to 64000 and "
        "throughput from 500 to 4000."
    )


def io2(size: int) -> str:
    return (
        f"io2 of {size} GiB must be 100 GiB or more and have storage_performance with iops from 1000 to 256000, "
        "without throughput."
    )


def lengths(backup: str, maintenance: str) -> str:
    return f"backup_window {backup} and maintenance_window {maintenance} must last from 30 minutes to less than a day."


def overlap(backup: str, maintenance: str) -> str:
    return f"backup_window {backup} overlaps maintenance_window {maintenance}, which RDS refuses."


VALIDATIONS = {
    "rds_all": WrongCall(
        "rds",
        {
            **Rds.example,
            "name": "two--hyphens",
            "subnet_ids": ["subnet-0123456789abcdef0"],
            "engine": "oracle",
            "instance_class": "t3.micro",
            "database_name": "1st",
            "username": "Admin",
            "port": 1149,
            "password_version": 0,
            "allocated_storage": 19,
            "max_allocated_storage": -1,
            "storage_type": "gp2",
            "replicas": {"two--hyphens": {}},
            "parameters": {"rds.force_ssl": {"value": "0"}},
            "backup_retention_days": 0,
            "backup_window": "3:00-4:00",
            "maintenance_window": "Sun:04:30-Sun:05:30",
            "restore": {},
            "final_snapshot_suffix": "-1",
            "performance_insights_retention_days": 30,
            "monitoring_interval": 2,
            "log_retention_days": 0,
        },
        (
            NAME,
            "subnet_ids must name subnets in two availability zones or more.",
            "engine must be one of postgres, mysql.",
            "instance_class must be a class such as db.t4g.micro.",
            "database_name must be 1 to 63 letters, digits or underscores, starting with a letter.",
            USERNAME,
            "port must be from 1150 to 65535.",
            "password_version must be 1 or more.",
            "allocated_storage must be from 20 to 65536.",
            "max_allocated_storage must be from 0 to 65536.",
            "storage_type must be one of gp3, io2.",
            REPLICAS,
            PARAMETERS,
            "backup_retention_days must be from 1 to 35.",
            BACKUP_WINDOW,
            MAINTENANCE_WINDOW,
            RESTORE,
            "final_snapshot_suffix must be lower-case letters, digits or single hyphens.",
            "performance_insights_retention_days must be 7, 731 or a multiple of 31 below it.",
            "monitoring_interval must be one of 0, 1, 5, 10, 15, 30, 60.",
            RETENTION,
        ),
    ),
    "rds_too_much": WrongCall(
        "rds",
        {
            **Rds.example,
            "name": "a" * 41,
            "database_name": "a" * 64,
            "username": "a" * 17,
            "port": 65536,
            "allocated_storage": 65537,
            "max_allocated_storage": 65537,
            "replicas": {"a" * 21: {}},
            "parameters": {"Log_Statement": {"value": "none"}},
            "backup_retention_days": 36,
            "backup_window": "24:00-01:00",
            "maintenance_window": "sun:04:30-05:30",
            "restore": {"snapshot_identifier": "before", "time": "2026-01-31T12:00:00Z"},
            "performance_insights_retention_days": 744,
        },
        (
            NAME,
            "database_name must be 1 to 63 letters, digits or underscores, starting with a letter.",
            USERNAME,
            "port must be from 1150 to 65535.",
            "allocated_storage must be from 20 to 65536.",
            "max_allocated_storage must be from 0 to 65536.",
            REPLICAS,
            PARAMETERS,
            "backup_retention_days must be from 1 to 35.",
            BACKUP_WINDOW,
            MAINTENANCE_WINDOW,
            RESTORE,
            "performance_insights_retention_days must be 7, 731 or a multiple of 31 below it.",
        ),
    ),
    "rds_apply_method": WrongCall(
        "rds", {**Rds.example, "parameters": {"work_mem": {"value": "64", "apply_method": "now"}}}, (PARAMETERS,)
    ),
    "rds_local_time": WrongCall(
        "rds",
        {**Rds.example, "restore": {"source_identifier": "a", "time": "2026-01-31T12:00:00+01:00"}},
        (RESTORE,),
    ),
    "rds_no_time": WrongCall(
        "rds", {**Rds.example, "restore": {"source_identifier": "a", "time": "yesterdayZ"}}, (RESTORE,)
    ),
    "rds_two_sources": WrongCall(
        "rds",
        {
            **Rds.example,
            "username": "rds_owner",
            "replicas": {"a": {"instance_class": "t3.micro"}},
            "parameters": {"require_secure_transport": {"value": "0"}},
            "restore": {
                "source_identifier": "a",
                "source_resource_id": "db-A",
            },
        },
        (USERNAME, REPLICAS, PARAMETERS, RESTORE),
    ),
}
COMPARISONS = {
    "rds_postgres_version": WrongCall(
        "rds",
        {**Rds.example, "engine_version": "15.4.1"},
        (VERSION,),
    ),
    "rds_mysql_as_postgres": WrongCall("rds", {**MYSQL, "engine_version": "15.4"}, (VERSION,)),
    "rds_mysql_version": WrongCall(
        "rds",
        {**MYSQL, "engine_version": "8"},
        (VERSION,),
    ),
}
PRECONDITIONS = {
    "rds_managed_replicas": WrongCall(
        "rds",
        {**Rds.example, "replicas": {"a": {}}},
        ("RDS has no read replicas of a database whose password it manages: set managed_password = false.",),
    ),
    "rds_small_insights": WrongCall(
        "rds",
        {
            **MYSQL,
            "managed_password": False,
            "instance_class": "db.r5.large",
            "replicas": {"a": {"instance_class": "db.t4g.small"}},
            "performance_insights": True,
        },
        (INSIGHTS,),
    ),
    "rds_mysql_logs": WrongCall(
        "rds",
        {**MYSQL, "log_exports": ["postgresql"]},
        (f"mysql {LOGS}",),
    ),
    "rds_postgres_logs": WrongCall(
        "rds",
        {**Rds.example, "log_exports": ["slowquery"]},
        (f"postgres {LOGS}",),
    ),
    "rds_upgrade_later": WrongCall(
        "rds",
        {**Rds.example, "allow_major_version_upgrade": True},
        (UPGRADE,),
    ),
    "rds_short_backup": WrongCall(
        "rds",
        {**Rds.example, "backup_window": "23:45-00:14"},
        (lengths("23:45-00:14", "sun:04:30-sun:05:30"),),
    ),
    "rds_short_maintenance": WrongCall(
        "rds",
        {**Rds.example, "maintenance_window": "sun:23:45-mon:00:14"},
        (lengths("03:00-04:00", "sun:23:45-mon:00:14"),),
    ),
    "rds_backup_into_maintenance": WrongCall(
        "rds",
        {**Rds.example, "backup_window": "23:30-00:31", "maintenance_window": "mon:00:30-mon:01:30"},
        (overlap("23:30-00:31", "mon:00:30-mon:01:30"),),
    ),
    "rds_maintenance_into_backup": WrongCall(
        "rds",
        {**Rds.example, "backup_window": "00:30-01:30", "maintenance_window": "sun:23:30-mon:00:31"},
        (overlap("00:30-01:30", "sun:23:30-mon:00:31"),),
    ),
    "rds_small_gp3": WrongCall(
        "rds",
        {**Rds.example, "allocated_storage": 399, "storage_performance": {"iops": 12000}, "max_allocated_storage": 438},
        (gp3(399), "max_allocated_storage must exceed allocated_storage by a tenth, or be 0."),
    ),
    "rds_slow_gp3": WrongCall(
        "rds",
        {**Rds.example, "allocated_storage": 400, "storage_performance": {"iops": 12000, "throughput": 499}},
        (gp3(400),),
    ),
    "rds_plain_io2": WrongCall("rds", {**Rds.example, "allocated_storage": 100, "storage_type": "io2"}, (io2(100),)),
    "rds_small_io2": WrongCall(
        "rds",
        {**Rds.example, "allocated_storage": 99, "storage_type": "io2", "storage_performance": {"iops": 1000}},
        (io2(99),),
    ),
    "rds_io2_throughput": WrongCall(
        "rds",
        {
            **Rds.example,
            "allocated_storage": 200,
            "storage_type": "io2",
            "storage_performance": {"iops": 1000, "throughput": 500},
        },
        (io2(200),),
    ),
}
