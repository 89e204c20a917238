"""What an environment promises, asked of AWS itself with boto3 after the apply: one file a concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from generator.rehearsal.checks import (
    audit_trail,
    code_runner,
    code_runner_service,
    databases,
    delivery,
    hosting,
    load_balancer,
    monitoring,
    network,
    reachability,
    registry,
    secrets,
    services,
    storage,
)
from generator.rehearsal.checks.check import Check, Live

__all__ = ["Check", "Live", "check_account", "check_delivery", "check_environment"]

ENVIRONMENT = (
    network,
    reachability,
    load_balancer,
    services,
    code_runner,
    code_runner_service,
    databases,
    secrets,
    storage,
    hosting,
    monitoring,
)
ACCOUNT = (registry, audit_trail)


def check_environment(live: Live) -> Iterator[Check]:
    """Yield every check of an environment, applied and released."""
    for concern in ENVIRONMENT:
        yield from _named(concern, live)


def check_account(live: Live) -> Iterator[Check]:
    """Yield the checks of what exists once an account."""
    for concern in ACCOUNT:
        yield from _named(concern, live)
    yield replace(delivery.nobody_releases(live), concern="delivery")


def check_delivery(live: Live) -> Iterator[Check]:
    """Yield the checks of roles that release, once an operator has named a repository (``delivery.REPOSITORY``)."""
    yield from _named(delivery, live)


def _named(concern: ModuleType, live: Live) -> Iterator[Check]:
    name = concern.__name__.rsplit(".", 1)[-1].replace("_", " ")
    return (replace(check, concern=name) for check in concern.checks(live))
