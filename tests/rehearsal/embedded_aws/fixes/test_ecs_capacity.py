"""ECS: capacity providers are read back, and stay while they are used."""

from __future__ import annotations

from typing import Any

from tests.rehearsal.embedded_aws.cloud import Cloud


def provider(cloud: Cloud, **settings: Any) -> Any:
    """A cluster with a capacity provider, both of the cloud's name; returns the client."""
    ecs = cloud.client("ecs")
    group = f"arn:aws:autoscaling:{cloud.region}:{cloud.account}:autoScalingGroup:1:autoScalingGroupName/{cloud.name}"
    ecs.create_capacity_provider(
        name=cloud.name,
        autoScalingGroupProvider={"autoScalingGroupArn": group, "managedDraining": "ENABLED", **settings},
    )
    ecs.create_cluster(clusterName=cloud.name)
    attach(cloud, cloud.name)
    return ecs


def attach(cloud: Cloud, *names: str) -> None:
    cloud.client("ecs").put_cluster_capacity_providers(
        cluster=cloud.name, capacityProviders=list(names), defaultCapacityProviderStrategy=[]
    )


def test_all_are_described_unless_some_are_named(either: Cloud) -> None:
    ecs = provider(either)
    with either.fixed():
        assert either.name in [p["name"] for p in ecs.describe_capacity_providers()["capacityProviders"]]


def test_draining_may_be_switched_off(either: Cloud) -> None:
    ecs = provider(either)
    ecs.update_capacity_provider(name=either.name, autoScalingGroupProvider={"managedDraining": "DISABLED"})
    (found,) = ecs.describe_capacity_providers(capacityProviders=[either.name])["capacityProviders"]
    with either.fixed():
        assert found["autoScalingGroupProvider"]["managedDraining"] == "DISABLED"


def test_a_provider_of_a_cluster_is_not_deleted(either: Cloud) -> None:
    ecs = provider(either)
    with either.refused("ClientException", "associated with cluster"):
        ecs.delete_capacity_provider(capacityProvider=either.name)
    if not either.plain:
        attach(either)
        ecs.delete_capacity_provider(capacityProvider=either.name)


def test_a_provider_of_a_deleted_cluster_is_deleted(cloud: Cloud) -> None:
    ecs = provider(cloud)
    ecs.delete_cluster(cluster=cloud.name)
    ecs.delete_capacity_provider(capacityProvider=cloud.name)


def test_a_provider_of_a_service_is_not_taken_from_its_cluster(either: Cloud) -> None:
    ecs = provider(either)
    container = {"name": "a", "image": "b", "memory": 64, "essential": True}
    ecs.register_task_definition(family=either.name, containerDefinitions=[container])
    ecs.create_service(
        cluster=either.name,
        serviceName="s",
        taskDefinition=either.name,
        desiredCount=1,
        capacityProviderStrategy=[{"capacityProvider": either.name, "weight": 1}],
    )
    with either.refused("ResourceInUseException", "in use and cannot be removed"):
        attach(either, "FARGATE")
    attach(either, either.name, "FARGATE")
    ecs.delete_service(cluster=either.name, service="s", force=True)
    attach(either, "FARGATE")
