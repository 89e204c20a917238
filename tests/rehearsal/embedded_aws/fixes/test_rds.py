"""Databases: instances of their own, groups in use, upgrades, passwords and restores as RDS has them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud


def instance(cloud: Cloud, name: str = "", **options: Any) -> Any:
    """A new PostgreSQL instance, called after the cloud's own name."""
    given = {
        "DBInstanceClass": "db.t3.micro",
        "Engine": "postgres",
        "EngineVersion": "15",
        "AllocatedStorage": 20,
        "MasterUsername": "owner",
        **options,
    }
    if not given.get("ManageMasterUserPassword"):
        given["MasterUserPassword"] = "not-in-use"
    return cloud.client("rds").create_db_instance(DBInstanceIdentifier=name or cloud.name, **given)["DBInstance"]


def replica(cloud: Cloud, **options: Any) -> Any:
    return cloud.client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier=f"{cloud.name}-r", SourceDBInstanceIdentifier=cloud.name, **options
    )["DBInstance"]


def parameter_group(cloud: Cloud, family: str) -> str:
    name = f"{cloud.name}-{family}"
    cloud.client("rds").create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=family, Description="A test's"
    )
    return name


def subnet_group(cloud: Cloud) -> str:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    cloud.client("rds").create_db_subnet_group(
        DBSubnetGroupName=cloud.name, DBSubnetGroupDescription="A test's", SubnetIds=[subnet]
    )
    return cloud.name


def found(cloud: Cloud, name: str = "") -> Any:
    return cloud.client("rds").describe_db_instances(DBInstanceIdentifier=name or cloud.name)["DBInstances"][0]


def secret(cloud: Cloud, database: Any) -> Any:
    arn = database["MasterUserSecret"]["SecretArn"]
    return json.loads(cloud.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def test_each_instance_has_its_own_resource_id(either: Cloud) -> None:
    first, second = instance(either), instance(either, f"{either.name}-2")
    with either.fixed():
        assert first["DbiResourceId"] != second["DbiResourceId"]


def test_a_replica_shares_nothing_with_its_source(either: Cloud) -> None:
    instance(either, EnableCloudwatchLogsExports=["postgresql"], Tags=[{"Key": "a", "Value": "b"}])
    made = replica(either)
    source = found(either)
    with either.fixed():
        assert made["DbiResourceId"] != source["DbiResourceId"]
        assert made.get("EnabledCloudwatchLogsExports", []) == []
        assert (made.get("TagList", []), made["BackupRetentionPeriod"]) == ([], 0)


def test_a_replica_takes_over_what_it_is_not_told(cloud: Cloud) -> None:
    instance(cloud, Port=6432, StorageEncrypted=True, DBSubnetGroupName=subnet_group(cloud))
    made = replica(cloud, DBInstanceClass="db.r5.large")
    assert (made["Engine"], made["EngineVersion"], made["MasterUsername"]) == ("postgres", "15", "owner")
    assert (made["Endpoint"]["Port"], made["StorageEncrypted"]) == (6432, True)
    assert (made["DBInstanceClass"], made["DBSubnetGroup"]["DBSubnetGroupName"]) == ("db.r5.large", cloud.name)
    assert found(cloud)["ReadReplicaDBInstanceIdentifiers"] == [f"{cloud.name}-r"]
    assert found(cloud)["DBInstanceClass"] == "db.t3.micro"


def test_a_source_whose_password_rds_manages_has_no_replicas(either: Cloud) -> None:
    instance(either, ManageMasterUserPassword=True)
    with either.refused("InvalidParameterValue", "ManageMasterUserPassword is enabled is not supported"):
        replica(either)


def test_a_source_without_backups_has_no_replicas(either: Cloud) -> None:
    instance(either, BackupRetentionPeriod=0)
    with either.refused("InvalidDBInstanceState"):
        replica(either)


def test_a_replica_leaves_no_final_snapshot(either: Cloud) -> None:
    instance(either)
    replica(either)
    with either.refused("InvalidParameterCombination"):
        either.client("rds").delete_db_instance(
            DBInstanceIdentifier=f"{either.name}-r", FinalDBSnapshotIdentifier=f"{either.name}-last"
        )


def test_performance_insights_are_answered_as_asked(either: Cloud) -> None:
    made = instance(either, EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=31)
    with either.fixed():
        assert (made.get("PerformanceInsightsEnabled"), made.get("PerformanceInsightsRetentionPeriod")) == (True, 31)
        assert made["PerformanceInsightsKMSKeyId"].startswith("arn:aws:kms:")
        changed = either.client("rds").modify_db_instance(
            DBInstanceIdentifier=either.name, EnablePerformanceInsights=False
        )["DBInstance"]
        assert changed["PerformanceInsightsEnabled"] is False
        assert "PerformanceInsightsRetentionPeriod" not in changed


def test_a_parameter_that_was_set_is_the_users(either: Cloud) -> None:
    group = parameter_group(either, "postgres15")
    rds = either.client("rds")
    rds.modify_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}],
    )
    (parameter,) = rds.describe_db_parameters(DBParameterGroupName=group)["Parameters"]
    assert (parameter["ParameterName"], parameter["ParameterValue"]) == ("rds.force_ssl", "1")
    with either.fixed():
        assert parameter.get("Source") == "user"


def test_a_parameter_group_in_use_is_not_deleted(either: Cloud) -> None:
    group = parameter_group(either, "postgres15")
    instance(either, DBParameterGroupName=group)
    with either.refused("InvalidDBParameterGroupState"):
        either.client("rds").delete_db_parameter_group(DBParameterGroupName=group)


def test_a_subnet_group_in_use_is_not_deleted(either: Cloud) -> None:
    group = subnet_group(either)
    instance(either, DBSubnetGroupName=group)
    with either.refused("InvalidDBSubnetGroupStateFault"):
        either.client("rds").delete_db_subnet_group(DBSubnetGroupName=group)


def test_groups_are_deleted_once_nothing_uses_them(cloud: Cloud) -> None:
    parameters, subnets = parameter_group(cloud, "postgres15"), subnet_group(cloud)
    instance(cloud, DBParameterGroupName=parameters, DBSubnetGroupName=subnets)
    rds = cloud.client("rds")
    rds.delete_db_instance(DBInstanceIdentifier=cloud.name, SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(DBParameterGroupName=parameters)
    rds.delete_db_subnet_group(DBSubnetGroupName=subnets)


def test_a_subnet_group_is_not_put_in_the_place_of_another(either: Cloud) -> None:
    subnet_group(either)
    with either.refused("DBSubnetGroupAlreadyExists"):
        subnet_group(either)


def test_a_subnet_group_stays_when_it_gets_another_subnet(either: Cloud) -> None:
    rds, ec2, group = either.client("rds"), either.client("ec2"), subnet_group(either)
    (before,) = rds.describe_db_subnet_groups(DBSubnetGroupName=group)["DBSubnetGroups"]
    added = ec2.create_subnet(VpcId=before["VpcId"], CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    subnets = [before["Subnets"][0]["SubnetIdentifier"], added]
    rds.modify_db_subnet_group(DBSubnetGroupName=group, SubnetIds=subnets)
    with either.fixed():
        (after,) = rds.describe_db_subnet_groups(DBSubnetGroupName=group)["DBSubnetGroups"]
        assert [subnet["SubnetIdentifier"] for subnet in after["Subnets"]] == subnets


def test_a_subnet_group_that_is_not_there_gets_no_subnet(either: Cloud) -> None:
    group = subnet_group(either)
    with either.refused("DBSubnetGroupNotFoundFault"):
        either.client("rds").modify_db_subnet_group(DBSubnetGroupName=f"{group}-other", SubnetIds=[])


def test_a_parameter_group_of_another_family_is_refused(either: Cloud) -> None:
    group = parameter_group(either, "postgres16")
    with either.refused("InvalidParameterCombination", "DBParameterGroupFamily postgres15"):
        instance(either, DBParameterGroupName=group)


def test_a_major_upgrade_has_to_be_allowed(either: Cloud) -> None:
    instance(either)
    with either.refused("InvalidParameterCombination", "AllowMajorVersionUpgrade"):
        either.client("rds").modify_db_instance(DBInstanceIdentifier=either.name, EngineVersion="16")


def test_a_major_upgrade_does_not_keep_the_old_parameter_group(either: Cloud) -> None:
    instance(either, DBParameterGroupName=parameter_group(either, "postgres15"))
    with either.refused("InvalidParameterCombination", "explicitly specify a new Parameter Group"):
        either.client("rds").modify_db_instance(
            DBInstanceIdentifier=either.name, EngineVersion="16", AllowMajorVersionUpgrade=True
        )


def test_a_minor_upgrade_needs_nothing(cloud: Cloud) -> None:
    instance(cloud, EngineVersion="15.4", DBParameterGroupName=parameter_group(cloud, "postgres15"))
    cloud.client("rds").modify_db_instance(DBInstanceIdentifier=cloud.name, EngineVersion="15.7")
    assert found(cloud)["EngineVersion"] == "15.7"


def test_a_major_upgrade_of_postgres_takes_the_replicas_along(either: Cloud) -> None:
    instance(either, DBParameterGroupName=parameter_group(either, "postgres15"))
    replica(either)
    either.client("rds").modify_db_instance(
        DBInstanceIdentifier=either.name,
        EngineVersion="16",
        AllowMajorVersionUpgrade=True,
        DBParameterGroupName=parameter_group(either, "postgres16"),
        ApplyImmediately=True,
    )
    with either.fixed():
        assert found(either, f"{either.name}-r")["EngineVersion"] == "16"


def test_the_managed_secret_holds_the_user_and_a_password_of_its_own(either: Cloud) -> None:
    first = secret(either, instance(either, ManageMasterUserPassword=True))
    second = secret(either, instance(either, f"{either.name}-2", ManageMasterUserPassword=True))
    with either.fixed():
        assert first["username"] == second["username"] == "owner"
        assert first["password"] != second["password"]


def test_management_turned_on_twice_keeps_the_secret(either: Cloud) -> None:
    arn = instance(either, ManageMasterUserPassword=True)["MasterUserSecret"]["SecretArn"]
    changed = either.client("rds").modify_db_instance(DBInstanceIdentifier=either.name, ManageMasterUserPassword=True)
    with either.fixed():
        assert changed["DBInstance"]["MasterUserSecret"]["SecretArn"] == arn


def test_a_snapshot_is_restored_without_management_and_with_switches_off(either: Cloud) -> None:
    instance(either, ManageMasterUserPassword=True, DeletionProtection=True)
    rds = either.client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier=either.name, DBSnapshotIdentifier=f"{either.name}-s")
    restored = rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=f"{either.name}-2",
        DBSnapshotIdentifier=f"{either.name}-s",
        DeletionProtection=False,
    )["DBInstance"]
    assert restored["MasterUsername"] == "owner"
    assert "MasterUserSecret" in found(either)
    with either.fixed():
        assert "MasterUserSecret" not in restored
        assert restored["DeletionProtection"] is False


def test_a_moment_is_restored_from_the_source_with_the_resource_id(either: Cloud) -> None:
    instance(either, f"{either.name}-other", MasterUsername="other")
    source = instance(either, ManageMasterUserPassword=True, MasterUsername="wanted")
    with either.fixed():
        restored = either.client("rds").restore_db_instance_to_point_in_time(
            SourceDbiResourceId=source["DbiResourceId"],
            TargetDBInstanceIdentifier=f"{either.name}-2",
            UseLatestRestorableTime=True,
        )["DBInstance"]
        assert restored["MasterUsername"] == "wanted"
        assert "MasterUserSecret" not in restored


def test_what_is_restored_is_no_replica(either: Cloud) -> None:
    instance(either)
    rds, beside = either.client("rds"), f"{either.name}-2"
    moment = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=either.name, TargetDBInstanceIdentifier=beside, UseLatestRestorableTime=True
    )["DBInstance"]
    with either.fixed():
        assert "ReadReplicaSourceDBInstanceIdentifier" not in moment
    rds.create_db_snapshot(DBInstanceIdentifier=beside, DBSnapshotIdentifier=f"{either.name}-s")
    again = rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=f"{either.name}-3", DBSnapshotIdentifier=f"{either.name}-s"
    )["DBInstance"]
    with either.fixed():
        assert "ReadReplicaSourceDBInstanceIdentifier" not in again


def test_an_unknown_resource_id_is_not_restored(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        cloud.client("rds").restore_db_instance_to_point_in_time(
            SourceDbiResourceId="db-ABSENT", TargetDBInstanceIdentifier=cloud.name, UseLatestRestorableTime=True
        )
