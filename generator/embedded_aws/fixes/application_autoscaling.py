"""Application Auto Scaling.

- Tags of scalable targets: moto has no ListTagsForResource, TagResource or UntagResource and drops the tags given to
  RegisterScalableTarget; without them every `aws_appautoscaling_target` fails with HTTP 500.
- DeregisterScalableTarget: AWS deletes the target's scaling policies and scheduled actions with it, moto keeps them, so
  that a target which is made anew would seem to have them still.
- RegisterScalableTarget: AWS moves a number of tasks that is outside of the new bounds to the nearest one within, moto
  leaves it. Source:
  https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult
from moto.ecs.models import ecs_backends

from generator.embedded_aws.fixes.ecs import make_steady
from generator.embedded_aws.patching import adds, around, state
from generator.embedded_aws.state import ServerState

Tags = dict[str, str]


def apply(_: ServerState) -> None:
    @around(ApplicationAutoScalingResponse, "register_scalable_target")
    def keep_tags(original: Any, self: Any) -> Any:
        answer = original(self)
        tags = json.loads(self.body).get("Tags")
        if tags:
            _tags(self.applicationautoscaling_backend).setdefault(_scalable_target_arn(answer), {}).update(tags)
        return answer

    @around(ApplicationAutoscalingBackend, "register_scalable_target")
    def move_within_bounds(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        target = original(self, *args, **kwargs)
        if target.service_namespace == "ecs":
            _, cluster, name = target.resource_id.split("/")
            service = ecs_backends[self.account_id][self.region_name].services[f"{cluster}:{name}"]
            within = min(max(service.desired_count, target.min_capacity), target.max_capacity)
            if within != service.desired_count:
                service.desired_count = within
                make_steady(service)
        return target

    @around(ApplicationAutoscalingBackend, "deregister_scalable_target")
    def forget_what_belongs_to_it(original: Any, self: Any, namespace: str, r_id: str, dimension: str) -> None:
        target = self.targets.get(dimension, {}).get(r_id)
        original(self, namespace, r_id, dimension)
        _tags(self).pop(target.arn, None)
        of_target = namespace, r_id, dimension
        for policy in [p for p in self.policies.values() if _target(p) == of_target]:
            self.delete_scaling_policy(policy.policy_name, *of_target)
        self.scheduled_actions = [a for a in self.scheduled_actions if _target(a) != of_target]

    @adds(ApplicationAutoScalingResponse, "list_tags_for_resource")
    def list_tags_for_resource(self: Any) -> Any:
        return ActionResult(
            {"Tags": _tags(self.applicationautoscaling_backend).get(json.loads(self.body)["ResourceARN"], {})}
        )

    @adds(ApplicationAutoScalingResponse, "tag_resource")
    def tag_resource(self: Any) -> Any:
        request = json.loads(self.body)
        _tags(self.applicationautoscaling_backend).setdefault(request["ResourceARN"], {}).update(request["Tags"])
        return ActionResult({})

    @adds(ApplicationAutoScalingResponse, "untag_resource")
    def untag_resource(self: Any) -> Any:
        request = json.loads(self.body)
        tags = _tags(self.applicationautoscaling_backend).get(request["ResourceARN"], {})
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return ActionResult({})


def _target(of: Any) -> tuple[str, str, str]:
    """The target of a scaling policy or scheduled action."""
    return of.service_namespace, of.resource_id, of.scalable_dimension


def _tags(backend: Any) -> dict[str, Tags]:
    """Scalable target's ARN -> its tags."""
    return state(backend, "tags", dict)


def _scalable_target_arn(answer: Any) -> str:
    return str(json.loads(answer)["ScalableTargetARN"])
