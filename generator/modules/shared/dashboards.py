"""Dashboards: graphs of the metrics that the alarms watch, one line an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchDashboard
from generator.hcl.expression import Expr, for_list
from generator.hcl.stack import Stack
from generator.modules.shared.watched import CWAGENT, load_balancer_dimension, target_group_dimension

COLUMNS, WIDTH, HEIGHT = 2, 12, 6
ELB = "AWS/ApplicationELB"

Dimensions = Mapping[str, Callable[[Expr], Expr]]
SERVICE: Dimensions = {"ClusterName": lambda item: item.cluster, "ServiceName": lambda item: item.service}
LOAD_BALANCER: Dimensions = {"LoadBalancer": lambda item: load_balancer_dimension(item.arn)}
TARGET_GROUP: Dimensions = {
    "LoadBalancer": lambda item: load_balancer_dimension(item.load_balancer_arn),
    "TargetGroup": lambda item: target_group_dimension(item.arn),
}
DATABASE: Dimensions = {"DBInstanceIdentifier": lambda item: item.identifier}
FUNCTION: Dimensions = {"FunctionName": lambda item: item.name}
GROUP: Dimensions = {"AutoScalingGroupName": lambda item: item.name}


@dataclass(frozen=True)
class Graph:
    """One graph: *metric* of each entry of *variable*, told apart by *dimensions*."""

    title: str
    variable: str
    namespace: str
    metric: str
    statistic: str
    dimensions: Dimensions

    def lines(self) -> Expr:
        """The metrics as the dashboard's JSON has them: namespace, metric, dimensions and options in one list."""

        def line(key: Expr, item: Expr) -> list[object]:
            named = [part for name, value in self.dimensions.items() for part in (name, value(item))]
            return [self.namespace, self.metric, *named, {"label": key}]

        return for_list(Expr(f"var.{self.variable}"), line, names=("key", "item"))


DASHBOARDS: Mapping[str, Sequence[Graph]] = {
    "services": (
        Graph("CPU (%)", "services", "AWS/ECS", "CPUUtilization", "Average", SERVICE),
        Graph("Memory (%)", "services", "AWS/ECS", "MemoryUtilization", "Average", SERVICE),
        Graph("Running tasks", "services", "AWS/ECS", "CPUUtilization", "SampleCount", SERVICE),
    ),
    "load-balancers": (
        Graph("Requests", "load_balancers", ELB, "RequestCount", "Sum", LOAD_BALANCER),
        Graph("95 % are answered within (s)", "load_balancers", ELB, "TargetResponseTime", "p95", LOAD_BALANCER),
        Graph("Server errors of targets", "load_balancers", ELB, "HTTPCode_Target_5XX_Count", "Sum", LOAD_BALANCER),
        Graph("Server errors of the balancer", "load_balancers", ELB, "HTTPCode_ELB_5XX_Count", "Sum", LOAD_BALANCER),
        Graph("Healthy targets", "target_groups", ELB, "HealthyHostCount", "Minimum", TARGET_GROUP),
        Graph("Unhealthy targets", "target_groups", ELB, "UnHealthyHostCount", "Maximum", TARGET_GROUP),
    ),
    "databases": (
        Graph("CPU (%)", "databases", "AWS/RDS", "CPUUtilization", "Average", DATABASE),
        Graph("Free storage (bytes)", "databases", "AWS/RDS", "FreeStorageSpace", "Minimum", DATABASE),
        Graph("Connections", "databases", "AWS/RDS", "DatabaseConnections", "Maximum", DATABASE),
        Graph("Free memory (bytes)", "databases", "AWS/RDS", "FreeableMemory", "Minimum", DATABASE),
    ),
    "runner": (
        Graph("Runs", "functions", "AWS/Lambda", "Invocations", "Sum", FUNCTION),
        Graph("Runs at the same time", "functions", "AWS/Lambda", "ConcurrentExecutions", "Maximum", FUNCTION),
        Graph("Longest run (ms)", "functions", "AWS/Lambda", "Duration", "Maximum", FUNCTION),
        Graph("Failed runs", "functions", "AWS/Lambda", "Errors", "Sum", FUNCTION),
        Graph("Refused runs", "functions", "AWS/Lambda", "Throttles", "Sum", FUNCTION),
        Graph("Instances' CPU (%)", "autoscaling_groups", "AWS/EC2", "CPUUtilization", "Average", GROUP),
        Graph("Instances' memory (%)", "autoscaling_groups", CWAGENT, "mem_used_percent", "Maximum", GROUP),
        Graph("Instances' disk (%)", "autoscaling_groups", CWAGENT, "disk_used_percent", "Maximum", GROUP),
    ),
}


def dashboard(stack: Stack, name: str, region: Expr) -> CloudwatchDashboard:
    """Declare the dashboard *name*, absent when it has nothing to show or is not among ``var.dashboards``."""
    graphs = DASHBOARDS[name]
    lengths = [fn.length(Expr(f"var.{variable}")) for variable in dict.fromkeys(g.variable for g in graphs)]
    entries = reduce(lambda total, more: total + more, lengths)
    return CloudwatchDashboard(
        stack,
        name.replace("-", "_"),
        count=(fn.contains(Expr("var.dashboards"), name) & (entries > 0)).then(1, 0),
        dashboard_name=f"{Expr('var.name')}-{name}",
        dashboard_body=fn.jsonencode({"widgets": [widget(i, graph, region) for i, graph in enumerate(graphs)]}),
    )


def widget(position: int, graph: Graph, region: Expr) -> dict[str, object]:
    row, column = divmod(position, COLUMNS)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": graph.title,
            "view": "timeSeries",
            "region": region,
            "stat": graph.statistic,
            "period": 60,
            "metrics": graph.lines(),
        },
    }
