"""What monitoring is told of databases: their storage, and how many connections their class allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.systems.manifest import Database
from generator.systems.manifest.database import class_memory
from generator.systems.manifest.monitoring import Monitoring

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot

MEBIBYTE = 1024**2
# Bytes of memory for each connection, by RDS's default parameters, and the most that PostgreSQL is given.
BYTES_A_CONNECTION = {"postgres": 9_531_392, "mysql": 12_582_880}
MOST_CONNECTIONS = {"postgres": 5000, "mysql": 100_000}


def monitored_databases(root: EnvironmentRoot, settings: Monitoring) -> dict[str, object]:
    """The databases of the environment and their replicas, as modules/monitoring takes them."""
    found: dict[str, object] = {}
    for name, database in root.environment.databases.items():
        identifier = root.databases[name].identifier
        found[name] = _watched(settings, database, identifier, database.instance_class)
        for replica, of in database.replicas.items():
            kind = of.instance_class or database.instance_class
            found[f"{name}-{replica}"] = _watched(settings, database, f"{identifier}-{replica}", kind)
    return found


def _watched(settings: Monitoring, database: Database, identifier: object, kind: str) -> dict[str, object]:
    limits = settings.databases
    return {
        "identifier": identifier,
        "allocated_storage": database.storage,
        "max_connections": limits.max_connections or connections(database.engine, kind),
        "cpu_percent": limits.cpu_percentage,
        "free_storage_percent": limits.free_storage_percentage,
        "connections_percent": limits.connections_percentage,
    }


def connections(engine: str, instance_class: str) -> int:
    """The connections that a database of *instance_class* certainly has by RDS's default parameters.

    They follow from the memory without what RDS and its system take, which AWS does not publish: about 250 MiB and a
    twentieth. A number that is never reached would be an alarm that never goes off, so this stays below.
    """
    memory = class_memory(instance_class)
    if memory is None:
        raise ValueError(f"nothing is known of the memory of {instance_class}")
    usable = memory * 1024 * 0.94 - 250
    return min(int(usable * MEBIBYTE / BYTES_A_CONNECTION[engine]), MOST_CONNECTIONS[engine])
