"""ECS deployments: which revision a service runs, and what happens when its tasks cannot start.

- A family without a revision means its latest ACTIVE one; moto takes the latest of all. A service cannot be given an
  INACTIVE one, and names what it runs by ARN even if it was given less.
- A new task definition is a new deployment; moto goes on with the old one.
- Tasks do not start from an image of the account's own registry that was not pushed, is built for another CPU
  architecture, or lacks the program that the container runs. Such a deployment is in progress when it is asked about
  first; then the circuit breaker, if the service has one, ends it and returns to the deployment before.
"""

from __future__ import annotations

import json
import tarfile
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.ecs.exceptions import EcsClientException, TaskDefinitionNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from generator.embedded_aws.blobs import BlobStore
from generator.embedded_aws.fixes.awslambda_images import find_image
from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}


def apply(state: ServerState) -> None:
    @around(EC2ContainerServiceBackend, "describe_task_definition")
    def latest_active(original: Any, self: Any, task_definition_str: str) -> Any:
        family = task_definition_str.split("/")[-1]
        if ":" in family:
            return original(self, task_definition_str)
        active = [d for d in self.task_definitions.get(family, {}).values() if d.status == "ACTIVE"]
        if not active:
            raise TaskDefinitionNotFoundException
        return active[-1]

    @around(EC2ContainerServiceResponse, "create_service")
    def create_service(original: Any, self: Any) -> Any:
        _refuse_inactive(self)
        answer = original(self)
        service = answer.result["service"]
        _start(state, self.ecs_backend, service, _name_by_arn(self.ecs_backend, service), before=None)
        return answer

    @around(EC2ContainerServiceResponse, "update_service")
    def update_service(original: Any, self: Any) -> Any:
        _refuse_inactive(self)
        request = json.loads(self.body)
        found, _ = self.ecs_backend.describe_services(request.get("cluster", "default"), [request["service"]])
        before = [dict(deployment) for deployment in found[0].deployments] if found else []
        answer = original(self)
        service = answer.result["service"]
        definition = _name_by_arn(self.ecs_backend, service)
        changed = before and before[0]["taskDefinition"] != service.task_definition
        if changed or request.get("forceNewDeployment"):
            service.deployments = [{**service.deployments[0], "id": _deployment_id(), "createdAt": _now()}]
            steady = next((d for d in before if d["rolloutState"] == "COMPLETED"), None)
            _start(state, self.ecs_backend, service, definition, steady)
        return answer

    @around(EC2ContainerServiceResponse, "describe_services")
    def describe_services(original: Any, self: Any) -> Any:
        answer = original(self)
        # What is asked for next time: the answer of this time is made from the same objects.
        shown = [(service, [dict(d) for d in service.deployments]) for service in answer.result["services"]]
        answer.result["services"] = [_as_it_is(service, deployments) for service, deployments in shown]
        for service, _ in shown:
            _go_on(service)
        return answer


def _refuse_inactive(response: Any) -> None:
    name = json.loads(response.body).get("taskDefinition")
    if name and response.ecs_backend.describe_task_definition(name).status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")


def _name_by_arn(backend: Any, service: Any) -> Any:
    if service.task_definition is None:
        return None
    definition = backend.describe_task_definition(service.task_definition)
    service.task_definition = definition.arn
    for deployment in service.deployments[:1]:
        deployment["taskDefinition"] = definition.arn
    return definition


def _start(state: ServerState, backend: Any, service: Any, definition: Any, before: dict[str, Any] | None) -> None:
    """Begin the newest deployment of *service*; *before* is the last that became steady."""
    problem = _problem(state.blobs, backend, definition) if definition is not None and service.deployments else ""
    if not problem or not service.desired_count:
        return
    deployment = service.deployments[0]
    deployment.update(
        runningCount=0,
        failedTasks=1,
        rolloutState="IN_PROGRESS",
        rolloutStateReason=f"ECS deployment {deployment['id']} in progress.",
    )
    service.running_count = before["runningCount"] if before else 0
    if before is not None:
        service.deployments.append({**before, "status": "ACTIVE"})
    service.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": _now(), "message": problem})


def _go_on(service: Any) -> None:
    """What the circuit breaker makes of a deployment whose tasks fail."""
    first = service.deployments[0] if service.deployments else {}
    configuration = getattr(service, "deployment_configuration", None) or {}
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    if first.get("rolloutState") != "IN_PROGRESS" or not breaker.get("enable"):
        return
    first.update(
        rolloutState="FAILED",
        rolloutStateReason="ECS deployment circuit breaker: tasks failed to start.",
        failedTasks=3,
    )
    if not breaker.get("rollback") or len(service.deployments) < 2:
        return
    first["status"] = "ACTIVE"
    steady = service.deployments[1]
    identifier = _deployment_id()
    reason = f"ECS deployment circuit breaker: rolling back to deploymentId {steady['id']}."
    again = {**steady, "id": identifier, "status": "PRIMARY", "createdAt": _now(), "rolloutStateReason": reason}
    service.deployments = [again, first]
    service.task_definition = steady["taskDefinition"]


def _as_it_is(service: Any, deployments: list[dict[str, Any]]) -> Any:
    """A view of *service* that later changes leave alone."""
    view = object.__new__(type(service))
    view.__dict__.update(service.__dict__)
    view.deployments = deployments
    return view


def _problem(blobs: BlobStore, backend: Any, definition: Any) -> str:
    """Why no task of *definition* starts, as ECS would say; empty when it does."""
    wanted = ARCHITECTURES[(getattr(definition, "runtime_platform", None) or {}).get("cpuArchitecture", "X86_64")]
    for container in definition.container_definitions:
        uri = container["image"]
        if not uri.startswith(f"{backend.account_id}.dkr.ecr.{backend.region_name}."):
            continue
        try:
            manifest = json.loads(find_image(uri, backend.account_id, backend.region_name).manifest)
        except InvalidParameterValueException as error:
            if "does not exist" not in str(error):
                continue  # an index, which Lambda would refuse and ECS chooses an image from
            return f"CannotPullContainerError: {uri}: not found"
        configuration = json.loads(blobs.path(manifest["config"]["digest"]).read_bytes())
        if configuration.get("architecture", wanted) != wanted:
            return (
                "CannotPullContainerError: image Manifest does not contain descriptor matching platform "
                f"'linux/{wanted}'"
            )
        program = _program(container, configuration.get("config") or {})
        if program.startswith("/") and not _holds([blobs.path(part["digest"]) for part in manifest["layers"]], program):
            return f'CannotStartContainerError: exec: "{program}": stat {program}: no such file or directory'
    return ""


def _program(container: dict[str, Any], image: dict[str, Any]) -> str:
    """What a container runs first; naming an entry point drops the image's command."""
    if container.get("entryPoint"):
        words = [*container["entryPoint"], *(container.get("command") or [])]
    else:
        words = [*(image.get("Entrypoint") or []), *(container.get("command") or image.get("Cmd") or [])]
    return str(words[0]) if words else ""


def _holds(layers: list[Path], program: str) -> bool:
    for layer in layers:
        with tarfile.open(layer) as archive:
            if any("/" + name.removeprefix("./") == program for name in archive.getnames()):
                return True
    return False


def _deployment_id() -> str:
    return f"ecs-svc/{uuid.uuid4().int % 10**19:019}"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
