"""The calls of the module rds that its plan tests are about."""

from __future__ import annotations

from generator.modules.rds import Rds
from tests.plan.planning import ACCOUNT, Inputs

EXAMPLE: Inputs = Rds.example
KEY = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
OWN_PASSWORD: Inputs = {**EXAMPLE, "managed_password": False, "replicas": {"a": {}}}
MYSQL: Inputs = {**EXAMPLE, "engine": "mysql", "engine_version": "8.0"}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "every_option": {
        **EXAMPLE,
        "name": "a" * 40,
        "engine_version": "15.4",
        "instance_class": "db.r5.large",
        "username": "owner",
        "port": 6432,
        "managed_password": False,
        "password_version": 2,
        "allocated_storage": 400,
        "max_allocated_storage": 1000,
        "storage_performance": {"iops": 12000, "throughput": 1000},
        "kms_key_arn": KEY,
        "multi_az": True,
        "replicas": {
            "reports": {"instance_class": "db.r5.xlarge", "availability_zone": "us-west-2b"},
            "standby": {"multi_az": True},
        },
        "parameters": {
            "log_statement": {"value": "none"},
            "shared_buffers": {"value": "32768", "apply_method": "pending-reboot"},
        },
        "require_tls": False,
        "iam_authentication": False,
        "backup_retention_days": 30,
        "backup_window": "23:45-00:30",
        "maintenance_window": "sat:23:00-sat:23:45",
        "allow_major_version_upgrade": True,
        "apply_immediately": True,
        "ca_certificate": "rds-ca-ecc384-g1",
        "skip_final_snapshot": True,
        "final_snapshot_suffix": "last-one",
        "performance_insights": True,
        "performance_insights_retention_days": 62,
        "monitoring_interval": 15,
        "log_exports": ["postgresql"],
        "log_retention_days": 90,
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
    "mysql": MYSQL,
    "mysql_minor": {**MYSQL, "engine_version": "8.0.35", "instance_class": "db.t3.medium"},
    "io2": {**EXAMPLE, "allocated_storage": 100, "storage_type": "io2", "storage_performance": {"iops": 1000}},
    "nothing_watched": {**EXAMPLE, "monitoring_interval": 0, "performance_insights": False, "log_exports": []},
    "from_snapshot": {**EXAMPLE, "kms_key_arn": KEY, "restore": {"snapshot_identifier": "before-the-fire"}},
    "from_moment": {**EXAMPLE, "restore": {"source_identifier": "old", "time": "2026-01-31T12:00:00Z"}},
    "from_latest": {**EXAMPLE, "restore": {"source_resource_id": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ"}},
    "from_backup": {
        **EXAMPLE,
        "restore": {"source_backup_arn": f"arn:aws:rds:us-west-2:{ACCOUNT}:auto-backup:ab-0123456789"},
    },
    "own_password": OWN_PASSWORD,
    "second_replica": {**OWN_PASSWORD, "replicas": {"a": {}, "b": {}}},
    "second_client": {
        **EXAMPLE,
        "allowed_security_groups": {**EXAMPLE["allowed_security_groups"], "jobs": "sg-0fedcba9876543210"},
    },
    "fewer_logs": {**EXAMPLE, "log_exports": ["postgresql"]},
    "replica_of_next_version": {
        **MYSQL,
        "managed_password": False,
        "replicas": {"a": {"engine_version": "8.4"}, "b": {}},
    },
}
