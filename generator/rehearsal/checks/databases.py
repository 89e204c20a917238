"""Databases: engine, size, backups, standby and replicas, who gets in, and where the password is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest import Database


def checks(live: Live) -> Iterator[Check]:
    for name, wanted in live.environment.databases.items():
        instance = live.database(name)
        yield from engine_and_size(name, wanted, instance)
        yield from protection(live, name, wanted, instance)
        yield from reachability(live, name, wanted, instance)
        for replica, of in wanted.replicas.items():
            copy = live.database(name, replica)
            source = copy.get("ReadReplicaSourceDBInstanceIdentifier")
            yield Check(f"{name}: {replica} copies", source, instance["DBInstanceIdentifier"])
            wanted_class = of.instance_class or wanted.instance_class
            yield Check(f"{name}: class of {replica}", copy["DBInstanceClass"], wanted_class)
        copies = sorted(instance.get("ReadReplicaDBInstanceIdentifiers", []))
        identifier = live.environment.database_identifier(name)
        yield Check(f"{name}: replicas", copies, sorted(f"{identifier}-{replica}" for replica in wanted.replicas))


def engine_and_size(name: str, wanted: Database, instance: dict[str, Any]) -> Iterator[Check]:
    yield Check(f"{name}: engine", instance["Engine"], wanted.engine)
    version, parts = instance["EngineVersion"].split("."), wanted.version.split(".")
    yield Check(f"{name}: version", version[: len(parts)], parts)
    yield Check(f"{name}: class", instance["DBInstanceClass"], wanted.instance_class)
    yield Check(f"{name}: GiB of storage", instance["AllocatedStorage"], wanted.storage)
    yield Check(f"{name}: name of the database", instance["DBName"], wanted.name)
    yield Check(f"{name}: standby in another zone", instance["MultiAZ"], wanted.multi_az)


def protection(live: Live, name: str, wanted: Database, instance: dict[str, Any]) -> Iterator[Check]:
    yield Check(f"{name}: days of backups", instance["BackupRetentionPeriod"], wanted.backup_retention)
    yield Check(f"{name}: encrypted", instance["StorageEncrypted"], True)
    yield Check(f"{name}: public", instance["PubliclyAccessible"], False)
    yield Check(f"{name}: deletion protection", instance["DeletionProtection"], True)
    managed = "MasterUserSecret" in instance
    yield Check(f"{name}: RDS keeps the password", managed, wanted.managed_password)
    secret = live.outputs[f"database_{name.replace('-', '_')}_secret"]
    found = live.client("secretsmanager").describe_secret(SecretId=secret)["ARN"]
    yield Check(f"{name}: secret", found, secret)


def reachability(live: Live, name: str, wanted: Database, instance: dict[str, Any]) -> Iterator[Check]:
    (group,) = (g["VpcSecurityGroupId"] for g in instance["VpcSecurityGroups"])
    rules = live.security_group_rules(group)
    who = sorted(
        (r.get("ReferencedGroupInfo", {}).get("GroupId", ""), r["FromPort"]) for r in rules if not r["IsEgress"]
    )
    users = [service for service, s in live.environment.services.items() if name in s.uses.databases]
    yield Check(f"{name}: reached by, on port", who, sorted((live.task_group(s), wanted.port) for s in users))
    yield Check(f"{name}: ways out", [r for r in rules if r["IsEgress"]], [])
    subnets = sorted(s["SubnetIdentifier"] for s in instance["DBSubnetGroup"]["Subnets"])
    yield Check(f"{name}: subnets", subnets, live.subnet_ids("private"))
