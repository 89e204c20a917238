"""Checks of names, and of what must differ between environments that share one account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from itertools import combinations

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.fields import NAME_PATTERN, NAME_RULE
from generator.systems.manifest.problems import Path, Problem, dotted

RESERVED_ENVIRONMENTS = ("account",)
"""Folders beside the environments: ``account`` holds what exists once an account."""

# Load balancer names must not begin with internal-, SSM parameters not with aws or ssm.
_RESERVED_SYSTEMS = ("internal-", "aws", "amazon", "ssm")
ENVIRONMENT_NAME_LENGTH = 16
# What the modules of network and cluster take.
PREFIX_LENGTH = 40

SystemCheck = Callable[[Mapping[str, Environment]], Iterator[tuple[str, Problem]]]


def environment_name(name: str) -> tuple[str, str] | None:
    """What is wrong with *name* as an environment's name, and the cure; None if nothing is."""
    if name in RESERVED_ENVIRONMENTS:
        return f'The environment name "{name}" is reserved.', "Choose another name."
    if re.fullmatch(NAME_PATTERN, name) is None or len(name) > ENVIRONMENT_NAME_LENGTH:
        return f'"{name}" cannot name an environment.', f"{NAME_RULE} At most {ENVIRONMENT_NAME_LENGTH} characters."
    return None


def system_name(environment: Environment) -> Iterator[Problem]:
    """AWS accepts the system's name as the beginning of its resources' names."""
    for start in _RESERVED_SYSTEMS:
        if f"{environment.system}-".startswith(start):
            what = f'AWS reserves names that begin with "{start}".'
            yield Problem(("system",), what, "Choose another system name.")


def name_forms(environment: Environment) -> Iterator[Problem]:
    """What names begin with, and the names of cluster and load balancer, are names."""
    for field, longest in (("prefix", PREFIX_LENGTH), ("cluster", PREFIX_LENGTH), ("load_balancer", 255)):
        template = getattr(environment.names, field)
        name = "" if template is None else template.render(environment.values)
        if template is not None and (re.fullmatch(NAME_PATTERN, name) is None or len(name) > longest):
            yield Problem(("names", field), f'"{name}" cannot be a name.', f"{NAME_RULE} At most {longest} characters.")


def prefixes_differ(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """Environments that share an account call nothing alike."""
    for one, other in combinations(resolved.values(), 2):
        for field in ("prefix", "cluster_name", "load_balancer_name"):
            name = getattr(one, field)
            if name == getattr(other, field):
                path: Path = ("names", field.removesuffix("_name"))
                what = f'{one.name} and {other.name} would share the name "{name}".'
                yield other.name, Problem(path, what, "Put {environment} into the name.")
                break


def networks_disjoint(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """The VPCs of one system do not overlap, so that they can be connected."""
    for one, other in combinations(resolved.values(), 2):
        first, second = one.network.vpc.cidr, other.network.vpc.cidr
        if first.overlaps(second):
            what = f"The network {second} of {other.name} overlaps {first} of {one.name}."
            cure = f"Give {other.name} a range of its own, such as {_beside(first)}."
            yield other.name, Problem(("network", "vpc", "cidr"), what, cure)


def _beside(network: IPv4Network) -> IPv4Network:
    """The network of the same size that follows, or, after the last one, comes before."""
    other = int(network.network_address) + network.num_addresses
    if other >= 2**32:
        other -= 2 * network.num_addresses
    return IPv4Network((other, network.prefixlen))


def function_names_differ(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """Each environment has a code runner function of its own."""
    for one, other in combinations(resolved.values(), 2):
        if one.code_runner_name is not None and one.code_runner_name == other.code_runner_name:
            kind = "code runner" if one.code_runner is not None and one.code_runner.service else "function"
            what = f'{one.name} and {other.name} would share the {kind} "{one.code_runner_name}".'
            yield other.name, Problem(("code_runner", "name"), what, "Put {environment} into the name.")


def log_groups_differ(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """Each environment has log groups of its own."""
    for one, other in combinations(resolved.values(), 2):
        shared = sorted(_log_groups(one) & _log_groups(other))
        if shared:
            what = f'{one.name} and {other.name} would share the log group "{shared[0]}".'
            yield other.name, Problem(_group_path(other, shared[0]), what, "Put {environment} into the group's name.")


def _log_groups(environment: Environment) -> set[str]:
    groups = {environment.log_group(service) for service in environment.services}
    runner = environment.code_runner
    return groups | {environment.code_runner_log_group} if runner is not None and runner.service else groups


def _group_path(environment: Environment, group: str) -> Path:
    """Where the template of that log group is written: at its service or for all."""
    runner = environment.code_runner
    if runner is not None and runner.logging.group is not None and environment.code_runner_log_group == group:
        return "code_runner", "logging", "group"
    own = (name for name, service in environment.services.items() if service.logging.group is not None)
    service = next((name for name in own if environment.log_group(name) == group), None)
    return ("logging", "group") if service is None else ("services", service, "logging", "group")


def hosts_differ(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """No host leads to two environments."""
    for one, other in combinations(resolved.values(), 2):
        taken = {host for _, host in _hosts(one)}
        for path, host in _hosts(other):
            if host in taken:
                what = f"{dotted(path)}: {host} already leads to {one.name}."
                yield other.name, Problem(path, what, "Give each environment hosts of its own, in its own map.")


def _hosts(environment: Environment) -> Iterator[tuple[Path, str]]:
    if environment.domain is None:
        return
    for name, service in environment.services.items():
        for index, alias in enumerate(service.http.alias if service.http else ()):
            yield ("services", name, "http", "alias", index), alias.render(environment.values)
    for name, site in environment.hosting.items():
        for prefix in site.subdomains:
            host = f"{prefix}.{environment.domain.name}" if prefix else environment.domain.name
            yield ("hosting", name, "subdomains", prefix), host


def secrets_differ(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """Each environment makes the places of its secrets, so that no two have one."""
    for one, other in combinations(resolved.values(), 2):
        for service, variable, secret in other.secret_references():
            key = other.secret_key(secret)
            if key in one.secrets():
                what = f"{one.name} and {other.name} would share the secret {key}."
                path: Path = ("services", service, "secrets", variable)
                yield other.name, Problem(path, what, "Put {environment} into the name.")


def clusters_differ(resolved: Mapping[str, Environment]) -> Iterator[tuple[str, Problem]]:
    """The host of a code runner has a cluster to itself: asked for a second one, ECS answers with the first."""
    taken = {environment.cluster_name: f"the services of {environment.name}" for environment in resolved.values()}
    for environment in resolved.values():
        runner, name = environment.code_runner, environment.code_runner_cluster
        host = runner.host if runner is not None else None
        if host is None:
            continue
        if name in taken:
            path: Path = ("code_runner", "name") if host.cluster is None else ("code_runner", "host", "cluster")
            what = f'The host of {environment.name} and {taken[name]} would share the cluster "{name}".'
            yield environment.name, Problem(path, what, "Choose another name, with {environment} in it.")
        elif host.cluster is not None:
            taken[name] = f"the host of {environment.name}"


SYSTEM_CHECKS: tuple[SystemCheck, ...] = (
    prefixes_differ,
    networks_disjoint,
    function_names_differ,
    log_groups_differ,
    hosts_differ,
    secrets_differ,
    clusters_differ,
)
