"""Checks of databases: where they stand, their versions, replicas and users."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, one_of


def _declare(name: str) -> str:
    return f'Add databases: {{ {name}: {{ version: "17", instance_class: db.t4g.micro }} }}.'


_VERSIONS = {"postgres": (r"\d+(\.\d+)?", '"15" or "15.4"'), "mysql": (r"8\.\d+(\.\d+)?", '"8.0" or "8.0.35"')}


def used_databases(environment: Environment) -> Iterator[Problem]:
    """Every database in use is declared."""
    for name, service in environment.services.items():
        for index, database in enumerate(service.uses.databases):
            if database not in environment.databases:
                path: Path = ("services", name, "uses", "databases", index)
                what = f'{name} uses the database "{database}", which is not declared.'
                cure = one_of(database, environment.databases) if environment.databases else _declare(database)
                yield Problem(path, what, cure)


def reached_databases(environment: Environment) -> Iterator[Problem]:
    """Every database is one that a service may connect to: its security group lets in nobody else."""
    used = {database for service in environment.services.values() for database in service.uses.databases}
    # A name that nobody declares is refused where it is written.
    for name in environment.databases if used <= set(environment.databases) else ():
        if name not in used:
            what = f"Nobody reaches the database {name}: no service uses it."
            cure = f"Add uses: {{ databases: [{name}] }} to the service that connects to it."
            yield Problem(("databases", name), what, cure, at_key=True)


def two_zones(environment: Environment) -> Iterator[Problem]:
    """RDS wants private subnets in two zones, also for a database that stands in one."""
    if environment.databases and len(environment.network.vpc.subnets.private) < 2:
        first = next(iter(environment.databases))
        what = f"The database {first} needs private subnets in two availability zones."
        yield Problem(("databases", first), what, "Add a zone and its private CIDR to network.vpc.", at_key=True)


def versions(environment: Environment) -> Iterator[Problem]:
    """A version is one that the engine has."""
    for name, database in environment.databases.items():
        pattern, examples = _VERSIONS[database.engine]
        if re.fullmatch(pattern, database.version) is None:
            what = f'{database.engine} has no version such as "{database.version}".'
            yield Problem(("databases", name, "version"), what, f"Write {examples}.")


def replicas_need_own_password(environment: Environment) -> Iterator[Problem]:
    """RDS makes no read replicas of a database whose password it manages."""
    for name, database in environment.databases.items():
        if database.replicas and database.managed_password:
            what = f"RDS makes no read replicas of {name}, whose password it manages."
            cure = f"Add managed_password: false to {name}: its password is then kept in a secret of its own."
            yield Problem(("databases", name, "replicas"), what, cure, at_key=True)


def names_differ(environment: Environment) -> Iterator[Problem]:
    """No replica is called like a database: RDS names both by one pattern, and so do alarms."""
    for name, database in environment.databases.items():
        for replica in database.replicas:
            if (taken := f"{name}-{replica}") in environment.databases:
                path: Path = ("databases", name, "replicas", replica)
                what = f"The replica {replica} of {name} has the same name as the database {taken}."
                yield Problem(path, what, "Choose another name.", at_key=True)


CHECKS = (used_databases, reached_databases, two_zones, versions, replicas_need_own_password, names_differ)
