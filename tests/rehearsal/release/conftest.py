"""A service and a function on the embedded AWS, made without Terraform: what a release finds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.embedded_aws import push_image
from generator.release import Deployable, Patience, Progress, Released, release, rollback
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.conftest import account, aws, cloud, served

__all__ = ["account", "aws", "cloud", "served"]

PROGRAM = "/var/task/program"
HANDLER = b"def handler(event, context):\n    return %r\n"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
QUICK = Patience(longest=30, between=0.01)


@dataclass
class Heard:
    """A progress that remembers; *stop_after* steps it is interrupted as Ctrl-C would."""

    stop_after: int = 1_000
    steps: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def done(self, step: str) -> None:
        self.steps.append(step)
        if len(self.steps) == self.stop_after:
            raise KeyboardInterrupt

    def waiting(self, reason: str) -> None:
        self.waits.append(reason)


@dataclass(frozen=True)
class Place:
    """One deployable in an account of its own."""

    cloud: Cloud
    deployable: Deployable
    operations: set[tuple[str, str]] = field(default_factory=set)
    """Every call of AWS that a release made: service, operation."""

    def clients(self, service: str) -> Any:
        client = self.cloud.client(service)
        client.meta.events.register("before-call", self._note)
        return client

    def _note(self, model: Any, **_: Any) -> None:
        self.operations.add((model.service_model.signing_name, model.name))

    def push(self, content: str, cmd: str = "", architecture: str = "amd64") -> str:
        """Push an image that answers *content*; returns its digest."""
        files = {"handler.py": HANDLER % content} if self.deployable.is_function else {"program": content.encode()}
        ecr = self.cloud.client("ecr")
        usual = "handler.handler" if self.deployable.is_function else PROGRAM
        tag = f"test-{uuid.uuid4().hex}"
        repository = self.deployable.repository
        return push_image(ecr, repository, tag, files, cmd=[cmd or usual], architecture=architecture)

    def uri(self, digest: str) -> str:
        registry = f"{self.cloud.account}.dkr.ecr.{self.cloud.region}.amazonaws.com"
        return f"{registry}/{self.deployable.repository}@{digest}"

    def release(self, reference: str, progress: Progress | None = None) -> Released:
        return release(self.deployable, self.clients, reference, progress or Heard(), QUICK)

    def rollback(self, to: str | None = None, progress: Progress | None = None) -> Released:
        return rollback(self.deployable, self.clients, to, progress or Heard(), QUICK)

    def pointer(self) -> str:
        """What the parameter names."""
        answer = self.cloud.client("ssm").get_parameter(Name=self.deployable.parameter)
        return str(answer["Parameter"]["Value"])

    def point(self, image: str) -> None:
        self.cloud.client("ssm").put_parameter(
            Name=self.deployable.parameter, Value=image, Type="String", Description="What runs.", Overwrite=True
        )

    def applied(self, digest: str) -> None:
        """What Terraform makes once *digest* is released: the service or the function."""
        if self.deployable.is_function:
            self._function(digest)
        else:
            self._service(digest)

    def runs(self) -> str:
        """The digest of the image that answers."""
        if self.deployable.is_function:
            client = self.cloud.client("lambda")
            found = client.get_function(FunctionName=f"{self.deployable.function}:live")
            return str(found["Code"]["ImageUri"]).partition("@")[2]
        definition = self.definition(self.service()["taskDefinition"])
        return str(definition["containerDefinitions"][0]["image"]).partition("@")[2]

    def service(self) -> dict[str, Any]:
        ecs = self.cloud.client("ecs")
        answer = ecs.describe_services(cluster=self.deployable.cluster, services=[self.deployable.service])
        return dict(answer["services"][0])

    def definition(self, name: str) -> dict[str, Any]:
        answer = self.cloud.client("ecs").describe_task_definition(taskDefinition=name, include=["TAGS"])
        return {**answer["taskDefinition"], "tags": answer["tags"]}

    def agrees(self, digest: str) -> bool:
        """Whether everything that Terraform compares names the image *digest*."""
        if self.pointer() != self.uri(digest) or self.runs() != digest:
            return False
        if self.deployable.is_function:
            client, name = self.cloud.client("lambda"), self.deployable.function
            latest = client.list_versions_by_function(FunctionName=name)["Versions"][-1]["Version"]
            alias = client.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
            code = client.get_function(FunctionName=name)["Code"]["ImageUri"]
            return bool(alias == latest and code == self.uri(digest))
        latest_arn = self.definition(self.deployable.service)["taskDefinitionArn"]
        return bool(self.service()["taskDefinition"] == latest_arn)

    def _service(self, digest: str) -> None:
        ecs, name = self.cloud.client("ecs"), self.deployable.service
        main = {"name": "main", "image": self.uri(digest), "essential": True, "command": [PROGRAM]}
        ecs.create_cluster(clusterName=self.deployable.cluster)
        definition = ecs.register_task_definition(
            family=name,
            containerDefinitions=[main, {"name": "proxy", "image": "public.ecr.aws/nginx/nginx:1", "essential": True}],
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            runtimePlatform={"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            volumes=[{"name": "tmp"}],
            tags=[{"key": "System", "value": "lab"}],
        )["taskDefinition"]
        ecs.create_service(
            cluster=self.deployable.cluster,
            serviceName=name,
            taskDefinition=definition["taskDefinitionArn"],
            desiredCount=1,
            deploymentConfiguration=BREAKER,
        )

    def _function(self, digest: str) -> None:
        client, name = self.cloud.client("lambda"), self.deployable.function
        client.create_function(
            FunctionName=name,
            PackageType="Image",
            Code={"ImageUri": self.uri(digest)},
            Role=self.cloud.role(),
            Publish=True,
            Timeout=20,
        )
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")


Make = Callable[[str], Place]


@pytest.fixture
def make(cloud: Cloud) -> Make:
    """Makes a place for a ``service`` or a ``function``: its repository and its parameter, as Terraform makes them."""

    def made(kind: str) -> Place:
        name = cloud.name
        runs = {"cluster": name, "service": f"{name}-s"} if kind == "service" else {"function": f"{name}-f"}
        deployable = Deployable("lab", "test", kind, f"{name}/{kind}", "linux/x86_64", f"/{name}/{kind}", **runs)
        place = Place(cloud, deployable)
        cloud.client("ecr").create_repository(repositoryName=deployable.repository, imageTagMutability="IMMUTABLE")
        place.point("none")
        return place

    return made


@pytest.fixture(params=["service", "function"])
def place(request: pytest.FixtureRequest, make: Make) -> Place:
    return make(request.param)


@pytest.fixture
def running(place: Place) -> tuple[Place, str]:
    """A place that runs a first image, and the image's digest."""
    return place, first(place)


def first(place: Place) -> str:
    """Release a first image and make what runs it; return the digest."""
    digest = place.push("first")
    place.release(digest)
    place.applied(digest)
    place.operations.clear()
    return digest


def exists(place: Place) -> bool:
    try:
        place.runs()
    except (ClientError, IndexError):
        return False
    return True
