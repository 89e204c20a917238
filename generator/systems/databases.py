"""The databases of an environment: their calls, who may connect, and what services are told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.bindings import functions as fn
from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall, call_module
from generator.modules.rds import Rds
from generator.systems.inputs import identifier
from generator.systems.manifest import Database

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot


def databases(root: EnvironmentRoot) -> dict[str, ModuleCall]:
    """Declare the calls by name, with the placeholders and outputs that speak of them."""
    calls = {name: _call(root, name, settings) for name, settings in root.environment.databases.items()}
    for name, call in calls.items():
        root.placeholders |= {
            f"database.{name}.host": call.address,
            f"database.{name}.port": call.port,
            f"database.{name}.name": call.database_name,
            f"database.{name}.secret": call.secret_arn,
            f"database.{name}.replica_hosts": fn.join(",", fn.values(call.replica_addresses)),
        }
        label = f"database_{identifier(name)}"
        root.output(f"{label}_endpoint", f"{call.address}:{call.port}", f"Host and port of the database {name}.")
        root.output(f"{label}_secret", call.secret_arn, f"Secret with user and password of the database {name}.")
    return calls


def _call(root: EnvironmentRoot, name: str, settings: Database) -> ModuleCall:
    environment = root.environment
    users = [service for service, s in environment.services.items() if name in s.uses.databases]
    inputs: dict[str, object] = {
        "name": environment.database_identifier(name),
        "vpc_id": root.network.vpc_id,
        "subnet_ids": fn.values(root.network.private_subnet_ids),
        "allowed_security_groups": {
            service: Expr(f"module.service_{identifier(service)}.security_group_id") for service in users
        },
        "engine": settings.engine,
        "engine_version": settings.version,
        "instance_class": settings.instance_class,
        "allocated_storage": settings.storage,
        "database_name": settings.name,
        "backup_retention_days": settings.backup_retention,
        "multi_az": settings.multi_az,
        "managed_password": settings.managed_password,
        "log_retention_days": environment.logging.retention,
        "allow_destroy": root.allow_destroy,
    }
    if settings.replicas:
        inputs["replicas"] = {
            replica: {} if of.instance_class is None else {"instance_class": of.instance_class}
            for replica, of in settings.replicas.items()
        }
    return call_module(root, f"database_{identifier(name)}", Rds, inputs)


def database_access(root: EnvironmentRoot, service: str) -> dict[str, object]:
    """The ways out of *service* to its databases; replicas are behind the same security group."""
    return {
        # With a dot, which no name of a service has.
        f"database.{name}": {
            "port": root.environment.databases[name].port,
            "security_group_id": root.databases[name].security_group_id,
        }
        for name in root.environment.services[service].uses.databases
    }


def database_permissions(root: EnvironmentRoot, service: str) -> dict[str, object]:
    """What lets *service* read the secrets of its databases, and no other: they rotate while its tasks run."""
    return {
        f"Read{''.join(part.capitalize() for part in name.split('-'))}DatabaseSecret": {
            "actions": ["secretsmanager:GetSecretValue"],
            "resources": [root.databases[name].secret_arn],
        }
        for name in root.environment.services[service].uses.databases
    }
