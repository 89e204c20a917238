"""What an environment promises, asked of AWS itself with boto3 after the apply: one file a concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from generator.rehearsal.checks import code_runner, databases, load_balancer, network, registry, services, storage
from generator.rehearsal.checks.check import Check, Live

__all__ = ["Check", "Live", "check_account", "check_environment"]

ENVIRONMENT = (network, load_balancer, services, code_runner, databases, storage)


def check_environment(live: Live) -> Iterator[Check]:
    """Yield every check of an environment, applied and released."""
    for concern in ENVIRONMENT:
        yield from _named(concern, live)


def check_account(live: Live) -> Iterator[Check]:
    """Yield the checks of what exists once an account."""
    yield from _named(registry, live)


def _named(concern: ModuleType, live: Live) -> Iterator[Check]:
    name = concern.__name__.rsplit(".", 1)[-1].replace("_", " ")
    return (replace(check, concern=name) for check in concern.checks(live))
