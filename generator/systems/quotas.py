"""The quotas of AWS that an environment may exceed as an account has them at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.systems.manifest import Environment
from generator.systems.manifest.service import Count

# New accounts: functions of more memory, and more than a few at the same time, have to be asked for.
NEW_ACCOUNT_MEMORY = 3008
UNRESERVED = 100
UNITS = 1024


@dataclass(frozen=True)
class Quota:
    """A quota by its name and code in Service Quotas, what an account has of it, and what is needed."""

    name: str
    default: str
    needed: str


def quotas(environment: Environment) -> Iterator[Quota]:
    """The quotas to look at before the first apply; those of things that the environment does not have are left out."""
    for kind, code in (("On-Demand", "L-3032A538"), ("Spot", "L-36FBB829")):
        cpu = fargate_cpu(environment, kind == "Spot")
        if cpu:
            name = f"Fargate {kind} vCPU resource count ({code})"
            yield Quota(name, "6", f"{cpu:g}: all tasks at their greatest number, twice where a deployment adds first")
    runner = environment.code_runner
    if runner is not None and not runner.service:
        if runner.memory > NEW_ACCOUNT_MEMORY:
            what = f"{runner.memory} MB, by a support case"
            yield Quota("Memory of a Lambda function", f"{NEW_ACCOUNT_MEMORY} MB", what)
        number = runner.reserved_concurrency + UNRESERVED
        needed = f"{number}, and what other environments reserve: {UNRESERVED} stay unreserved"
        yield Quota("Concurrent executions (L-B99A9384)", "10 to 1000", needed)
    if runner is not None and runner.host is not None:
        name = "Running On-Demand Standard instances, vCPUs (L-1216C47A)"
        yield Quota(name, "5", f"those of two {runner.host.instance_type}, while one replaces the other")
    gateways = {"none": 0, "single": 1, "per_az": len(environment.network.vpc.availability_zones)}
    addresses = gateways[environment.network.nat]
    if addresses:
        yield Quota("EC2-VPC Elastic IPs (L-0263D0A3)", "5", f"{addresses}, and those of other environments")
    yield Quota("VPCs per Region (L-F678F1CE)", "5", "1, and those of other environments")


def fargate_cpu(environment: Environment, spot: bool) -> float:
    """The vCPUs of all tasks on Fargate, or on Fargate Spot, at their greatest number while they are deployed."""
    units = 0
    for service in environment.services.values():
        copies = 1 if service.deployment.rolling == "recreate" else 2
        units += service.cpu * copies * tasks(service.count, "spot" if spot else "plain")
    runner = environment.code_runner
    if runner is not None and runner.engine == "fargate" and not spot:
        most = 1 if runner.count is None else runner.count.range.max
        units += (runner.cpu or 256) * most * 2
    return units / UNITS


def tasks(count: Count, capacity: Literal["plain", "spot"]) -> int:
    """The greatest number of tasks on one kind of capacity."""
    first = 1 if count.spot is not None else count.range.spot_from
    plain = count.range.max if first is None else min(first - 1, count.range.max)
    return plain if capacity == "plain" else count.range.max - plain


def quota_section(environment: Environment) -> str:
    """The README's table."""
    rows = (f"| {quota.name} | {quota.default} | {quota.needed} |" for quota in quotas(environment))
    return "\n".join(["| quota | a new account has | needed here |", "| --- | --- | --- |", *rows])
