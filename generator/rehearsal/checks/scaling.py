"""How many tasks run, what their number follows, when it is none, and on what they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live, Task
from generator.systems.manifest.service import Count

METRICS = {
    "ECSServiceAverageCPUUtilization": "cpu_percentage",
    "ECSServiceAverageMemoryUtilization": "memory_percentage",
}


def number_of_tasks(live: Live, label: str, cluster: str, service: str, count: Count) -> Iterator[Check]:
    """The checks of a service with a number of tasks, called *label* in their names."""
    scaling = live.client("application-autoscaling")
    resource = f"service/{cluster}/{service}"
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])["ScalableTargets"]
    found = [(t["MinCapacity"], t["MaxCapacity"]) for t in targets]
    yield Check(f"{label}: tasks, least and most", found, [(count.range.min, count.range.max)])
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)["ScalingPolicies"]
    settings = [p["TargetTrackingScalingPolicyConfiguration"] for p in policies]
    held = {s["PredefinedMetricSpecification"]["PredefinedMetricType"]: int(s["TargetValue"]) for s in settings}
    wanted = {metric: getattr(count, field) for metric, field in METRICS.items()}
    yield Check(f"{label}: scaling holds, %", held, {m: v for m, v in wanted.items() if v is not None})
    pauses = {(s["ScaleInCooldown"], s["ScaleOutCooldown"]) for s in settings}
    expected = {(count.cooldown.in_, count.cooldown.out)} if held else set()
    yield Check(f"{label}: seconds between steps, in and out", pauses, expected)
    yield Check(f"{label}: off-hours", _schedules(scaling, resource), _expected_schedules(live, count))


def runs_on(label: str, task: Task, count: Count) -> Check:
    """Fargate, or the shares of its providers, with what is never interrupted first."""
    shares = {
        p["capacityProvider"]: (p.get("base", 0), p.get("weight", 0))
        for p in task.service.get("capacityProviderStrategy") or ()
    }
    first_on_spot = 1 if count.spot is not None else count.range.spot_from
    if first_on_spot is None:
        return Check(f"{label}: running on", shares or task.service.get("launchType"), "FARGATE")
    steady = {"FARGATE": (first_on_spot - 1, 0)} if first_on_spot > 1 else {}
    return Check(f"{label}: running on", shares, {**steady, "FARGATE_SPOT": (0, 1)})


def _schedules(scaling: Any, resource: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Least and most tasks by schedule and time zone."""
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs", ResourceId=resource)["ScheduledActions"]
    return {
        (a["Schedule"], a.get("Timezone", "UTC")): (
            a["ScalableTargetAction"]["MinCapacity"],
            a["ScalableTargetAction"]["MaxCapacity"],
        )
        for a in actions
    }


def _expected_schedules(live: Live, count: Count) -> dict[tuple[str, str], tuple[int, int]]:
    hours = live.environment.off_hours
    if hours is None or count.range.max == 0:
        return {}
    return {
        (hours.falls_asleep, hours.time_zone): (0, 0),
        (hours.wakes_up, hours.time_zone): (count.range.min, count.range.max),
    }
