"""What the alarms watch: services, load balancers, databases, functions and instances."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchMetricAlarmMetricQueryBlock
from generator.hcl.expression import Expr, each, null
from generator.modules.shared.alarms import ABOVE, AT_LEAST, BELOW, FIVE_MINUTES, ONE_MINUTE, Alarms

ITEM = Expr("item")
GIBIBYTE = 1024**3
CWAGENT = "CWAgent"
# What the error rate is computed of, by the identifier in the expression.
REQUEST_COUNTS = {
    "requests": "RequestCount",
    "unrouted": "HTTPCode_ELB_503_Count",
    "balancer": "HTTPCode_ELB_5XX_Count",
    "target": "HTTPCode_Target_5XX_Count",
}


def service_alarms(alarms: Alarms) -> None:
    service = each.value
    dimensions = {"ClusterName": service.cluster, "ServiceName": service.service}
    for watched, label, limit in (("cpu", "CPU", service.cpu_percent), ("memory", "memory", service.memory_percent)):
        alarms.add(
            "services",
            watched,
            f"Tasks of {service.service} use more than {limit} % of their {label}",
            ABOVE,
            limit,
            namespace="AWS/ECS",
            metric=f"{label.capitalize() if watched == 'memory' else label}Utilization",
            dimensions=dimensions,
            statistic="Average",
            period=ONE_MINUTE,
            periods=alarms.minutes,
            missing="notBreaching",
        )
    insights = service.container_insights
    alarms.add(
        "services",
        "tasks",
        f"Fewer than {service.minimum_tasks} tasks of {service.service} run",
        BELOW,
        service.minimum_tasks,
        when=ITEM.minimum_tasks != null,
        namespace=insights.then("ECS/ContainerInsights", "AWS/ECS"),
        metric=insights.then("RunningTaskCount", "CPUUtilization"),
        dimensions=dimensions,
        statistic=insights.then("Minimum", "SampleCount"),
        period=ONE_MINUTE,
        periods=alarms.minutes,
        missing="breaching",
        why=(
            "Only Container Insights counts tasks. Without it, each running task gives one sample of its CPU a minute, "
            "and a service without a task gives none: missing data is the alarm."
        ),
    )


def load_balancer_alarms(alarms: Alarms) -> None:
    balancer = each.value
    dimensions = {"LoadBalancer": load_balancer_dimension(balancer.arn)}
    alarms.add(
        "load_balancers",
        "errors",
        f"More than {balancer.error_percent} % of the requests are answered with a server error",
        ABOVE,
        balancer.error_percent,
        queries=[
            *error_rate(balancer.minimum_requests),
            *(counted(name, metric, dimensions) for name, metric in REQUEST_COUNTS.items()),
        ],
        periods=alarms.fives,
        missing="notBreaching",
        why=(
            "RequestCount leaves out what no target could take, which is answered with 503. Counts of zero are not "
            "reported: FILL puts them in."
        ),
    )
    alarms.add(
        "load_balancers",
        "latency",
        f"One of 20 requests takes longer than {balancer.latency_seconds} seconds",
        ABOVE,
        balancer.latency_seconds,
        namespace="AWS/ApplicationELB",
        metric="TargetResponseTime",
        dimensions=dimensions,
        percentile="p95",
        period=ONE_MINUTE,
        periods=alarms.minutes,
        missing="notBreaching",
    )
    alarms.add(
        "target_groups",
        "unhealthy",
        "A target fails its health check",
        AT_LEAST,
        1,
        namespace="AWS/ApplicationELB",
        metric="UnHealthyHostCount",
        dimensions={
            "LoadBalancer": load_balancer_dimension(each.value.load_balancer_arn),
            "TargetGroup": target_group_dimension(each.value.arn),
        },
        statistic="Maximum",
        period=ONE_MINUTE,
        periods=alarms.minutes,
        missing="notBreaching",
    )


def load_balancer_dimension(arn: Expr) -> Expr:
    """``app/name/id``: what CloudWatch calls a load balancer."""
    return fn.regex("loadbalancer/(.+)$", arn)[0]


def target_group_dimension(arn: Expr) -> Expr:
    """``targetgroup/name/id``: what CloudWatch calls a target group."""
    return fn.regex("(targetgroup/.+)$", arn)[0]


def error_rate(minimum_requests: Expr) -> list[CloudwatchMetricAlarmMetricQueryBlock]:
    """The percentage of requests that are answered with a server error; 0 when there are too few to judge."""
    return [
        {
            "id": "rate",
            "label": "Server errors in percent",
            "expression": f"IF(total >= {minimum_requests}, 100 * errors / total, 0)",
            "return_data": True,
        },
        {"id": "total", "label": "All requests", "expression": "SUM([FILL(requests, 0), FILL(unrouted, 0)])"},
        {"id": "errors", "label": "Server errors", "expression": "SUM([FILL(balancer, 0), FILL(target, 0)])"},
    ]


def counted(name: str, metric: str, dimensions: dict[str, Expr]) -> CloudwatchMetricAlarmMetricQueryBlock:
    return {
        "id": name,
        "metric": {
            "namespace": "AWS/ApplicationELB",
            "metric_name": metric,
            "dimensions": dimensions,
            "period": FIVE_MINUTES,
            "stat": "Sum",
        },
    }


def database_alarms(alarms: Alarms) -> None:
    database = each.value
    connections = fn.floor(database.max_connections * database.connections_percent / 100)
    storage = fn.floor(database.allocated_storage * GIBIBYTE * database.free_storage_percent / 100)
    limits = (
        (
            "cpu",
            f"more than {database.cpu_percent} % of its CPU is used",
            "CPUUtilization",
            ABOVE,
            database.cpu_percent,
        ),
        (
            "storage",
            f"less than {database.free_storage_percent} % of its storage is free",
            "FreeStorageSpace",
            BELOW,
            storage,
        ),
        ("connections", f"more than {connections} connections are open", "DatabaseConnections", ABOVE, connections),
    )
    for watched, what, metric, comparison, threshold in limits:
        alarms.add(
            "databases",
            watched,
            f"Database {database.identifier}: {what}",
            comparison,
            threshold,
            namespace="AWS/RDS",
            metric=metric,
            dimensions={"DBInstanceIdentifier": database.identifier},
            statistic="Average",
            period=ONE_MINUTE,
            periods=alarms.minutes,
            missing="missing",
        )


def function_alarms(alarms: Alarms) -> None:
    function = each.value
    longest = function.timeout * 1000 * function.duration_percent / 100
    limits = (
        ("errors", f"fails {function.errors} times or more in five minutes", "Errors", "Sum", function.errors),
        (
            "throttles",
            f"refuses {function.throttles} calls or more in five minutes",
            "Throttles",
            "Sum",
            function.throttles,
        ),
        (
            "duration",
            f"runs for {function.duration_percent} % of its timeout of {function.timeout} seconds",
            "Duration",
            "Maximum",
            longest,
        ),
    )
    for watched, what, metric, statistic, threshold in limits:
        alarms.add(
            "functions",
            watched,
            f"Function {function.name} {what}",
            AT_LEAST,
            threshold,
            namespace="AWS/Lambda",
            metric=metric,
            dimensions={"FunctionName": function.name},
            statistic=statistic,
            period=FIVE_MINUTES,
            periods=1,
            missing="notBreaching",
        )


def instance_alarms(alarms: Alarms) -> None:
    group = each.value
    limits = (
        ("cpu", "AWS/EC2", "CPUUtilization", "Average", ABOVE, "cpu_percent", "more than {} % of the CPU is used"),
        (
            "memory",
            CWAGENT,
            "mem_used_percent",
            "Maximum",
            ABOVE,
            "memory_percent",
            "an instance uses more than {} % of its memory",
        ),
        (
            "disk",
            CWAGENT,
            "disk_used_percent",
            "Maximum",
            ABOVE,
            "disk_percent",
            "an instance uses more than {} % of its disk",
        ),
        (
            "credits",
            "AWS/EC2",
            "CPUCreditBalance",
            "Minimum",
            BELOW,
            "minimum_credits",
            "an instance has fewer than {} CPU credits",
        ),
    )
    for watched, namespace, metric, statistic, comparison, limit, what in limits:
        threshold = Expr(f"each.value.{limit}")
        alarms.add(
            "autoscaling_groups",
            watched,
            f"Instances of {group.name}: {what.format(threshold)}",
            comparison,
            threshold,
            when=None if watched == "cpu" else Expr(f"item.{limit}") != null,
            namespace=namespace,
            metric=metric,
            dimensions={"AutoScalingGroupName": group.name},
            statistic=statistic,
            period=FIVE_MINUTES,
            periods=alarms.fives,
            missing="missing",
        )
