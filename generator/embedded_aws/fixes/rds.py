"""RDS.

- DbiResourceId: moto gives every instance the same; the provider finds instances by it, and so loses a replica.
- CreateDBInstanceReadReplica: moto copies the source object, whose lists both then share. A replica is an instance of
  its own that takes over what RDS says it does, and a source whose password RDS manages is refused one.
- Performance Insights: moto takes the arguments and answers without them.
- ModifyDBParameterGroup: what was set has the source "user"; moto leaves it out, and the provider sees no parameter.
- DeleteDBParameterGroup and DeleteDBSubnetGroup: refused while an instance uses the group.
- CreateDBSubnetGroup: a name in use is refused; moto puts the new group in the old one's place.
- ModifyDBSubnetGroup: moto forgets the group that it changes.
- CreateDBInstance and ModifyDBInstance: a parameter group of another family is refused, and so is a major upgrade that
  was not allowed, or that keeps the custom group of the old version.
- ModifyDBInstance with another major version of PostgreSQL upgrades the replicas along with their source.
- The managed secret has the master user's name and a password of its own; moto's is always the same. Turning the
  management on twice keeps the secret.
- Restores: the password is not managed unless asked for afterwards, switches may be turned off, a source may be named
  by its resource ID, and what is restored is no replica: moto says that a moment of an instance follows that instance.
- DeleteDBInstance of a replica with a final snapshot is refused.
"""

from __future__ import annotations

import contextlib
import json
import random
import string
from collections.abc import Iterator, Mapping
from typing import Any

from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    DBSubnetGroupNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBParameterGroup, MasterUserSecret, RDSBackend

from generator.embedded_aws.patching import arguments, around
from generator.embedded_aws.state import ServerState

# What a replica takes from its source unless it is told otherwise.
INHERITED = (
    "allocated_storage",
    "auto_minor_version_upgrade",
    "db_instance_class",
    "db_name",
    "db_parameter_group_name",
    "engine",
    "engine_version",
    "iops",
    "kms_key_id",
    "license_model",
    "master_username",
    "port",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "publicly_accessible",
    "storage_encrypted",
    "storage_type",
    "vpc_security_group_ids",
)
INSIGHTS_DAYS = 7
PASSWORD_LENGTH = 28


def apply(_: ServerState) -> None:
    _instances()
    _replicas()
    _groups()
    _secrets()
    _restores()


def _instances() -> None:
    @around(DBInstance, "__init__")
    def own_resource_id(original: Any, self: Any, backend: Any, *args: Any, **kwargs: Any) -> None:
        original(self, backend, *args, **kwargs)
        self.dbi_resource_id = "db-" + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))
        self.performance_insights_enabled = False
        self.performance_insights_retention_period = self.performance_insights_kms_key_id = None
        _set_insights(self, kwargs)

    @around(DBInstance, "update")
    def keep_insights(original: Any, self: Any, **kwargs: Any) -> None:
        if kwargs.get("manage_master_user_password") and self.manage_master_user_password:
            del kwargs["manage_master_user_password"]
        original(self, **kwargs)
        _set_insights(self, kwargs)

    @around(RDSBackend, "create_db_instance")
    def check_family(original: Any, self: Any, db_kwargs: dict[str, Any]) -> Any:
        version = db_kwargs.get("engine_version")
        _check_family(self, db_kwargs.get("db_parameter_group_name"), db_kwargs["engine"], version)
        return original(self, db_kwargs)

    @around(RDSBackend, "modify_db_instance")
    def check_upgrade(original: Any, self: Any, identifier: str, db_kwargs: dict[str, Any]) -> Any:
        instance = self.describe_db_instances(identifier)[0]
        version = db_kwargs.get("engine_version") or instance.engine_version
        group = db_kwargs.get("db_parameter_group_name")
        if _family(instance.engine, version) != _family(instance.engine, instance.engine_version):
            if not db_kwargs.get("allow_major_version_upgrade"):
                raise InvalidParameterCombination(
                    "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
                )
            if not group and instance.db_parameter_group_name in self.db_parameter_groups:
                raise InvalidParameterCombination(
                    f"Current Parameter Group ({instance.db_parameter_group_name}) is non-default. You need to "
                    "explicitly specify a new Parameter Group in this case (default or custom)"
                )
        _check_family(self, group, instance.engine, version)
        modified = original(self, identifier, db_kwargs)
        if instance.engine == "postgres":
            for replica in [self.databases[name] for name in instance.replicas if name in self.databases]:
                if _family("postgres", replica.engine_version) != _family("postgres", version):
                    replica.engine_version, replica.db_parameter_group_name = version, group
        return modified

    @around(RDSBackend, "delete_db_instance")
    def no_snapshot_of_a_replica(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        asked = arguments(original, self, *args, **kwargs)
        instance = self.databases.get(asked["db_instance_identifier"])
        if instance and instance.is_replica and asked["final_db_snapshot_identifier"]:
            raise InvalidParameterCombination("FinalDBSnapshotIdentifier can not be specified for a read replica")
        return original(self, *args, **kwargs)


def _set_insights(instance: Any, asked: Mapping[str, Any]) -> None:
    if asked.get("enable_performance_insights") is not None:
        instance.performance_insights_enabled = asked["enable_performance_insights"]
    if not instance.performance_insights_enabled:
        instance.performance_insights_retention_period = instance.performance_insights_kms_key_id = None
        return
    instance.performance_insights_retention_period = (
        asked.get("performance_insights_retention_period")
        or instance.performance_insights_retention_period
        or INSIGHTS_DAYS
    )
    instance.performance_insights_kms_key_id = (
        asked.get("performance_insights_kms_key_id")
        or instance.performance_insights_kms_key_id
        or f"arn:{instance.partition}:kms:{instance.region}:{instance.account_id}:key/aws-rds"
    )


def _family(engine: str, version: str) -> str:
    """The parameter group family; the source's "Working with DB parameter groups" in the RDS user guide."""
    parts = version.split(".")
    return f"{engine}{parts[0]}" if engine == "postgres" and int(parts[0]) >= 10 else engine + ".".join(parts[:2])


def _check_family(backend: Any, group_name: str | None, engine: str, version: str | None) -> None:
    group = backend.db_parameter_groups.get(group_name) if group_name else None
    if group and version and engine in ("mysql", "postgres") and group.family != _family(engine, version):
        raise InvalidParameterCombination(
            f"The Parameter Group {group_name} with DBParameterGroupFamily {group.family} cannot be used for this "
            f"instance. Please use a Parameter Group with DBParameterGroupFamily {_family(engine, version)}"
        )


def _replicas() -> None:
    @around(RDSBackend, "create_db_instance_read_replica")
    def instance_of_its_own(_: Any, self: Any, db_kwargs: dict[str, Any]) -> Any:
        identifier = db_kwargs["db_instance_identifier"]
        source = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        if source.manage_master_user_password:
            raise InvalidParameterValue(
                f"Creating read replicas for source instance with engine {source.engine} where "
                "ManageMasterUserPassword is enabled is not supported."
            )
        if source.backup_retention_period == 0:
            raise RDSClientError("InvalidDBInstanceState", "Automated backups are not enabled for this database.")
        if identifier in self.databases:
            raise DBInstanceAlreadyExists()
        self._validate_db_identifier(identifier)
        inherited = {name: getattr(source, name) for name in INHERITED}
        asked = {name: value for name, value in db_kwargs.items() if value is not None}
        instance_class: Any = DBInstance  # abstract to mypy, not to moto
        replica = instance_class(self, **{**inherited, "backup_retention_period": 0, **asked})
        if "db_subnet_group_name" not in asked and hasattr(source, "db_subnet_group"):
            replica.db_subnet_group = source.db_subnet_group
        replica.set_as_replica()
        self.databases[identifier] = replica
        source.add_replica(replica)
        return replica


def _groups() -> None:
    @around(DBParameterGroup, "update_parameters")
    def by_the_user(original: Any, self: Any, new_parameters: Any) -> Any:
        return original(self, [{**parameter, "Source": "user"} for parameter in new_parameters])

    @around(RDSBackend, "delete_db_parameter_group")
    def parameter_group_in_use(original: Any, self: Any, name: str) -> Any:
        if any(instance.db_parameter_group_name == name for instance in self.databases.values()):
            raise RDSClientError(
                "InvalidDBParameterGroupState",
                f"One or more database instances are still members of this parameter group {name}, so the group "
                "cannot be deleted",
            )
        return original(self, name)

    @around(RDSBackend, "create_subnet_group")
    def subnet_group_once(original: Any, self: Any, subnet_name: str, *args: Any, **kwargs: Any) -> Any:
        if subnet_name in self.subnet_groups:
            raise RDSClientError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{subnet_name}' already exists.")
        return original(self, subnet_name, *args, **kwargs)

    @around(RDSBackend, "modify_db_subnet_group")
    def subnet_group_stays(original: Any, self: Any, subnet_name: str, *args: Any, **kwargs: Any) -> Any:
        if subnet_name not in self.subnet_groups:
            raise DBSubnetGroupNotFoundError(subnet_name)
        self.subnet_groups[subnet_name] = changed = original(self, subnet_name, *args, **kwargs)
        return changed

    @around(RDSBackend, "delete_subnet_group")
    def subnet_group_in_use(original: Any, self: Any, subnet_name: str) -> Any:
        used = [getattr(instance, "db_subnet_group", None) for instance in self.databases.values()]
        if any(group and group.name == subnet_name.lower() for group in used):
            raise RDSClientError(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{subnet_name}' because at least one database instance is still "
                "using it.",
            )
        return original(self, subnet_name)


def _secrets() -> None:
    @around(MasterUserSecret, "_generate_secret_string")
    def own_password(_: Any, self: Any) -> str:
        password = "".join(random.choices(string.ascii_letters + string.digits, k=PASSWORD_LENGTH))
        return json.dumps({"username": self.resource.master_username, "password": password})


def _restores() -> None:
    @around(RDSBackend, "restore_db_instance_from_db_snapshot")
    def from_snapshot(original: Any, self: Any, from_snapshot_id: str, overrides: dict[str, Any]) -> Any:
        snapshot = self.get_db_snapshot(from_snapshot_id.split(":snapshot:")[-1])
        with _unmanaged(snapshot.database):
            return _as_asked(original(self, from_snapshot_id, overrides), overrides)

    @around(RDSBackend, "restore_db_instance_to_point_in_time")
    def from_moment(
        original: Any, self: Any, source_db_identifier: str | None, target: str, overrides: dict[str, Any]
    ) -> Any:
        if source_db_identifier:
            source = self.describe_db_instances(source_db_identifier)[0]
        else:
            source = _by_resource_id(self, overrides.get("source_dbi_resource_id"))
        with _unmanaged(source):
            return _as_asked(original(self, source.db_instance_identifier, target, overrides), overrides)


def _by_resource_id(backend: Any, resource_id: str | None) -> Any:
    found = [instance for instance in backend.databases.values() if instance.dbi_resource_id == resource_id]
    if not found:
        raise DBInstanceNotFoundError(resource_id or "to restore from")
    return found[0]


@contextlib.contextmanager
def _unmanaged(source: Any) -> Iterator[None]:
    """*source* without the management of its password, while moto copies its attributes."""
    names = ("manage_master_user_password", "master_user_secret")
    kept = {name: vars(source).pop(name) for name in names if name in vars(source)}
    try:
        yield
    finally:
        vars(source).update(kept)


def _as_asked(restored: Any, overrides: Mapping[str, Any]) -> Any:
    """*restored* by itself, with what was asked to be false: moto takes it for not asked."""
    restored.source_db_instance_identifier = None
    for name, value in overrides.items():
        if value is False and hasattr(restored, name):
            setattr(restored, name, False)
    return restored
