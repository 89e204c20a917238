"""How many tasks a service has: one scaling target, the policies that move it and the schedules that bound it."""

from __future__ import annotations

from generator.bindings.appautoscaling import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationBlock,
    AppautoscalingScheduledAction,
    AppautoscalingTarget,
)
from generator.hcl.expression import Expr, each, null
from generator.hcl.stack import Stack
from generator.hcl.terraform_data import TerraformData
from generator.hcl.types import Lifecycle
from generator.modules.shared.service_checks import scaling as scaling_checks
from generator.modules.shared.watched import load_balancer_dimension, target_group_dimension

SCALING = Expr("var.scaling")
# Variable's attribute: the metric that Application Auto Scaling has for it.
METRICS = {
    "cpu_percentage": "ECSServiceAverageCPUUtilization",
    "memory_percentage": "ECSServiceAverageMemoryUtilization",
    "requests_per_target": "ALBRequestCountPerTarget",
}


def autoscaling(stack: Stack, name: Expr, released: Expr, service_id: str) -> None:
    """Declare the scaling of the service *service_id* (``service/cluster/name``), absent until it is released."""
    capacity = TerraformData(
        stack,
        "capacity",
        value={"minimum": SCALING.minimum, "maximum": SCALING.maximum},
        lifecycle={"precondition": scaling_checks()},
        why=(
            "A schedule that fires writes its own minimum and maximum to the scaling target, so Terraform has to "
            "ignore them there. A changed variable still applies: it replaces the target, and what AWS deletes with it."
        ),
    )
    remade: Lifecycle = {"replace_triggered_by": [capacity]}
    target = AppautoscalingTarget(
        stack,
        "this",
        count=released.then(1, 0),
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=service_id,
        min_capacity=SCALING.minimum,
        max_capacity=SCALING.maximum,
        tags=Expr("var.tags"),
        lifecycle={"ignore_changes": ["min_capacity", "max_capacity"], **remade},
        why="Its bounds belong to the schedules: a plan off-hours is empty and wakes nothing.",
    )
    for attribute, metric in METRICS.items():
        _policy(stack, name, released, target[0], attribute, metric, remade)
    AppautoscalingScheduledAction(
        stack,
        "this",
        for_each=released.then(SCALING.schedules, {}),
        name=f"{name}-{each.key}",
        service_namespace=target[0].service_namespace,
        scalable_dimension=target[0].scalable_dimension,
        resource_id=target[0].resource_id,
        schedule=each.value.schedule,
        timezone=each.value.time_zone,
        scalable_target_action={"min_capacity": each.value.minimum, "max_capacity": each.value.maximum},
        lifecycle=remade,
    )


def _policy(
    stack: Stack, name: Expr, released: Expr, target: Expr, attribute: str, metric: str, lifecycle: Lifecycle
) -> None:
    held = Expr(f"var.scaling.{attribute}")
    label = attribute.split("_", 1)[0]
    specification: AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationBlock = {
        "predefined_metric_type": metric
    }
    if label == "requests":
        balancer = Expr("var.load_balancer")
        counted = load_balancer_dimension(balancer.arn), target_group_dimension(balancer.target_group_arn)
        specification["resource_label"] = f"{counted[0]}/{counted[1]}"
    AppautoscalingPolicy(
        stack,
        label,
        count=(released & (held != null)).then(1, 0),
        name=f"{name}-{label}",
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration={
            "target_value": held,
            "scale_in_cooldown": SCALING.cooldown_in,
            "scale_out_cooldown": SCALING.cooldown_out,
            "predefined_metric_specification": specification,
        },
        lifecycle=lifecycle,
    )
