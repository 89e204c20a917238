"""EC2 Auto Scaling.

- MaxInstanceLifetime and InstanceMaintenancePolicy: moto forgets them, which is a difference in every plan.
- SetInstanceProtection that takes protection away: what the group has too many of then goes; moto keeps it for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.autoscaling.models import AutoScalingBackend
from moto.autoscaling.responses import AutoScalingResponse

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @around(AutoScalingResponse, "create_auto_scaling_group")
    def remember(original: Any, self: Any) -> Any:
        answer = original(self)
        _remember(self)
        return answer

    @around(AutoScalingResponse, "update_auto_scaling_group")
    def remember_update(original: Any, self: Any) -> Any:
        answer = original(self)
        _remember(self)
        return answer

    @around(AutoScalingBackend, "set_instance_protection")
    def scale_in_at_last(original: Any, self: Any, group_name: str, *args: Any, **kwargs: Any) -> None:
        original(self, group_name, *args, **kwargs)
        group = self.autoscaling_groups[group_name]
        group.set_desired_capacity(group.desired_capacity)


def _remember(request: Any) -> None:
    parameters: Mapping[str, Any] = request._get_params()
    group = request.autoscaling_backend.autoscaling_groups[parameters["AutoScalingGroupName"]]
    if "MaxInstanceLifetime" in parameters:
        # 0 takes the limit away; AWS then answers none.
        group.max_instance_lifetime = parameters["MaxInstanceLifetime"] or None
    if "InstanceMaintenancePolicy" in parameters:
        percentages = parameters["InstanceMaintenancePolicy"]
        group.instance_maintenance_policy = percentages if percentages.get("MinHealthyPercentage") != -1 else None
