"""Checks across fields: what each value alone cannot show, but AWS or the system would refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from generator.systems.manifest.checks import (
    buckets,
    connections,
    databases,
    environments,
    hosting,
    monitoring,
    network,
    operations,
    references,
    routes,
    runner,
    secrets,
    services,
)
from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Problem

Check = Callable[[Environment], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    *network.CHECKS,
    *services.CHECKS,
    *routes.CHECKS,
    *references.CHECKS,
    *runner.CHECKS,
    *buckets.CHECKS,
    *databases.CHECKS,
    *connections.CHECKS,
    *secrets.CHECKS,
    *monitoring.CHECKS,
    *hosting.CHECKS,
    *operations.CHECKS,
    environments.system_name,
    environments.name_forms,
)


def check_environment(environment: Environment) -> Iterator[Problem]:
    """Every problem within one environment."""
    for check in CHECKS:
        yield from check(environment)


def check_system(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """Every problem between the environments of one system, with the name of the environment that has it."""
    for check in environments.SYSTEM_CHECKS:
        yield from check(resolved)
