"""Checks of who calls whom: services and databases that exist, and placeholders that name them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, dotted, one_of

_DATABASE_FACTS = ("host", "port", "name", "secret", "replica_hosts")


def called_services(environment: Environment) -> Iterator[Problem]:
    """Every service that is called is another one, and listens."""
    for name, service in environment.services.items():
        for index, called in enumerate(service.uses.services):
            path: Path = ("services", name, "uses", "services", index)
            if called not in environment.services:
                what = f'{name} uses the service "{called}", which is not declared.'
                yield Problem(path, what, one_of(called, environment.services))
            elif called == name:
                yield Problem(path, f"{name} uses itself.", "Remove it: a program reaches itself at localhost.")
            elif environment.services[called].image.port is None:
                cure = f"Add the port to services.{called}.image."
                yield Problem(path, f"{name} uses the service {called}, which has no port.", cure)


def uses_once(environment: Environment) -> Iterator[Problem]:
    """Nothing that a service uses is listed twice."""
    for name, service in environment.services.items():
        for kind in ("buckets", "databases", "services"):
            names = getattr(service.uses, kind)
            for index, used in enumerate(names):
                if used in names[:index]:
                    path: Path = ("services", name, "uses", kind, index)
                    yield Problem(path, f'{name} uses "{used}" twice.', "Remove one of the two.")


def placeholders(environment: Environment) -> Iterator[Problem]:
    """Placeholders for services and databases stand for what the service may reach."""
    for name, service in environment.services.items():
        for variable, template in service.variables.items():
            path: Path = ("services", name, "variables", variable)
            for placeholder in template.placeholders:
                if placeholder.argument is None:
                    continue
                if placeholder.name == "service":
                    found = _service(environment, name, placeholder.argument)
                elif placeholder.name == "database":
                    found = _database(environment, name, placeholder.argument)
                else:
                    continue
                if found is not None:
                    what, cure = found
                    yield Problem(path, f"{dotted(path)} holds {placeholder}, but {what}.", cure)


def _service(environment: Environment, name: str, called: str) -> tuple[str, str] | None:
    if called not in environment.services:
        return "no such service is declared", one_of(called, environment.services)
    if called not in environment.services[name].uses.services:
        return f"{name} may not call it", f"Add uses: {{ services: [{called}] }}."
    return None


def _database(environment: Environment, name: str, argument: str) -> tuple[str, str] | None:
    database, _, fact = argument.partition(".")
    if database not in environment.databases:
        return "no such database is declared", one_of(database, environment.databases)
    if database not in environment.services[name].uses.databases:
        return f"{name} may not use that database", f"Add uses: {{ databases: [{database}] }}."
    if fact not in _DATABASE_FACTS:
        known = ", ".join(f"{{database.{database}.{each}}}" for each in _DATABASE_FACTS)
        return "a database has nothing of that name", f"Known here: {known}."
    if fact == "replica_hosts" and not environment.databases[database].replicas:
        return "that database has no replicas", f"Add replicas to databases.{database}."
    return None


CHECKS = (called_services, uses_once, placeholders)
