"""ECS deployments: the latest revision that is active, and tasks that cannot start."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.embedded_aws import push_image
from tests.rehearsal.embedded_aws.cloud import Cloud

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
ABSENT = "sha256:" + "0" * 64


def register(cloud: Cloud, image: str, architecture: str = "X86_64", **container: Any) -> str:
    """A revision of the family `cloud.name` that runs *image*; returns its ARN."""
    answer = cloud.client("ecs").register_task_definition(
        family=cloud.name,
        containerDefinitions=[{"name": "a", "image": image, "memory": 64, "essential": True, **container}],
        runtimePlatform={"cpuArchitecture": architecture, "operatingSystemFamily": "LINUX"},
    )
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def service(cloud: Cloud, definition: str, **options: Any) -> Any:
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName=cloud.name)
    settings = {"desiredCount": 1, "deploymentConfiguration": BREAKER, **options}
    ecs.create_service(cluster=cloud.name, serviceName="s", taskDefinition=definition, **settings)
    return ecs


def described(cloud: Cloud) -> dict[str, Any]:
    answer = cloud.client("ecs").describe_services(cluster=cloud.name, services=["s"])
    return dict(answer["services"][0])


def states(cloud: Cloud) -> list[tuple[str, str, str]]:
    """Of each deployment: status, roll-out, and its revision's number."""
    return [
        (d["status"], d["rolloutState"], d["taskDefinition"].rpartition(":")[2])
        for d in described(cloud)["deployments"]
    ]


def pushed(cloud: Cloud, architecture: str = "amd64", cmd: str = "/var/task/program") -> str:
    """Push an image that holds /var/task/program and runs *cmd*; returns its URI."""
    ecr = cloud.client("ecr")
    try:
        cloud.repository()
    except ClientError as error:
        assert "RepositoryAlreadyExists" in str(error)  # noqa: PT017 - a second image for the same repository
    files = {"program": f"{architecture}{cmd}".encode()}
    tag = architecture + cmd.replace("/", "-")
    digest = push_image(ecr, cloud.name, tag, files, cmd=[cmd], architecture=architecture)
    return f"{cloud.account}.dkr.ecr.{cloud.region}.amazonaws.com/{cloud.name}@{digest}"


def test_a_family_is_its_latest_active_revision(either: Cloud) -> None:
    ecs = either.client("ecs")
    first, second = register(either, "one"), register(either, "two")
    assert ecs.describe_task_definition(taskDefinition=either.name)["taskDefinition"]["taskDefinitionArn"] == second
    ecs.deregister_task_definition(taskDefinition=second)
    with either.fixed():
        found = ecs.describe_task_definition(taskDefinition=either.name)["taskDefinition"]
        assert found["taskDefinitionArn"] == first
    ecs.deregister_task_definition(taskDefinition=first)
    with either.refused("ClientException", "Unable to describe task definition."):
        ecs.describe_task_definition(taskDefinition=either.name)
    assert register(either, "three").endswith(":3")


def test_a_service_cannot_run_an_inactive_revision(either: Cloud) -> None:
    ecs = service(either, register(either, "one"))
    second = register(either, "two")
    ecs.deregister_task_definition(taskDefinition=second)
    with either.refused("ClientException", "inactive"):
        ecs.update_service(cluster=either.name, service="s", taskDefinition=second)
    with either.refused("ClientException", "inactive"):
        ecs.create_service(cluster=either.name, serviceName="other", taskDefinition=second, desiredCount=1)


def test_a_service_names_its_revision_by_arn(either: Cloud) -> None:
    ecs = service(either, register(either, "one"))
    second = register(either, "two")
    ecs.update_service(cluster=either.name, service="s", taskDefinition=either.name)
    with either.fixed():
        assert described(either)["taskDefinition"] == second


def test_another_revision_is_another_deployment_and_steady(either: Cloud) -> None:
    ecs = service(either, register(either, "one"))
    first = described(either)["deployments"][0]["id"]
    ecs.update_service(cluster=either.name, service="s", desiredCount=2)
    assert described(either)["deployments"][0]["id"] == first
    ecs.update_service(cluster=either.name, service="s", taskDefinition=register(either, "two"))
    with either.fixed():
        assert states(either) == [("PRIMARY", "COMPLETED", "2")]
        assert described(either)["deployments"][0]["id"] != first


@pytest.mark.parametrize(
    "broken",
    ["not pushed", "another architecture", "without its program", "a command that is absent", "an entry point"],
)
def test_the_circuit_breaker_returns_from_tasks_that_cannot_start(either: Cloud, broken: str) -> None:
    good = pushed(either)
    ecs = service(either, register(either, good))
    match broken:
        case "not pushed":
            second = register(either, good.partition("@")[0] + "@" + ABSENT)
        case "another architecture":
            second = register(either, pushed(either, architecture="arm64"))
        case "without its program":
            second = register(either, pushed(either, cmd="/program"))
        case "a command that is absent":
            second = register(either, good, command=["/absent"])
        case _:
            second = register(either, good, entryPoint=["/absent"], command=["/var/task/program"])
    ecs.update_service(cluster=either.name, service="s", taskDefinition=second)
    with either.fixed():
        assert states(either) == [("PRIMARY", "IN_PROGRESS", "2"), ("ACTIVE", "COMPLETED", "1")]
        assert states(either) == [("PRIMARY", "COMPLETED", "1"), ("ACTIVE", "FAILED", "2")]
        found = described(either)
        assert found["taskDefinition"].endswith(f"{either.name}:1")
        assert "Cannot" in found["events"][0]["message"]
    ecs.update_service(cluster=either.name, service="s", taskDefinition=register(either, good))
    assert states(either)[0] == ("PRIMARY", "COMPLETED", "3") or either.plain


def test_what_can_start_is_steady(cloud: Cloud) -> None:
    arm = register(cloud, pushed(cloud, architecture="arm64"), architecture="ARM64", command=["sh", "-c", "true"])
    service(cloud, arm)
    assert states(cloud) == [("PRIMARY", "COMPLETED", "1")]


def test_without_a_deployment_to_return_to_it_fails(cloud: Cloud) -> None:
    service(cloud, register(cloud, pushed(cloud, cmd="/absent")))
    assert states(cloud) == [("PRIMARY", "IN_PROGRESS", "1")]
    assert states(cloud) == [("PRIMARY", "FAILED", "1")]
    assert described(cloud)["runningCount"] == 0


def test_without_a_circuit_breaker_it_never_ends(cloud: Cloud) -> None:
    service(cloud, register(cloud, pushed(cloud, cmd="/absent")), deploymentConfiguration={})
    assert [states(cloud) for _ in range(3)] == [[("PRIMARY", "IN_PROGRESS", "1")]] * 3


def test_no_task_is_no_failure(cloud: Cloud) -> None:
    service(cloud, register(cloud, pushed(cloud, cmd="/absent")), desiredCount=0)
    assert states(cloud) == [("PRIMARY", "COMPLETED", "1")]
