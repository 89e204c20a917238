"""Where the tasks of a service run, how many, and when: zones, Spot, scaling and off-hours."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall
from generator.hcl.template import literal
from generator.systems.manifest import Environment
from generator.systems.manifest.off_hours import OffHours
from generator.systems.manifest.service import ContainerHealthCheck, Count

FARGATE, SPOT = "FARGATE", "FARGATE_SPOT"


def task_subnets(environment: Environment, network: ModuleCall) -> Expr | list[Expr]:
    """The private subnets that tasks run in: of every zone, or of the first."""
    subnets = network.private_subnet_ids
    if environment.network.task_zones == "all":
        return fn.values(subnets)
    return [subnets[environment.network.vpc.availability_zones[0]]]


def capacity(count: Count) -> dict[str, object]:
    """The shares of the tasks by capacity provider; none where all of them are on plain Fargate."""
    first = 1 if count.spot is not None else count.range.spot_from
    if first is None:
        return {}
    never_interrupted = {FARGATE: {"weight": 0, "base": first - 1}} if first > 1 else {}
    return {**never_interrupted, SPOT: {"weight": 1}}


def scaling(count: Count, off_hours: OffHours | None) -> dict[str, object]:
    """The number of tasks, what it follows, and when it is 0."""
    scaling: dict[str, object] = {"minimum": count.range.min, "maximum": count.range.max}
    if not count.fixed:
        held = {"cpu_percentage": count.cpu_percentage, "memory_percentage": count.memory_percentage}
        scaling |= {metric: value for metric, value in held.items() if value is not None}
        scaling |= {"cooldown_in": count.cooldown.in_, "cooldown_out": count.cooldown.out}
    if off_hours is not None and count.range.max > 0:
        scaling["schedules"] = {
            "off-hours": _schedule(off_hours, off_hours.falls_asleep, 0, 0),
            "working-hours": _schedule(off_hours, off_hours.wakes_up, count.range.min, count.range.max),
        }
    return scaling


def _schedule(off_hours: OffHours, schedule: str, minimum: int, maximum: int) -> dict[str, object]:
    return {"schedule": schedule, "time_zone": off_hours.time_zone, "minimum": minimum, "maximum": maximum}


def container_health(check: ContainerHealthCheck | None) -> dict[str, object] | None:
    """The health check inside the container, as the module of services takes it."""
    if check is None:
        return None
    times = check.model_dump(include={"interval", "timeout", "retries", "start_period"})
    return {"command": [literal(word) for word in check.command], **times}
