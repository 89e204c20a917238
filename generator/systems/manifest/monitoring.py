"""The manifest's models of what watches an environment: alarms, whom they tell, and dashboards."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from generator.systems.manifest.fields import Model, Name, wrong

Percentage = Annotated[int, Field(ge=1, le=99)]
"""A limit in percent that a metric can pass: none passes 100."""

PROTOCOLS = (
    (r"https://\S+", "https"),
    (r"arn:[a-z-]+:lambda:\S+", "lambda"),
    (r"arn:[a-z-]+:sqs:\S+", "sqs"),
    (r"[^@\s:/]+@[^@\s:/]+", "email"),
)
"""How a subscriber's endpoint looks, and by which protocol SNS reaches it."""


def protocol(endpoint: str) -> str | None:
    """The protocol of a subscriber's *endpoint*; None for what is neither address, URL nor ARN."""
    return next((name for pattern, name in PROTOCOLS if re.fullmatch(pattern, endpoint)), None)


class ServiceLimits(Model):
    """When an ECS service is an alarm; fewer running tasks than its minimum always are."""

    cpu_percentage: Percentage = Field(default=80, description="Average CPU, in percent, above which is an alarm.")
    memory_percentage: Percentage = Field(default=80, description="Average memory, in percent, above which is one.")


class LoadBalancerLimits(Model):
    """When the public load balancer is an alarm; a target that fails its health check always is."""

    error_percentage: Percentage = Field(default=5, description="Share of requests answered with a server error.")
    response_seconds: float = Field(
        default=1.0, gt=0, description="Seconds in which 95 % of the requests must be answered.", strict=False
    )


class DatabaseLimits(Model):
    """When a database is an alarm."""

    cpu_percentage: Percentage = Field(default=80, description="Average CPU, in percent, above which is an alarm.")
    free_storage_percentage: Percentage = Field(default=15, description="Free storage below which is an alarm.")
    connections_percentage: Percentage = Field(default=80, description="Share of max_connections above which is one.")
    max_connections: int | None = Field(
        default=None,
        ge=1,
        description="Connections that a database allows; absent: what its class of t, m or r has by RDS's parameters.",
    )


class RunnerLimits(Model):
    """When the code runner is an alarm: a failed or refused call of a function always is."""

    duration_percentage: Percentage = Field(default=90, description="Part of the timeout that a function's run took.")
    cpu_percentage: Percentage = Field(default=80, description="CPU of the runner's host, or of its tasks.")
    memory_percentage: Percentage = Field(default=80, description="Memory of the runner's host, or of its tasks.")
    disk_percentage: Percentage = Field(default=80, description="Disk of the runner's host.")
    minimum_credits: int | None = Field(
        default=None, ge=1, description="CPU credits below which a burstable host is an alarm; absent: none."
    )


class Monitoring(Model):
    """Alarms of the environment, the topic that they reach, and dashboards."""

    subscribers: dict[Name, str] = Field(
        default={},
        description="Who is told, by name: a mail address, an https:// URL, or the ARN of a function or queue. The "
        "operator's variable alarm_subscriptions replaces them.",
    )
    minutes: int = Field(
        default=5, ge=1, le=60, description="Minutes for which a limit is passed until it is an alarm."
    )
    services: ServiceLimits = Field(default=ServiceLimits(), description="Limits of every service.")
    load_balancer: LoadBalancerLimits = Field(
        default=LoadBalancerLimits(), description="Limits of the public load balancer."
    )
    databases: DatabaseLimits = Field(default=DatabaseLimits(), description="Limits of every database.")
    code_runner: RunnerLimits = Field(default=RunnerLimits(), description="Limits of the code runner.")
    disabled: tuple[str, ...] = Field(
        default=(), description="Alarms that are not wanted, as service-web-cpu for the CPU of the service web."
    )
    dashboards: tuple[Literal["services", "load-balancers", "databases", "runner"], ...] = Field(
        default=("services", "load-balancers", "databases", "runner"),
        description="Dashboards to make where there is something to show.",
    )

    @model_validator(mode="after")
    def _reachable(self) -> Monitoring:
        for name, endpoint in self.subscribers.items():
            if protocol(endpoint) is None:
                raise wrong(
                    f"has the subscriber {name}, whom nothing reaches: {endpoint}",
                    "Write a mail address, an https:// URL, or the ARN of a function or queue.",
                )
        return self
