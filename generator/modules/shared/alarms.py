"""Alarms on metrics: which there are, how they are named and switched off, and what all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchMetricAlarm, CloudwatchMetricAlarmMetricQueryBlock
from generator.hcl.expression import Expr, each, for_list, for_map
from generator.hcl.stack import Stack

FIVE_MINUTES = 300
ONE_MINUTE = 60
ABOVE, AT_LEAST, BELOW = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"
# Variable: what its entries are called in an alarm's name, and what is watched of each.
WATCHED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "services": ("service", ("cpu", "memory", "tasks")),
    "load_balancers": ("load-balancer", ("errors", "latency")),
    "target_groups": ("target-group", ("unhealthy",)),
    "databases": ("database", ("cpu", "storage", "connections")),
    "functions": ("function", ("errors", "throttles", "duration")),
    "autoscaling_groups": ("instances", ("cpu", "memory", "disk", "credits")),
}


def alarm_keys() -> Expr:
    """The key of every alarm that the variables ask for: its name without the prefix of the environment."""
    return fn.flatten(
        [
            for_list(fn.keys(Expr(f"var.{variable}")), partial(_keys, kind, watched), names=("key",))
            for variable, (kind, watched) in WATCHED.items()
        ]
    )


def _keys(kind: str, watched: Sequence[str], key: Expr) -> list[str]:
    return [f"{kind}-{key}-{metric}" for metric in watched]


@dataclass
class Alarms:
    """The alarms of a module, all of which tell *topic_arn* when they go off and when it is over."""

    stack: Stack
    topic_arn: Expr
    made: list[CloudwatchMetricAlarm] = field(default_factory=list)

    name: ClassVar = Expr("var.name")
    # For data that comes each minute, and for data that comes every five.
    minutes: ClassVar = Expr("var.minutes_to_alarm")
    fives: ClassVar = fn.ceil(Expr("var.minutes_to_alarm") / 5)

    def add(
        self,
        variable: str,
        watched: str,
        description: str,
        comparison: str,
        threshold: int | Expr,
        *,
        periods: int | Expr,
        missing: str,
        namespace: str | Expr | None = None,
        metric: str | Expr | None = None,
        dimensions: Mapping[str, str | Expr] | None = None,
        statistic: str | Expr | None = None,
        percentile: str | None = None,
        period: int | None = None,
        queries: Sequence[CloudwatchMetricAlarmMetricQueryBlock] | None = None,
        when: Expr | None = None,
        why: str = "",
    ) -> None:
        """Declare the alarm on what is *watched* of each entry of *variable*.

        *periods* of *period* seconds must all be beyond the threshold; *missing* says what a period without data is
        taken for. *when* is a further condition on the entry, ``item``.
        """
        kind = WATCHED[variable][0]
        self.made.append(
            CloudwatchMetricAlarm(
                self.stack,
                f"{variable.removesuffix('s')}_{watched}",
                for_each=self._wanted(variable, watched, when),
                alarm_name=f"{self.name}-{kind}-{each.key}-{watched}",
                alarm_description=description,
                comparison_operator=comparison,
                threshold=threshold,
                evaluation_periods=periods,
                treat_missing_data=missing,
                namespace=namespace,
                metric_name=metric,
                dimensions=dimensions,
                statistic=statistic,
                extended_statistic=percentile,
                evaluate_low_sample_count_percentiles="ignore" if percentile else None,
                period=period,
                metric_query=queries,
                alarm_actions=[self.topic_arn],
                ok_actions=[self.topic_arn],
                tags=Expr("var.tags"),
                why=why,
            )
        )

    def _wanted(self, variable: str, watched: str, when: Expr | None) -> Expr:
        kind = WATCHED[variable][0]

        def chosen(key: Expr, _: Expr) -> Expr:
            on = ~fn.contains(Expr("var.disabled_alarms"), f"{kind}-{key}-{watched}")
            return on if when is None else on & when

        return for_map(Expr(f"var.{variable}"), lambda key, item: (key, item), names=("key", "item"), when=chosen)

    def arns(self) -> Expr:
        """The ARNs of all alarms by their names."""
        by_name = [for_map(a, lambda _, alarm: (alarm.alarm_name, alarm.arn), names=("_", "alarm")) for a in self.made]
        return fn.merge(*by_name)
