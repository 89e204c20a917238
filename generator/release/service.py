"""A service on ECS brought to an image: a new revision of its task definition, rolled out and waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from generator.errors import AwsError, ReleaseError
from generator.modules.shared.containers import MAIN
from generator.release.aws import error_code
from generator.release.deployable import Deployable
from generator.release.progress import Patience, Progress

SHOWN_EVENTS = 3


@dataclass(frozen=True)
class Failed:
    """A roll-out that ECS gave up."""

    reason: str


@dataclass(frozen=True)
class Service:
    """The service of *deployable*, as *ecs* (boto3's client) sees it."""

    ecs: Any
    deployable: Deployable
    progress: Progress
    patience: Patience

    def running(self) -> str | None:
        """The image of all tasks; None when the service is absent, or between two images."""
        service = self._describe()
        if service is None or judge(service, service["taskDefinition"], "") is not None:
            return None
        return image_of(self._definition(service["taskDefinition"])["taskDefinition"])

    def deploy(self, image: str) -> str | None:
        """Bring the service to *image* and return its task definition's name; None when there is no service.

        Again and again is as good as once. Raises ReleaseError when ECS gives the roll-out up.
        """
        service = self._describe()
        if service is None:
            return None
        definition = self._revision(service, image)
        name = definition.rpartition("/")[2]
        before = service["taskDefinition"]
        stuck = _primary(service).get("rolloutState") == "FAILED"
        if before != definition or stuck:
            self.ecs.update_service(
                cluster=self.deployable.cluster,
                service=self.deployable.service,
                taskDefinition=definition,
                forceNewDeployment=stuck and before == definition,
            )
            self.progress.done(f"service {self.deployable.service} is told to run {name}")
        failed = self.patience.until(lambda: self._ask(definition, before), self.progress)
        if failed is not None:
            raise ReleaseError(
                f"{self.deployable.label} did not become healthy with {name}: {failed.reason}",
                cure=self._events(),
            )
        self.progress.done(f"service {self.deployable.service} is steady with {name}")
        return name

    def _describe(self) -> dict[str, Any] | None:
        try:
            answer = self.ecs.describe_services(cluster=self.deployable.cluster, services=[self.deployable.service])
        except ClientError as error:
            if error_code(error) == "ClusterNotFoundException":
                return None
            raise
        standing = [service for service in answer["services"] if service["status"] == "ACTIVE"]
        return dict(standing[0]) if standing else None

    def _definition(self, name: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])
        return answer

    def _revision(self, service: Mapping[str, Any], image: str) -> str:
        """The ARN of the family's latest revision, made with *image* unless that runs it.

        The latest and not the running one: Terraform looks at that, and may have changed it.
        """
        family = service["taskDefinition"].rpartition("/")[2].partition(":")[0]
        latest = self._definition(family)
        if image_of(latest["taskDefinition"]) == image:
            return str(latest["taskDefinition"]["taskDefinitionArn"])
        taken = self.ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        copy = {key: value for key, value in latest["taskDefinition"].items() if key in taken}
        copy["containerDefinitions"] = [
            {**container, "image": image} if container["name"] == MAIN else container
            for container in copy["containerDefinitions"]
        ]
        if latest.get("tags"):
            copy["tags"] = latest["tags"]
        made = self.ecs.register_task_definition(**copy)["taskDefinition"]
        self.progress.done(f"task definition {made['family']}:{made['revision']} is registered")
        return str(made["taskDefinitionArn"])

    def _ask(self, definition: str, before: str) -> str | Failed | None:
        service = self._describe()
        if service is None:
            return Failed("the service was deleted meanwhile")
        return judge(service, definition, before)

    def _events(self) -> str:
        service = self._describe() or {}
        newest = [event["message"] for event in service.get("events", [])[:SHOWN_EVENTS]]
        return "\n  ".join(["Its log group has what the program said; ECS said last:", *newest]) if newest else ""


def judge(service: Mapping[str, Any], definition: str, before: str) -> str | Failed | None:
    """What DescribeServices says about the roll-out of *definition* after *before* (ARNs).

    None: it is done. A text: it goes on, so far so good. Failed: ECS went back, or cannot go on.
    """
    primary = _primary(service)
    ours: Mapping[str, Any] = next((d for d in service["deployments"] if d["taskDefinition"] == definition), {})
    if primary.get("taskDefinition") != definition:
        if ours.get("rolloutState") == "FAILED" or primary.get("taskDefinition") == before:
            return Failed(ours.get("rolloutStateReason") or "ECS rolled the deployment back")
        return Failed(f"another deployment took its place, of {str(primary.get('taskDefinition')).rpartition('/')[2]}")
    state = primary.get("rolloutState", "COMPLETED")
    if state == "FAILED":
        return Failed(primary.get("rolloutStateReason") or "ECS gave the deployment up")
    running, desired = primary["runningCount"], primary["desiredCount"]
    if state == "COMPLETED" and running >= desired:
        return None
    failures = primary.get("failedTasks", 0)
    return f"{running} of {desired} new tasks run" + (f", {failures} failed" if failures else "")


def image_of(definition: Mapping[str, Any]) -> str:
    """The released image of a task definition. Raises AwsError when it has no container for one."""
    for container in definition["containerDefinitions"]:
        if container["name"] == MAIN:
            return str(container["image"])
    raise AwsError(
        f"task definition {definition['family']}:{definition['revision']} has no container {MAIN}",
        cure="Only services of modules/ecs_service can be released.",
    )


def _primary(service: Mapping[str, Any]) -> dict[str, Any]:
    return next((dict(d) for d in service["deployments"] if d["status"] == "PRIMARY"), {})
