"""What RDS accepts from PostgreSQL and MySQL: families, parameters, logs, instance classes, storage and windows.

Source: the RDS user guide ("Working with parameter groups", "Database Insights engine and instance class support",
"RDS DB instance storage", "Maintaining a DB instance").
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, null
from generator.hcl.module import Check
from generator.hcl.types import Condition
from generator.modules.shared.common import matches

POSTGRES, MYSQL = "postgres", "mysql"
PORTS = {POSTGRES: 5432, MYSQL: 3306}
TLS_PARAMETERS = {POSTGRES: "rds.force_ssl", MYSQL: "require_secure_transport"}
# What makes the exported logs worth reading: slow statements, and in PostgreSQL changes of the schema.
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    POSTGRES: {"log_min_duration_statement": "1000", "log_statement": "ddl"},
    MYSQL: {"log_output": "FILE", "long_query_time": "1", "slow_query_log": "1"},
}
LOG_EXPORTS: Mapping[str, tuple[str, ...]] = {POSTGRES: ("postgresql", "upgrade"), MYSQL: ("error", "slowquery")}
ALL_LOGS: Mapping[str, tuple[str, ...]] = {
    POSTGRES: ("iam-db-auth-error", "postgresql", "upgrade"),
    MYSQL: ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
}
LOGS_BY_ENGINE = "; ".join(f"{engine} has {', '.join(logs)}" for engine, logs in ALL_LOGS.items())
MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK, SHORTEST_WINDOW = 1440, 10080, 30  # minutes
TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
SMALL_CLASSES = "^db[.]t[234]g?[.](micro|small)$"


def of_engine(engine: Expr, values: Mapping[str, object]) -> Expr:
    """The one of *values* that belongs to *engine*."""
    return (engine == POSTGRES).then(values[POSTGRES], values[MYSQL])


def family(engine: Expr, version: Expr) -> Expr:
    """The parameter group family: postgres15 of 15 or 15.4, mysql8.0 of 8.0 or 8.0.35."""
    parts = fn.split(".", version)
    return (engine == POSTGRES).then(f"postgres{parts[0]}", f"mysql{fn.join('.', fn.slice_(parts, 0, 2))}")


def version_check(version: Expr, engine: Expr) -> Check:
    pattern = (engine == MYSQL).then("^8[.][0-9]+([.][0-9]+)?$", "^[0-9]+([.][0-9]+)?$")
    return (
        fn.can(fn.regex(pattern, version)),
        "engine_version must be such as 15 or 15.4 of postgres, 8.0 or 8.0.35 of mysql.",
    )


def follows_minor_versions(engine: Expr, version: Expr) -> Expr:
    """Whether *version* names a major version only, so that RDS may choose the minor one."""
    return matches("^[0-9]+$", version) | ((engine == MYSQL) & matches("^[0-9]+[.][0-9]+$", version))


def insights_possible(engine: Expr, instance_class: Expr) -> Expr:
    """Whether Performance Insights runs on *instance_class*: MySQL's needs more memory than the smallest have."""
    return (engine == POSTGRES) | ~matches(SMALL_CLASSES, instance_class)


def storage_preconditions(storage_type: Expr, allocated: Expr, maximum: Expr, performance: Expr) -> list[Condition]:
    """The preconditions of sizes in GiB (*maximum* 0: no autoscaling) and of *performance* (an object or null)."""
    gp3 = fn.try_(
        (allocated >= 400)
        & (performance.iops >= 12000)
        & (performance.iops <= 64000)
        & (fn.coalesce(performance.throughput, 500) >= 500)
        & (fn.coalesce(performance.throughput, 500) <= 4000),
        False,
    )
    io2 = fn.try_(
        (allocated >= 100)
        & (performance.iops >= 1000)
        & (performance.iops <= 256000)
        & (performance.throughput == null),
        False,
    )
    return [
        {
            "condition": (storage_type != "gp3") | (performance == null) | gp3,
            "error_message": (
                f"gp3 of {allocated} GiB cannot have this storage_performance: that takes 400 GiB, iops from 12000 to "
                "64000 and throughput from 500 to 4000."
            ),
        },
        {
            "condition": (storage_type != "io2") | io2,
            "error_message": (
                f"io2 of {allocated} GiB must be 100 GiB or more and have storage_performance with iops from 1000 to "
                "256000, without throughput."
            ),
        },
        {
            # RDS refuses less than a tenth above.
            "condition": (maximum == 0) | (maximum >= fn.ceil(allocated * 1.1)),
            "error_message": "max_allocated_storage must exceed allocated_storage by a tenth, or be 0.",
        },
    ]


def backup_window_check(window: Expr) -> Check:
    return matches(f"^{TIME}-{TIME}$", window), "backup_window must be such as 03:00-04:00."


def maintenance_window_check(window: Expr) -> Check:
    time = f"({'|'.join(DAYS)}):{TIME}"
    return matches(f"^{time}-{time}$", window), "maintenance_window must be such as sun:04:30-sun:05:30."


def insights_retention_check(days: Expr) -> Check:
    months = (days >= 31) & (days < 731) & (days % 31 == 0)
    return (
        (days == 7) | (days == 731) | months,
        "performance_insights_retention_days must be 7, 731 or a multiple of 31 below it.",
    )


def window_times(backup: Expr, maintenance: Expr) -> dict[str, Expr]:
    """When, in minutes of the day, the two windows begin, and the minutes that each lasts."""
    return {
        "backup_begin": _minutes(backup, 0),
        "backup_length": _length(_backup_minutes(backup), DAY),
        "maintenance_begin": _minutes(maintenance, 4),
        "maintenance_length": _length(_maintenance_minutes(maintenance), WEEK),
    }


def window_preconditions(backup: Expr, maintenance: Expr, times: Expr) -> list[Condition]:
    """The preconditions that the daily *backup* and the weekly *maintenance* (`window_times`) suit RDS."""
    # A daily window overlaps another if either begins, on some day, within the length of the other.
    after_backup = _length((times.backup_begin, times.maintenance_begin), DAY)
    after_maintenance = _length((times.maintenance_begin, times.backup_begin), DAY)
    return [
        {
            "condition": (times.backup_length >= SHORTEST_WINDOW)
            & (times.maintenance_length >= SHORTEST_WINDOW)
            & (times.maintenance_length < DAY),
            "error_message": (
                f"backup_window {backup} and maintenance_window {maintenance} must last from 30 minutes to less than "
                "a day."
            ),
        },
        {
            "condition": (after_backup >= times.backup_length) & (after_maintenance >= times.maintenance_length),
            "error_message": f"backup_window {backup} overlaps maintenance_window {maintenance}, which RDS refuses.",
        },
    ]


def _length(minutes: tuple[Expr, Expr], period: int) -> Expr:
    """The minutes from the first to the second time, around the end of *period*."""
    begin, end = minutes
    # The period is added because the remainder of a negative number is negative.
    return (end - begin + period) % period


def _backup_minutes(window: Expr) -> tuple[Expr, Expr]:
    return _minutes(window, 0), _minutes(window, 6)


def _maintenance_minutes(window: Expr) -> tuple[Expr, Expr]:
    def at(position: int) -> Expr:
        return fn.index(list(DAYS), fn.substr(window, position, 3)) * DAY + _minutes(window, position + 4)

    return at(0), at(10)


def _minutes(window: Expr, position: int) -> Expr:
    """The minutes of the time HH:MM at *position*."""
    return fn.tonumber(fn.substr(window, position, 2)) * 60 + fn.tonumber(fn.substr(window, position + 3, 2))
