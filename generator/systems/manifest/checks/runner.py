"""Checks of the code runner."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.systems.manifest.checks.services import range_problems, size_problems
from generator.systems.manifest.environment import Environment
from generator.systems.manifest.fields import NAME_PATTERN, NAME_RULE
from generator.systems.manifest.problems import Problem

TIMEOUT_MARGIN = 10
"""Seconds by which the load balancer's idle timeout exceeds the timeout of every code runner behind it."""

SERVICE_NAME_LENGTH = 40
"""What a capacity provider's name, of cluster and host, leaves for the cluster."""

DEFAULT_CPU = 256
"""CPU units of a code runner on Fargate unless said."""

_KEPT_BY_ECS = ("aws", "ecs", "fargate")
_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]+")


def runner_timeout(environment: Environment) -> Iterator[Problem]:
    """The load balancer outlasts a run, or callers would see 504 while their program still runs."""
    runner = environment.code_runner
    if runner is None:
        return
    behind = [name for name in environment.code_runner_callers if environment.services[name].http]
    if behind:
        yield from _outlasted(runner.timeout, "public", behind[0], environment.http.public.idle_timeout)
    if runner.engine == "ec2":
        yield from _outlasted(runner.timeout, "internal", "the code runner", environment.http.internal.idle_timeout)


def _outlasted(timeout: int, which: str, behind: str, idle: int) -> Iterator[Problem]:
    if timeout <= idle - TIMEOUT_MARGIN:
        return
    what = f"A run may take {timeout} s, but the load balancer in front of {behind} hangs up after {idle} s."
    cure = f"Raise http.{which}.idle_timeout to at least {timeout + TIMEOUT_MARGIN}"
    if idle > TIMEOUT_MARGIN:
        cure += f", or lower the timeout to at most {idle - TIMEOUT_MARGIN}"
    yield Problem(("code_runner", "timeout"), what, f"{cure}.")


def function_name(environment: Environment) -> Iterator[Problem]:
    """The function's name holds only what Lambda allows; a long one is cut, not refused."""
    name, runner = environment.code_runner_name, environment.code_runner
    if name is not None and _FUNCTION_NAME.fullmatch(name) is None and runner is not None and not runner.service:
        yield Problem(
            ("code_runner", "name"),
            f'Lambda refuses the function name "{name}".',
            "Use letters, digits, hyphens and underscores.",
        )


def service_name(environment: Environment) -> Iterator[Problem]:
    """The names of a runner that is a service, and of its host's cluster, are names that ECS takes beside each other.

    They are not cut: its URL, its family and its cluster are made of them.
    """
    runner = environment.code_runner
    if runner is None or not runner.service:
        return
    named = {"name": runner.name}
    if runner.host is not None and runner.host.cluster is not None:
        named["host.cluster"] = runner.host.cluster
    for field, template in named.items():
        name, path = template.render(environment.values), ("code_runner", *field.split("."))
        if re.fullmatch(NAME_PATTERN, name) is None or len(name) > SERVICE_NAME_LENGTH:
            yield Problem(path, f'"{name}" cannot be a name.', f"{NAME_RULE} At most {SERVICE_NAME_LENGTH} characters.")
        elif runner.engine == "ec2" and name.startswith(_KEPT_BY_ECS):
            what = f'ECS keeps names that begin like "{name}" for capacity of its own.'
            yield Problem(path, what, "Choose a name that does not begin with ecs or fargate.")
    taken = {environment.service_name(name): name for name in environment.services}
    if (other := taken.get(runner.name.render(environment.values))) is not None:
        what = f"The code runner has the same name as the service {other}."
        yield Problem(("code_runner", "name"), what, "Choose another name.")


def service_size(environment: Environment) -> Iterator[Problem]:
    """A runner on Fargate has a size that Fargate offers, a number of tasks, and no root."""
    runner = environment.code_runner
    if runner is None or runner.engine != "fargate":
        return
    yield from size_problems(("code_runner", "memory"), runner.cpu or DEFAULT_CPU, runner.memory)
    if runner.count is not None:
        yield from range_problems(("code_runner", "count", "range"), runner.count)
    if runner.user.partition(":")[0] in ("root", "0"):
        yield Problem(("code_runner", "user"), "The code runner's programs would run as root.", "Choose another user.")


def internet(environment: Environment) -> Iterator[Problem]:
    """A host that may fetch from the internet has a way to it."""
    runner = environment.code_runner
    if runner is not None and runner.reaches_internet and environment.network.nat == "none":
        path = ("code_runner", "host", "acknowledge_internet_egress")
        what = "The code runner's programs may fetch from the internet, but the network has no NAT gateway."
        yield Problem(path, what, "Write network: { nat: single }, or remove the acknowledgement.")


CHECKS = (runner_timeout, function_name, service_name, service_size, internet)
