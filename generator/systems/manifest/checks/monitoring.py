"""Checks of monitoring: alarms that exist, and that can go off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.systems.manifest.database import class_memory
from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Problem


def answers_within_idle_timeout(environment: Environment) -> Iterator[Problem]:
    """No answer takes longer than the load balancer waits, so a limit beyond it would never be passed."""
    if environment.monitoring is None:
        return
    limit, idle = environment.monitoring.load_balancer.response_seconds, environment.http.public.idle_timeout
    if limit >= idle:
        what = f"No answer takes {limit:g} s: the load balancer hangs up after {idle} s."
        path = ("monitoring", "load_balancer", "response_seconds")
        yield Problem(path, what, "Choose a limit below http.public.idle_timeout.")


def credits_of_burstable_hosts(environment: Environment) -> Iterator[Problem]:
    """Only burstable instance types have CPU credits."""
    monitoring, runner = environment.monitoring, environment.code_runner
    if monitoring is None or monitoring.code_runner.minimum_credits is None:
        return
    host = runner.host if runner is not None else None
    if host is None or re.match(r"t[0-9]", host.instance_type) is None:
        of = f"the type {host.instance_type}" if host is not None else "a code runner without a host"
        path = ("monitoring", "code_runner", "minimum_credits")
        yield Problem(
            path, f"CPU credits do not exist with {of}.", "Remove minimum_credits, or use a type such as t3.medium."
        )


def connections_are_known(environment: Environment) -> Iterator[Problem]:
    """How many connections a database allows follows from its class, or is said."""
    monitoring = environment.monitoring
    if monitoring is None or monitoring.databases.max_connections is not None:
        return
    for name, database in environment.databases.items():
        kinds = [database.instance_class, *(r.instance_class for r in database.replicas.values() if r.instance_class)]
        for kind in kinds:
            if class_memory(kind) is None:
                what = f"Nothing is known of the connections of {kind}, which the database {name} has."
                cure = "Write monitoring: { databases: { max_connections: … } }, or use a class of t, m or r."
                yield Problem(("databases", name, "instance_class"), what, cure)


def key_exists(environment: Environment) -> Iterator[Problem]:
    """The key that encrypts logs is monitoring's."""
    if environment.logging.customer_managed_key and environment.monitoring is None:
        what = "There is no key for the logs: monitoring makes it."
        yield Problem(("logging", "customer_managed_key"), what, "Add monitoring: {}, or write false.")


CHECKS = (answers_within_idle_timeout, credits_of_burstable_hosts, connections_are_known, key_exists)
