"""ECS's capacity providers.

- DescribeCapacityProviders without names: moto fails; AWS answers all. Fargate's are left out here, having no group.
- UpdateCapacityProvider: moto forgets managedDraining.
- DeleteCapacityProvider of one that a cluster still has is refused.
- PutClusterCapacityProviders without one that a service still uses is refused.
"""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import CapacityProvider, EC2ContainerServiceBackend

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @around(EC2ContainerServiceBackend, "describe_capacity_providers")
    def all_without_names(original: Any, self: Any, names: list[str] | None) -> Any:
        return original(self, list(self.capacity_providers) if names is None else names)

    @around(CapacityProvider, "update")
    def keep_draining(original: Any, self: Any, asg_details: dict[str, Any]) -> None:
        if "managedDraining" in asg_details:
            self.auto_scaling_group_provider["managedDraining"] = asg_details["managedDraining"]
        original(self, asg_details)

    @around(EC2ContainerServiceBackend, "delete_capacity_provider")
    def only_without_cluster(original: Any, self: Any, name_or_arn: str) -> Any:
        name = name_or_arn.split("/")[-1]
        for cluster in self.clusters.values():
            if cluster.status == "ACTIVE" and name in (cluster.capacity_providers or ()):
                raise ECSException(
                    "ClientException",
                    f"The capacity provider cannot be deleted because it is associated with cluster: {cluster.name}.",
                )
        return original(self, name_or_arn)

    @around(EC2ContainerServiceBackend, "put_cluster_capacity_providers")
    def only_without_service(
        original: Any, self: Any, cluster_name: str, capacity_providers: list[str] | None, strategy: Any
    ) -> Any:
        cluster = self._get_cluster(cluster_name)
        used = {
            provider["capacityProvider"]
            for service in self.services.values()
            if service.cluster_arn == cluster.arn and service.status == "ACTIVE"
            for provider in getattr(service, "capacity_provider_strategy", None) or ()
        }
        if capacity_providers is not None and used & set(cluster.capacity_providers or ()) - set(capacity_providers):
            raise ECSException(
                "ResourceInUseException", "The specified capacity provider is in use and cannot be removed."
            )
        return original(self, cluster_name, capacity_providers, strategy)
