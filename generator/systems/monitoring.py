"""What watches an environment: the call of `monitoring`, made of what the environment has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.hcl.expression import Expr
from generator.hcl.module import Variable
from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.template import literal
from generator.hcl.type_constraint import map_of, one_line
from generator.modules.alb import Alb
from generator.modules.monitoring import Monitoring
from generator.systems.inputs import given
from generator.systems.manifest import CODE_RUNNER
from generator.systems.manifest.monitoring import Monitoring as Settings
from generator.systems.manifest.monitoring import protocol
from generator.systems.manifest.runner import CodeRunner, Host
from generator.systems.manifest.service import Count
from generator.systems.monitored_databases import monitored_databases

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot

PUBLIC, INTERNAL, SERVICES = "public", "internal", "services"


def monitor(root: EnvironmentRoot) -> ModuleCall | None:
    """Declare the alarms, their topic and the dashboards; none where the manifest does not ask for monitoring."""
    settings = root.environment.monitoring
    if settings is None:
        return None
    inputs = {
        "name": root.prefix,
        "services": {**_services(root, settings), **_runner_service(root, settings)},
        "load_balancers": _load_balancers(root, settings),
        "target_groups": _target_groups(root),
        "databases": monitored_databases(root, settings),
        "functions": _functions(root, settings),
        "autoscaling_groups": _hosts(root, settings),
        "clusters": _clusters(root),
        "subscriptions": subscriptions_variable(settings).declare(root),
        "minutes_to_alarm": settings.minutes,
        "disabled_alarms": [*_unwanted(root), *settings.disabled],
        "dashboards": list(settings.dashboards),
        "allow_destroy": root.allow_destroy,
    }
    call = call_module(
        root, "monitoring", Monitoring, {k: v for k, v in inputs.items() if not (isinstance(v, dict | list) and not v)}
    )
    root.output(
        "alarm_topic", call.topic_arn, "Topic that alarms and failed tasks reach; a mail address confirms first."
    )
    root.output("dashboards", call.dashboards, "Names of the CloudWatch dashboards.")
    return call


def subscriptions_variable(settings: Settings) -> Variable:
    """The operator's choice of who is told, with what the manifest says as its default."""
    default = {
        name: {"protocol": protocol(endpoint), "endpoint": literal(endpoint)}
        for name, endpoint in settings.subscribers.items()
    }
    return Variable(
        map_of(one_line({"protocol": "string", "endpoint": "string"})),
        "Who hears of alarms, by name: the protocol (email, https, lambda, sqs) and the address, URL or ARN.",
        default=default,
    ).named("alarm_subscriptions")


def _services(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    environment = root.environment
    return {
        name: given(
            {
                "cluster": Expr("module.cluster.name"),
                "service": root.services[name].name,
                "cpu_percent": settings.services.cpu_percentage,
                "memory_percent": settings.services.memory_percentage,
                "minimum_tasks": minimum,
                "container_insights": environment.observability.container_insights,
            }
        )
        for name, service in environment.services.items()
        for minimum in (_always(root, service.count),)
    }


def _runner_service(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    runner = root.environment.code_runner
    if runner is None or not runner.service:
        return {}
    insights = root.environment.observability.container_insights and runner.host is None
    limits = settings.code_runner
    return {
        CODE_RUNNER: given(
            {
                "cluster": root.environment.code_runner_cluster,
                "service": root.environment.code_runner_name,
                "cpu_percent": limits.cpu_percentage,
                "memory_percent": limits.memory_percentage,
                "minimum_tasks": 1 if runner.count is None else _always(root, runner.count),
                "container_insights": insights,
            }
        )
    }


def _always(root: EnvironmentRoot, count: Count) -> int | None:
    """The number of tasks that always run; None where there may be none, as off-hours."""
    return None if root.environment.off_hours is not None else count.range.min or None


def _load_balancers(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    found: dict[str, object] = {}
    limits, http = settings.load_balancer, root.environment.http
    if root.load_balancer is not None:
        found[PUBLIC] = {
            "arn": root.load_balancer.arn,
            "error_percent": limits.error_percentage,
            "latency_seconds": limits.response_seconds,
            "idle_timeout": http.public.idle_timeout,
        }
    if _host(root) is not None:
        found[INTERNAL] = {
            "arn": _internal(root).arn,
            "error_percent": limits.error_percentage,
            "idle_timeout": http.internal.idle_timeout,
        }
    return found


def _target_groups(root: EnvironmentRoot) -> dict[str, object]:
    behind = [(name, root.load_balancer) for name, s in root.environment.services.items() if s.http is not None]
    if _host(root) is not None:
        behind.append((CODE_RUNNER, _internal(root)))
    return {
        name: {"arn": balancer.target_group_arns[name], "load_balancer_arn": balancer.arn}
        for name, balancer in behind
        if balancer is not None
    }


def _functions(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    runner = root.environment.code_runner
    if runner is None or runner.service or root.runner is None:
        return {}
    limit = settings.code_runner.duration_percentage
    return {
        CODE_RUNNER: {"name": root.runner.function_name, "timeout": runner.timeout, "duration_percent": limit},
    }


def _hosts(root: EnvironmentRoot, settings: Settings) -> dict[str, object]:
    host, limits = _host(root), settings.code_runner
    if host is None or root.runner is None:
        return {}
    return {
        CODE_RUNNER: given(
            {
                "name": root.runner.autoscaling_group_name,
                "instance_type": host.instance_type,
                "cloudwatch_agent": True,
                "cpu_percent": limits.cpu_percentage,
                "memory_percent": limits.memory_percentage,
                "disk_percent": limits.disk_percentage,
                "minimum_credits": limits.minimum_credits,
            }
        )
    }


def _clusters(root: EnvironmentRoot) -> dict[str, object]:
    found: dict[str, object] = {SERVICES: Expr("module.cluster.arn")} if root.services else {}
    if _host(root) is not None:
        name = root.environment.code_runner_cluster
        found[CODE_RUNNER] = root.arn("ecs", f"cluster/{name}")
    return found


def _unwanted(root: EnvironmentRoot) -> list[str]:
    """Builds take minutes: how long the supervisor's answers take says nothing."""
    return [f"load-balancer-{INTERNAL}-latency"] if _host(root) is not None else []


def _host(root: EnvironmentRoot) -> Host | None:
    runner: CodeRunner | None = root.environment.code_runner
    return runner.host if runner is not None else None


def _internal(root: EnvironmentRoot) -> ModuleCall:
    return ModuleCall("code_runner_load_balancer", Alb, repeated=False)
