"""Databases: size, backups, standby, replicas, password, and that nobody outside the network reaches them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest import Database

EXPORTED_LOGS = {"postgres": ("postgresql", "upgrade"), "mysql": ("error", "slowquery")}


def checks(live: Live) -> Iterator[Check]:
    for name, wanted in live.environment.databases.items():
        yield from instance(live, name, wanted)
        yield from replicas(live, name, wanted)
        yield from password(live, name, wanted)


def instance(live: Live, name: str, wanted: Database) -> Iterator[Check]:
    found, label = live.database(name), f"database {name}"
    yield Check(f"{label}: is", found["DBInstanceStatus"], "available", stub=True)
    yield Check(f"{label}: class", found["DBInstanceClass"], wanted.instance_class)
    yield Check(f"{label}: GiB", found["AllocatedStorage"], wanted.storage)
    yield Check(f"{label}: engine", found["Engine"], wanted.engine)
    major = found["EngineVersion"].split(".")[: wanted.version.count(".") + 1]
    yield Check(f"{label}: version", ".".join(major), wanted.version)
    yield Check(f"{label}: is called inside", found["DBName"], wanted.name)
    yield Check(f"{label}: days of backups", found["BackupRetentionPeriod"], wanted.backup_retention)
    yield Check(f"{label}: standby in another zone", found["MultiAZ"], wanted.multi_az)
    yield Check(f"{label}: has a public address", found["PubliclyAccessible"], False)
    yield Check(f"{label}: encrypted", found["StorageEncrypted"], True)
    yield Check(f"{label}: deletion protection", found["DeletionProtection"], True)
    subnets = sorted(s["SubnetIdentifier"] for s in found["DBSubnetGroup"]["Subnets"])
    yield Check(f"{label}: subnets", subnets, live.subnet_ids("private"))
    for log in EXPORTED_LOGS[wanted.engine]:
        kept = live.kept_days(f"/aws/rds/instance/{found['DBInstanceIdentifier']}/{log}")
        yield Check(f"{label}: days that its log {log} is kept", kept, live.environment.logging.retention)


def replicas(live: Live, name: str, wanted: Database) -> Iterator[Check]:
    source = live.environment.database_identifier(name)
    found = live.database(name).get("ReadReplicaDBInstanceIdentifiers", [])
    yield Check(f"database {name}: replicas", sorted(found), sorted(f"{source}-{r}" for r in wanted.replicas))
    for replica, of in wanted.replicas.items():
        copy, label = live.database(name, replica), f"replica {replica} of {name}"
        yield Check(f"{label}: copies", copy.get("ReadReplicaSourceDBInstanceIdentifier"), source, stub=True)
        yield Check(f"{label}: class", copy["DBInstanceClass"], of.instance_class or wanted.instance_class)
        yield Check(f"{label}: has a public address", copy["PubliclyAccessible"], False)


def password(live: Live, name: str, wanted: Database) -> Iterator[Check]:
    found = live.database(name)
    managed = bool(found.get("MasterUserSecret"))
    yield Check(f"database {name}: RDS keeps and rotates the password", managed, wanted.managed_password)
    value = live.client("secretsmanager").get_secret_value(SecretId=live.secret_of(found))["SecretString"]
    known = json.loads(value)
    right = known.get("username") == found["MasterUsername"] and len(known.get("password", "")) >= 20
    yield Check(f"database {name}: the secret has user and password", right, True)


def placeholders(live: Live, name: str) -> dict[str, str]:
    """What variables of services are told of the database *name*."""
    found = live.database(name)
    copies = [live.database(name, replica) for replica in sorted(live.environment.databases[name].replicas)]
    return {
        f"database.{name}.host": found["Endpoint"]["Address"],
        f"database.{name}.port": str(found["Endpoint"]["Port"]),
        f"database.{name}.name": found["DBName"],
        f"database.{name}.secret": live.secret_of(found),
        f"database.{name}.replica_hosts": ",".join(copy["Endpoint"]["Address"] for copy in copies),
    }
