"""ECS.

- networkConfiguration: moto answers `{}` when there is none, which makes the provider crash.
- capacityProviderStrategy, deploymentConfiguration, enableExecuteCommand, enableECSManagedTags,
  healthCheckGracePeriodSeconds, availabilityZoneRebalancing, placementStrategy, placementConstraints: moto forgets them
  at creation; each is a difference in every plan, a lost capacity provider even a replacement.
- platformVersion: moto has none; ECS answers LATEST for a service on Fargate that names no other.
- A service never reaches its desired count, and its deployment keeps the first task definition after an update.
  Here it is steady at once, as a healthy service is after some minutes.
- ListClusters: moto goes on listing deleted clusters, which hides whether a destroy left one.
"""

from __future__ import annotations

import json
from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend, Service
from moto.ecs.responses import EC2ContainerServiceResponse

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

# Request key -> attribute the serializer reads.
READ_BACK = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "capacityProviderStrategy": "capacity_provider_strategy",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "placementConstraints": "placement_constraints",
    "placementStrategy": "placement_strategy",
    "propagateTags": "propagate_tags",
}


def apply(_: ServerState) -> None:
    @around(Service, "__init__")
    def no_empty_network_configuration(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if not self.network_configuration:
            self.network_configuration = None

    @around(EC2ContainerServiceResponse, "create_service")
    def create_service(original: Any, self: Any) -> Any:
        answer = original(self)
        request = json.loads(self.body)
        service = answer.result["service"]
        service.availability_zone_rebalancing = "DISABLED"
        _read_back(service, request)
        make_steady(service)
        return answer

    @around(EC2ContainerServiceResponse, "update_service")
    def update_service(original: Any, self: Any) -> Any:
        answer = original(self)
        service = answer.result["service"]
        _read_back(service, json.loads(self.body))
        make_steady(service)
        return answer

    @around(EC2ContainerServiceBackend, "list_clusters")
    def without_deleted_ones(_: Any, self: Any) -> list[str]:
        return [cluster.arn for cluster in self.clusters.values() if cluster.status != "INACTIVE"]


def _read_back(service: Any, request: dict[str, Any]) -> None:
    for key, attribute in READ_BACK.items():
        if key in request:
            setattr(service, attribute, request[key])
    if request.get("capacityProviderStrategy"):
        service.launch_type = None
        service.capacity_provider_strategy = [
            {"base": 0, "weight": 0, **provider} for provider in request["capacityProviderStrategy"]
        ]
    providers = getattr(service, "capacity_provider_strategy", None) or []
    if service.launch_type == "FARGATE" or any(p["capacityProvider"].startswith("FARGATE") for p in providers):
        known = getattr(service, "platform_version", None)
        service.platform_version = request.get("platformVersion") or known or "LATEST"
    if request.get("serviceConnectConfiguration") and service.deployments:
        service.deployments[0]["serviceConnectConfiguration"] = request["serviceConnectConfiguration"]


def make_steady(service: Any) -> None:
    """Let *service* run as many tasks as it is to have."""
    service.running_count = service.desired_count
    service.pending_count = 0
    for deployment in service.deployments[:1]:
        deployment.update(
            desiredCount=service.desired_count,
            runningCount=service.desired_count,
            pendingCount=0,
            failedTasks=0,
            rolloutState="COMPLETED",
            rolloutStateReason=f"ECS deployment {deployment['id']} completed.",
            taskDefinition=service.task_definition,
        )
