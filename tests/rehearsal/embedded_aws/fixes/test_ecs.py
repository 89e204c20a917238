"""ECS: what is given is read back, a service is steady, a deleted cluster is gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud


def service(cloud: Cloud, **options: Any) -> Any:
    """Create a service `s`; returns the ECS client."""
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName=cloud.name)
    register(ecs, cloud.name)
    settings = {"taskDefinition": f"{cloud.name}:1", "desiredCount": 2, **options}
    ecs.create_service(cluster=cloud.name, serviceName="s", **settings)
    return ecs


def register(ecs: Any, family: str) -> str:
    container = {"name": "a", "image": "b", "memory": 64, "essential": True}
    answer = ecs.register_task_definition(family=family, containerDefinitions=[container])
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def described(ecs: Any, cluster: str) -> dict[str, Any]:
    services: list[dict[str, Any]] = ecs.describe_services(cluster=cluster, services=["s"])["services"]
    return services[0]


def test_service_without_a_network_configuration_has_none(either: Cloud) -> None:
    ecs = service(either, launchType="EC2")
    with either.fixed():
        assert "networkConfiguration" not in described(ecs, either.name)


@pytest.mark.parametrize(
    ("key", "given", "updated"),
    [
        ("enableExecuteCommand", True, False),
        ("enableECSManagedTags", True, False),
        ("healthCheckGracePeriodSeconds", 60, 90),
        ("availabilityZoneRebalancing", "ENABLED", "DISABLED"),
        (
            "deploymentConfiguration",
            {
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
            {
                "maximumPercent": 100,
                "minimumHealthyPercent": 0,
                "deploymentCircuitBreaker": {"enable": False, "rollback": False},
            },
        ),
        ("placementStrategy", [{"type": "spread", "field": "instanceId"}], [{"type": "random"}]),
        ("placementConstraints", [{"type": "distinctInstance"}], []),
    ],
)
def test_setting_is_read_back(either: Cloud, key: str, given: Any, updated: Any) -> None:
    ecs = service(either, **{key: given})
    with either.fixed():
        assert described(ecs, either.name).get(key) == given
    ecs.update_service(cluster=either.name, service="s", **{key: updated})
    if not either.plain:  # moto keeps some of them in an update
        assert described(ecs, either.name).get(key) == updated


def test_availability_zones_are_not_rebalanced_unless_asked(either: Cloud) -> None:
    ecs = service(either)
    with either.fixed():
        assert described(ecs, either.name).get("availabilityZoneRebalancing") == "DISABLED"


def test_capacity_provider_strategy_replaces_the_launch_type(either: Cloud) -> None:
    ecs = service(either, capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
    with either.fixed():
        found = described(ecs, either.name)
        assert found.get("capacityProviderStrategy") == [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
        assert "launchType" not in found


def test_a_service_on_fargate_has_the_latest_platform(either: Cloud) -> None:
    ecs = service(either, launchType="FARGATE")
    with either.fixed():
        assert described(ecs, either.name).get("platformVersion") == "LATEST"


def test_propagate_tags_can_be_changed(cloud: Cloud) -> None:
    ecs = service(cloud, propagateTags="SERVICE")
    assert described(ecs, cloud.name)["propagateTags"] == "SERVICE"
    ecs.update_service(cluster=cloud.name, service="s", propagateTags="TASK_DEFINITION")
    assert described(ecs, cloud.name)["propagateTags"] == "TASK_DEFINITION"


def test_service_is_steady(either: Cloud) -> None:
    ecs = service(either)
    found = described(ecs, either.name)
    with either.fixed():
        assert (found["desiredCount"], found["runningCount"], found["pendingCount"]) == (2, 2, 0)
        assert [d["rolloutState"] for d in found["deployments"]] == ["COMPLETED"]


def test_deployment_follows_an_update(either: Cloud) -> None:
    ecs = service(either)
    second = register(ecs, either.name)
    ecs.update_service(cluster=either.name, service="s", taskDefinition=second, desiredCount=3)
    found = described(ecs, either.name)
    assert found["taskDefinition"] == second
    with either.fixed():
        assert found["deployments"][0]["taskDefinition"] == second
        assert (found["deployments"][0]["runningCount"], found["runningCount"]) == (3, 3)


def test_deleted_cluster_is_not_listed(either: Cloud) -> None:
    ecs = either.client("ecs")
    arns = [ecs.create_cluster(clusterName=f"{either.name}-{n}")["cluster"]["clusterArn"] for n in range(2)]
    ecs.delete_cluster(cluster=arns[0])
    listed = [arn for arn in ecs.list_clusters()["clusterArns"] if arn in arns]
    with either.fixed():
        assert listed == [arns[1]]
