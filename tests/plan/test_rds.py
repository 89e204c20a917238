"""The database: encrypted, private, over TLS only, backed up, and without a password in plan or state."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.plan.planning import ACCOUNT, REGION, Plan, Planner, kept
from tests.plan.rds_cases import CASES, EXAMPLE, KEY

INSTANCE = "aws_db_instance.this"


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    # The instance and its final snapshot name the security group's ID, which is known once the group exists in a VPC.
    # The account's own VPC: the tests before may have applied others.
    own = [{"Name": "is-default", "Values": ["true"]}]
    (vpc,) = planner.start_aws().client("ec2", REGION, ACCOUNT).describe_vpcs(Filters=own)["Vpcs"]
    cases = {**CASES, "existing_group": {**EXAMPLE, "vpc_id": vpc["VpcId"]}}
    return planner.plan("rds", cases, existing={"existing_group": ["aws_security_group.this"]})


def parameters(plan: Plan, family: str) -> dict[str, tuple[str, str]]:
    found = plan[f'aws_db_parameter_group.this["{family}"]']["parameter"]
    return {p["name"]: (p["value"], p["apply_method"]) for p in found}


def test_a_database_is_private_encrypted_and_backed_up(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(
        aws_db_instance=1,
        aws_db_parameter_group=1,
        aws_db_subnet_group=1,
        aws_security_group=1,
        aws_vpc_security_group_ingress_rule=1,
        aws_iam_role=1,
        aws_iam_role_policy=1,
        aws_cloudwatch_log_group=2,
    )
    instance = plan[INSTANCE]
    expected: dict[str, Any] = {
        "identifier": "example-test",
        "engine": "postgres",
        "engine_version": "15",
        "auto_minor_version_upgrade": True,
        "allow_major_version_upgrade": False,
        "instance_class": "db.t3.micro",
        "db_name": "example",
        "username": "dbadmin",
        "port": 5432,
        "publicly_accessible": False,
        "storage_encrypted": True,
        "storage_type": "gp3",
        "allocated_storage": 20,
        "max_allocated_storage": 0,
        "iops": None,
        "storage_throughput": None,
        "multi_az": False,
        "backup_retention_period": 7,
        "backup_window": "03:00-04:00",
        "maintenance_window": "sun:04:30-sun:05:30",
        "copy_tags_to_snapshot": True,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "iam_database_authentication_enabled": True,
        "ca_cert_identifier": "rds-ca-rsa2048-g1",
        "apply_immediately": False,
        "parameter_group_name": "example-test-postgres15",
        "db_subnet_group_name": "example-test",
        "restore_to_point_in_time": [],
    }
    # What AWS chooses where nothing is said is unknown until the apply.
    assert {name: instance.get(name) for name in expected} == expected
    assert sorted(plan["aws_db_subnet_group.this"]["subnet_ids"]) == sorted(EXAMPLE["subnet_ids"])


def test_rds_manages_the_password_unless_told_otherwise(plans: dict[str, Plan]) -> None:
    instance = plans["example"][INSTANCE]
    assert instance["manage_master_user_password"] is True
    assert (instance["password"], instance["password_wo_version"]) == (None, None)


def test_only_the_named_security_groups_reach_the_port(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    rule = plan['aws_vpc_security_group_ingress_rule.this["backend"]']
    assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (5432, 5432, "tcp")
    assert rule["referenced_security_group_id"] == "sg-0123456789abcdef0"
    assert rule["description"] == "Database from backend"
    assert (rule["cidr_ipv4"], rule["cidr_ipv6"]) == (None, None)
    group = plan["aws_security_group.this"]
    assert (group["name"], group["vpc_id"]) == ("example-test-database", EXAMPLE["vpc_id"])


def test_the_instance_is_behind_the_security_group(plans: dict[str, Plan]) -> None:
    plan = plans["existing_group"]
    group = plan["aws_security_group.this"]["id"]
    assert plan['aws_vpc_security_group_ingress_rule.this["backend"]']["security_group_id"] == group
    assert plan[INSTANCE]["vpc_security_group_ids"] == [group]


@pytest.mark.proves("final snapshot")
def test_a_final_snapshot_has_a_name_that_no_other_life_of_the_database_had(plans: dict[str, Plan]) -> None:
    plan = plans["existing_group"]
    group = plan["aws_security_group.this"]["id"]
    assert plan[INSTANCE]["final_snapshot_identifier"] == f"example-test-final-{group.removeprefix('sg-')}"


def test_connections_without_tls_are_refused_and_slow_statements_logged(plans: dict[str, Plan]) -> None:
    assert parameters(plans["example"], "postgres15") == {
        "rds.force_ssl": ("1", "immediate"),
        "log_statement": ("ddl", "immediate"),
        "log_min_duration_statement": ("1000", "immediate"),
    }
    assert parameters(plans["mysql"], "mysql8.0") == {
        "require_secure_transport": ("1", "immediate"),
        "log_output": ("FILE", "immediate"),
        "long_query_time": ("1", "immediate"),
        "slow_query_log": ("1", "immediate"),
    }


def test_parameters_are_added_and_replaced_by_name(plans: dict[str, Plan]) -> None:
    assert parameters(plans["every_option"], "postgres15") == {
        "rds.force_ssl": ("0", "immediate"),
        "log_statement": ("none", "immediate"),
        "log_min_duration_statement": ("1000", "immediate"),
        "shared_buffers": ("32768", "pending-reboot"),
    }


def test_enhanced_monitoring_has_a_role_for_its_own_log_group(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan[INSTANCE]["monitoring_interval"] == 60
    trust = plan.statements("aws_iam_role.monitoring[0]", "assume_role_policy")["AssumeRole"]
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert plan["aws_iam_role.monitoring[0]"]["name"] == "example-test-monitoring"
    group = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:RDSOSMetrics"
    statements = plan.statements("aws_iam_role_policy.monitoring[0]")
    assert {sid: (s["Effect"], s["Action"], s["Resource"]) for sid, s in statements.items()} == {
        "MakeGroup": ("Allow", ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], f"{group}:*"),
        "WriteMeasurements": (
            "Allow",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"],
            f"{group}:log-stream:*",
        ),
    }


def test_exported_logs_have_groups_that_end(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert sorted(plan[INSTANCE]["enabled_cloudwatch_logs_exports"]) == ["postgresql", "upgrade"]
    assert sorted(plans["mysql"][INSTANCE]["enabled_cloudwatch_logs_exports"]) == ["error", "slowquery"]
    group = plan['aws_cloudwatch_log_group.exported["example-test/postgresql"]']
    assert (group["name"], group["retention_in_days"]) == ("/aws/rds/instance/example-test/postgresql", 30)
    assert 'aws_cloudwatch_log_group.exported["example-test/upgrade"]' in plan.values


def test_every_option_reaches_the_instance(plans: dict[str, Plan]) -> None:
    instance = plans["every_option"][INSTANCE]
    expected: dict[str, Any] = {
        "identifier": "a" * 40,
        "engine_version": "15.4",
        "auto_minor_version_upgrade": False,
        "allow_major_version_upgrade": True,
        "apply_immediately": True,
        "instance_class": "db.r5.large",
        "multi_az": True,
        "username": "owner",
        "port": 6432,
        "manage_master_user_password": None,
        "password_wo_version": 2,
        "ca_cert_identifier": "rds-ca-ecc384-g1",
        "iam_database_authentication_enabled": False,
        "allocated_storage": 400,
        "max_allocated_storage": 1000,
        "iops": 12000,
        "storage_throughput": 1000,
        "kms_key_id": KEY,
        "backup_retention_period": 30,
        "backup_window": "23:45-00:30",
        "maintenance_window": "sat:23:00-sat:23:45",
        "deletion_protection": False,
        "skip_final_snapshot": True,
        "final_snapshot_identifier": f"{'a' * 40}-final-last-one",
        "performance_insights_enabled": True,
        "performance_insights_kms_key_id": KEY,
        "performance_insights_retention_period": 62,
        "monitoring_interval": 15,
        "enabled_cloudwatch_logs_exports": ["postgresql"],
        "tags": {"Team": "platform"},
    }
    assert {name: instance.get(name) for name in expected} == expected
    secret = plans["every_option"]["aws_secretsmanager_secret.this[0]"]
    assert (secret["kms_key_id"], secret["recovery_window_in_days"]) == (KEY, 0)
    group = plans["every_option"][f'aws_cloudwatch_log_group.exported["{"a" * 40}/postgresql"]']
    assert (group["kms_key_id"], group["retention_in_days"]) == (KEY, 90)


def test_everything_taggable_has_the_tags(plans: dict[str, Plan]) -> None:
    untaggable = ("aws_iam_role_policy", "aws_secretsmanager_secret_version")
    untagged = [
        address
        for address, values in plans["every_option"].values.items()
        if not address.startswith(untaggable) and values["tags"] != {"Team": "platform"}
    ]
    assert untagged == []


def test_a_version_without_a_minor_part_follows_minor_upgrades(plans: dict[str, Plan]) -> None:
    follows = {case: plans[case][INSTANCE]["auto_minor_version_upgrade"] for case in ("mysql", "mysql_minor")}
    assert follows == {"mysql": True, "mysql_minor": False}
    assert plans["mysql_minor"][INSTANCE]["parameter_group_name"] == "example-test-mysql8-0"
    assert plans["mysql"][INSTANCE]["port"] == 3306


def test_performance_insights_are_kept_where_the_class_allows(plans: dict[str, Plan]) -> None:
    cases = ("example", "mysql", "mysql_minor", "nothing_watched")
    kept_for = {
        case: (
            plans[case][INSTANCE]["performance_insights_enabled"],
            plans[case][INSTANCE].get("performance_insights_retention_period"),
        )
        for case in cases
    }
    assert kept_for == {
        "example": (True, 7),
        "mysql": (False, None),
        "mysql_minor": (True, 7),
        "nothing_watched": (False, None),
    }


def test_what_is_switched_off_leaves_nothing_behind(plans: dict[str, Plan]) -> None:
    plan = plans["nothing_watched"]
    assert plan.counts == Counter(
        aws_db_instance=1,
        aws_db_parameter_group=1,
        aws_db_subnet_group=1,
        aws_security_group=1,
        aws_vpc_security_group_ingress_rule=1,
    )
    assert plan[INSTANCE]["monitoring_interval"] == 0
    assert plan[INSTANCE]["enabled_cloudwatch_logs_exports"] in (None, [])


def test_fast_storage_has_the_iops_asked_for(plans: dict[str, Plan]) -> None:
    instance = plans["io2"][INSTANCE]
    assert (instance["storage_type"], instance["iops"], instance["allocated_storage"]) == ("io2", 1000, 100)


def test_a_restore_takes_user_name_and_key_from_the_backup(plans: dict[str, Plan]) -> None:
    instance, unknown = plans["from_snapshot"][INSTANCE], plans["from_snapshot"].unknown[INSTANCE]
    assert instance["snapshot_identifier"] == "before-the-fire"
    assert instance["restore_to_point_in_time"] == []
    assert [unknown[name] for name in ("username", "db_name", "kms_key_id")] == [True] * 3
    assert plans["from_snapshot"][INSTANCE]["performance_insights_kms_key_id"] == KEY


@pytest.mark.parametrize(
    ("case", "source", "time"),
    [
        ("from_moment", {"source_db_instance_identifier": "old"}, "2026-01-31T12:00:00Z"),
        ("from_latest", {"source_dbi_resource_id": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, None),
        (
            "from_backup",
            {"source_db_instance_automated_backups_arn": CASES["from_backup"]["restore"]["source_backup_arn"]},
            None,
        ),
    ],
)
def test_a_moment_is_restored_from_its_source(
    plans: dict[str, Plan], case: str, source: dict[str, str], time: str | None
) -> None:
    (found,) = plans[case][INSTANCE]["restore_to_point_in_time"]
    given = {name: value for name, value in found.items() if value is not None}
    asked = {"restore_time": time} if time else {"use_latest_restorable_time": True}
    assert given == {**source, **asked}
    assert plans[case][INSTANCE].get("snapshot_identifier") is None


def test_an_own_password_is_in_a_secret_and_nowhere_in_the_plan(plans: dict[str, Plan]) -> None:
    plan = plans["own_password"]
    assert plan.counts["aws_secretsmanager_secret"] == plan.counts["aws_secretsmanager_secret_version"] == 1
    secret = plan["aws_secretsmanager_secret.this[0]"]
    assert (secret["name"], secret["recovery_window_in_days"]) == ("example-test/credentials", 30)
    version = plan["aws_secretsmanager_secret_version.this[0]"]
    assert (version["secret_string_wo_version"], version["secret_string_wo"]) == (1, None)
    instance = plan[INSTANCE]
    assert (instance["manage_master_user_password"], instance["password_wo_version"]) == (None, 1)
    assert (instance["password"], instance["password_wo"]) == (None, None)
    assert 'password":' not in json.dumps(dict(version))


def test_a_replica_is_as_its_source_unless_told_otherwise(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    name = "a" * 40
    shared = (
        "port",
        "parameter_group_name",
        "storage_type",
        "iops",
        "storage_throughput",
        "max_allocated_storage",
        "publicly_accessible",
        "storage_encrypted",
        "ca_cert_identifier",
        "iam_database_authentication_enabled",
        "maintenance_window",
        "copy_tags_to_snapshot",
        "deletion_protection",
        "auto_minor_version_upgrade",
        "allow_major_version_upgrade",
        "apply_immediately",
        "performance_insights_enabled",
        "performance_insights_kms_key_id",
        "performance_insights_retention_period",
        "monitoring_interval",
        "enabled_cloudwatch_logs_exports",
    )
    source = plan[INSTANCE]
    for key, class_, zone, multi_az in (
        ("reports", "db.r5.xlarge", "us-west-2b", False),
        ("standby", "db.r5.large", None, True),
    ):
        replica = plan[f'aws_db_instance.replica["{key}"]']
        assert (replica["identifier"], replica["replicate_source_db"]) == (f"{name}-{key}", name)
        assert (replica["instance_class"], replica.get("availability_zone")) == (class_, zone)
        assert (replica["multi_az"], replica["skip_final_snapshot"]) == (multi_az, True)
        assert {n: replica.get(n) for n in shared} == {n: source.get(n) for n in shared}
        assert f'aws_cloudwatch_log_group.exported["{name}-{key}/postgresql"]' in plan.values


def test_a_replica_may_be_upgraded_first_with_a_parameter_group_of_its_own(plans: dict[str, Plan]) -> None:
    plan = plans["replica_of_next_version"]
    groups = {
        address: values["parameter_group_name"] for address, values in plan.values.items() if "db_instance" in address
    }
    assert groups == {
        INSTANCE: "example-test-mysql8-0",
        'aws_db_instance.replica["a"]': "example-test-mysql8-4",
        'aws_db_instance.replica["b"]': "example-test-mysql8-0",
    }
    assert plan['aws_db_parameter_group.this["mysql8.4"]']["family"] == "mysql8.4"
    assert plan.counts["aws_db_parameter_group"] == 2


@pytest.mark.proves("adding a replica or source touches nothing else")
def test_one_more_replica_touches_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["own_password"], plans["second_replica"]) == {}
    assert plans["second_replica"].counts["aws_db_instance"] == 3


@pytest.mark.proves("adding a replica or source touches nothing else")
def test_one_more_client_touches_nothing_else(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["second_client"]) == {}
    assert plans["second_client"].counts["aws_vpc_security_group_ingress_rule"] == 2


def test_one_more_log_changes_the_instance_in_place_and_adds_a_group(plans: dict[str, Plan]) -> None:
    assert kept(plans["fewer_logs"], plans["example"]) == {INSTANCE: "changed"}
    added = set(plans["example"].values) - set(plans["fewer_logs"].values)
    assert added == {'aws_cloudwatch_log_group.exported["example-test/upgrade"]'}


def test_it_says_how_to_reach_the_database(plans: dict[str, Plan]) -> None:
    assert plans["example"].output_names == {
        "identifier",
        "arn",
        "resource_id",
        "address",
        "port",
        "database_name",
        "username",
        "secret_arn",
        "iam_user_arn_prefix",
        "security_group_id",
        "final_snapshot_identifier",
        "replica_addresses",
    }
    assert plans["example"].outputs["port"] == 5432
    assert plans["example"].outputs["database_name"] == "example"
