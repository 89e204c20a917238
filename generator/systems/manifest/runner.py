"""The manifest's model of the code runner: a Lambda function, a service on Fargate, or a supervisor on its own host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from generator.systems.manifest.fields import Form, Model, Platform, RepositoryName, Seconds, ShortForm, wrong
from generator.systems.manifest.service import (
    AbsolutePath,
    Count,
    Cpu,
    ServiceLogging,
    User,
    VariableName,
    count_form,
    user_form,
)
from generator.systems.manifest.template import Placeholders, Template

Engine = Literal["lambda", "fargate", "ec2"]

READ_BY: Mapping[str, Sequence[Engine]] = {
    "reserved_concurrency": ("lambda",),
    "ephemeral_storage": ("lambda",),
    "cpu": ("fargate", "ec2"),
    "scratch": ("fargate", "ec2"),
    "logging": ("fargate", "ec2"),
    "count": ("fargate",),
    "user": ("fargate",),
    "host": ("ec2",),
}
"""Every field that not all engines read, and those that do."""


class Reaper(Model):
    """What ends sessions that the supervisor forgot: ECS knows nothing of the containers it starts."""

    containers: Annotated[str, Field(min_length=1)] = Field(description="How the names of its containers begin.")
    minutes: int = Field(ge=1, description="Minutes after which such a container is removed.")
    volumes: str | None = Field(
        default=None, min_length=1, description="How the names of its volumes begin; absent: none."
    )
    volume_minutes: int = Field(default=1440, ge=1, description="Minutes after which such a volume is removed.")


class Host(Model):
    """The EC2 instance that the privileged supervisor has for itself."""

    instance_type: str = Field(default="t3.medium", min_length=1, description="Type of the instance.")
    cluster: Annotated[Template, Placeholders("system", "environment", "region")] | None = Field(
        default=None, description="Template of the name of the host's ECS cluster; absent: the runner's name."
    )
    disk: int = Field(default=50, ge=30, le=16384, description="GiB of the disk, with images and volumes of sessions.")
    max_lifetime_days: int | None = Field(
        default=None, ge=1, le=365, description="Days after which the instance is replaced; absent: never."
    )
    healthcheck: Annotated[str, Form(r"/\S*", "Begin with a slash.", longest=1024)] = Field(
        default="/health", description="The path at which the supervisor answers 200 when it is well."
    )
    session_repositories: tuple[RepositoryName, ...] = Field(
        default=(), description="Registries that hold the images of sessions, which the supervisor starts."
    )
    prune_unused_hours: int = Field(
        default=24, ge=1, description="Hours after which the host removes what Docker no longer uses."
    )
    reaper: Reaper | None = Field(default=None, description="What ends sessions that the supervisor forgot.")
    acknowledge_privileged: bool = Field(
        default=False, description="Says that the supervisor is root on its host, and so is whoever gets hold of it."
    )
    acknowledge_internet_egress: bool = Field(
        default=False,
        description="Says that programs may fetch from the internet; without it they reach the VPC's endpoints alone.",
    )


class CodeRunner(Model):
    """The code runner: what executes the learners' programs."""

    engine: Engine = Field(
        default="lambda",
        description="What runs the programs: a Lambda function, a service on Fargate, or a supervisor on EC2.",
    )
    name: Annotated[Template, Placeholders("system", "environment", "region")] = Field(
        default=Template.parse("{system}-{environment}-code-runner"),
        description="Template of the name of the function or service.",
    )
    repository: RepositoryName = Field(description="The registry that holds the runner's image.")
    platform: Platform = Field(
        default="linux/x86_64", description="Operating system and CPU architecture of the image."
    )
    memory: int = Field(
        ge=128,
        le=10240,
        description="Memory in MiB; a function's CPU grows with it. New accounts stop at 3008 for functions.",
    )
    timeout: Annotated[int, Seconds(1, 900)] = Field(
        description="Seconds that one run may take: load balancers in front wait longer."
    )
    variables: dict[
        VariableName,
        Annotated[Template, Placeholders("system", "environment", "region", "repository.", "image.", any_scalar=True)],
    ] = Field(
        default={},
        description="Environment variables, which programs can read: never a secret. {repository.NAME} is a URL; "
        "{image.NAME} ends with the tag that the operator's variable session_image_tags names.",
    )
    reserved_concurrency: int = Field(
        default=10,
        ge=1,
        description="Runs at the same time, at most: reserved for this function, and taken from the account's pool.",
    )
    ephemeral_storage: int = Field(default=512, ge=512, le=10240, description="MiB of the function's /tmp.")
    cpu: Cpu | None = Field(default=None, description="CPU units of a task; absent: 256 with fargate, 1024 with ec2.")
    scratch: tuple[AbsolutePath, ...] = Field(default=("/tmp",), description="Writable directories of the container.")
    count: Annotated[Count | None, ShortForm(count_form, {"type": "integer", "minimum": 0})] = Field(
        default=None, description="Number of fargate tasks, or a map with a range and what it follows; one if absent."
    )
    user: Annotated[User, ShortForm(user_form, {"type": "integer", "minimum": 0})] = Field(
        default="1000:1000", description="User (and group) of the fargate container; never root."
    )
    logging: ServiceLogging = Field(
        default=ServiceLogging(),
        description="Logging that differs from the environment's; a function's log is Lambda's.",
    )
    host: Host | None = Field(default=None, description="The EC2 instance of the engine ec2.")

    @model_validator(mode="after")
    def _read_by_the_engine(self) -> CodeRunner:
        for field in sorted(self.model_fields_set):
            if self.engine not in READ_BY.get(field, (self.engine,)):
                readers = " and ".join(READ_BY[field])
                raise wrong(f"has {field}, which the engine {self.engine} does not read", f"Only {readers} read it.")
        return self

    @model_validator(mode="after")
    def _host_acknowledged(self) -> CodeRunner:
        if self.engine == "ec2" and not (self.host is not None and self.host.acknowledge_privileged):
            raise wrong(
                "has the engine ec2, whose supervisor is root on its host",
                "Add host: { acknowledge_privileged: true }, and let nobody but its callers reach it.",
            )
        return self

    @property
    def service(self) -> bool:
        """Whether the runner is a service on ECS, which callers reach at {code_runner_url}."""
        return self.engine != "lambda"

    @property
    def reaches_internet(self) -> bool:
        """Whether programs may fetch from the internet."""
        return self.host is not None and self.host.acknowledge_internet_egress
