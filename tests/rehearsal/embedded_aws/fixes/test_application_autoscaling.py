"""Application Auto Scaling: tags of scalable targets, what goes with a target, and tasks within its bounds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud


def register(cloud: Cloud, **options: Any) -> tuple[Any, str]:
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName=cloud.name)
    ecs.register_task_definition(
        family=cloud.name, containerDefinitions=[{"name": "a", "image": "b", "memory": 64, "essential": True}]
    )
    ecs.create_service(cluster=cloud.name, serviceName="s", taskDefinition=cloud.name, desiredCount=1)
    client = cloud.client("application-autoscaling")
    answer = client.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{cloud.name}/s",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=2,
        **options,
    )
    return client, str(answer["ScalableTargetARN"])


def test_target_keeps_its_tags(either: Cloud) -> None:
    client, arn = register(either, Tags={"System": "demo"})
    with either.fixed():
        assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"System": "demo"}


def test_target_can_be_tagged_and_untagged(either: Cloud) -> None:
    client, arn = register(either)
    with either.fixed():
        client.tag_resource(ResourceARN=arn, Tags={"A": "1", "B": "2"})
        client.untag_resource(ResourceARN=arn, TagKeys=["A"])
        assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"B": "2"}


def test_tags_go_with_the_target(cloud: Cloud) -> None:
    client, arn = register(cloud, Tags={"A": "1"})
    client.deregister_scalable_target(
        ServiceNamespace="ecs", ResourceId=f"service/{cloud.name}/s", ScalableDimension="ecs:service:DesiredCount"
    )
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {}


def test_policies_and_scheduled_actions_go_with_their_target(either: Cloud) -> None:
    client, _ = register(either)
    of_target = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{either.name}/s",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    tracking = {
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    }
    client.put_scaling_policy(
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking,
        **of_target,
    )
    client.put_scheduled_action(ScheduledActionName="night", Schedule="cron(0 20 ? * * *)", **of_target)
    client.deregister_scalable_target(**of_target)
    # The two are asked for by target: plain moto is shared by tests.
    by_target = {key: of_target[key] for key in ("ServiceNamespace", "ResourceId")}
    with either.fixed():
        assert client.describe_scaling_policies(**by_target)["ScalingPolicies"] == []
        assert client.describe_scheduled_actions(**by_target)["ScheduledActions"] == []


def bounds(cloud: Cloud, least: int, most: int) -> tuple[int, int]:
    """Give the target of *cloud* other bounds; returns how many tasks its service is to have, and has."""
    cloud.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{cloud.name}/s",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=least,
        MaxCapacity=most,
    )
    service = cloud.client("ecs").describe_services(cluster=cloud.name, services=["s"])["services"][0]
    return service["desiredCount"], service["runningCount"]


@pytest.mark.parametrize(("least", "most", "tasks"), [(0, 0, 0), (3, 5, 3)])
def test_the_number_of_tasks_moves_within_the_bounds(either: Cloud, least: int, most: int, tasks: int) -> None:
    register(either)
    found = bounds(either, least, most)
    with either.fixed():
        assert found == (tasks, tasks)


def test_a_number_of_tasks_within_the_bounds_stays(cloud: Cloud) -> None:
    register(cloud)
    assert bounds(cloud, 0, 4) == (1, 1)
