"""The manifest's model of a service: one container on Fargate, with names and meanings of Copilot's manifests."""

from __future__ import annotations

import re
import shlex
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from generator.systems.manifest.fields import (
    WHOLE,
    Days,
    Form,
    Model,
    Name,
    Platform,
    RepositoryName,
    Seconds,
    ShortForm,
    wrong,
)
from generator.systems.manifest.secret import Secret, secret_form
from generator.systems.manifest.template import Placeholders, Template

Cpu = Annotated[Literal[256, 512, 1024, 2048, 4096, 8192, 16384], WHOLE]
Percentage = Annotated[int, Field(ge=1, le=100)]
VariableName = Annotated[
    str,
    Form(r"[A-Za-z_][A-Za-z0-9_]*", "Write letters, digits and underscores, no digit first.", longest=256),
]
Host = Annotated[Template, Placeholders("system", "environment", "region", "domain")]
AbsolutePath = Annotated[
    str, Form(r"/[^\s:]*[^\s:/]", "Write an absolute path without : and without a slash at its end.", longest=1024)
]

User = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?",
        "Write a user, or user:group, by name or number.",
        longest=128,
    ),
]


class ContainerHealthCheck(Model):
    """A command inside the container that tells whether it is healthy."""

    command: tuple[str, ...] = Field(
        min_length=2, description="CMD and the words of a command, or CMD-SHELL and one line for the shell."
    )
    interval: Annotated[int, Seconds(5, 300)] = Field(default=10, description="Seconds between two checks.")
    timeout: Annotated[int, Seconds(2, 60)] = Field(default=5, description="Seconds until a check has failed.")
    retries: int = Field(default=2, ge=1, le=10, description="Failures in a row until the task is replaced.")
    start_period: Annotated[int, Seconds(0, 300)] = Field(
        default=0, description="Seconds after the start in which failures do not count."
    )

    @model_validator(mode="after")
    def _command_form(self) -> ContainerHealthCheck:
        if self.command[0] not in ("CMD", "CMD-SHELL"):
            raise wrong(f"begins its command with {self.command[0]}", "Begin with CMD or CMD-SHELL.")
        return self


class Image(Model):
    """The container image and the port it listens on."""

    repository: RepositoryName = Field(description="One of the system's registries.")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="The container's port; needed behind a load balancer."
    )
    healthcheck: ContainerHealthCheck | None = Field(
        default=None, description="A command in the container that tells whether it is healthy; none if absent."
    )


class Range(Model):
    """The least and the greatest number of tasks."""

    min: int = Field(ge=0, description="The least number of tasks.")
    max: int = Field(ge=0, description="The greatest number of tasks.")
    spot_from: int | None = Field(
        default=None, ge=1, description="The first task that runs on Fargate Spot: of 3, two are never interrupted."
    )


class Cooldown(Model):
    """Pauses between two scaling steps."""

    in_: Annotated[int, Seconds(0, 86400)] = Field(
        default=120, alias="in", description="Seconds between two steps that remove tasks."
    )
    out: Annotated[int, Seconds(0, 86400)] = Field(default=60, description="Seconds between two steps that add tasks.")


def _range(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", value)
    if match is None:
        raise wrong(f'is not a range: "{value}"', "Write it as 1-10, or as a map with min and max.")
    return {"min": int(match[1]), "max": int(match[2])}


class Count(Model):
    """The number of tasks. A fixed count is a range whose ends are equal."""

    range: Annotated[Range, ShortForm(_range, {"type": "string", "pattern": r"^\s*\d+\s*-\s*\d+\s*$"})] = Field(
        description='The least and greatest number of tasks, as "1-10" or as a map with min and max.'
    )
    spot: int | None = Field(
        default=None, ge=0, description="A fixed number of tasks on Fargate Spot, in place of a range."
    )
    cpu_percentage: Percentage | None = Field(default=None, description="Average CPU, in percent, that scaling holds.")
    memory_percentage: Percentage | None = Field(
        default=None, description="Average memory, in percent, that scaling holds."
    )
    cooldown: Cooldown = Field(default=Cooldown(), description="Pauses between two scaling steps.")

    @model_validator(mode="before")
    @classmethod
    def _metrics_need_a_range(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("range") is None:
            metrics = [key for key in ("cpu_percentage", "memory_percentage") if data.get(key) is not None]
            if metrics:
                raise wrong(f"has {metrics[0]} but no range", "Add a range, as range: 1-10.")
        return data

    @model_validator(mode="before")
    @classmethod
    def _spot_is_a_number_of_its_own(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("spot"), int):
            return data
        for key in ("range", "cpu_percentage", "memory_percentage"):
            if data.get(key) is not None:
                cure = "Write spot: 1 alone, or range: { min: 1, max: 3, spot_from: 2 } with what it scales by."
                raise wrong(f"has both spot and {key}", cure)
        number = max(int(data["spot"]), 0)  # a negative one is refused as spot alone
        return {**data, "range": {"min": number, "max": number}}

    @property
    def fixed(self) -> bool:
        """Whether the number of tasks never changes by itself."""
        return self.range.min == self.range.max


def count_form(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise wrong(f"must be at least 0, not {value}", "")
        return {"range": {"min": value, "max": value}}
    if not isinstance(value, dict):
        raise wrong("must be a whole number or a map with range", "Write count: 1, or count: { range: 1-10, ... }.")
    return value


def _success_codes(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class HealthCheck(Model):
    """How the load balancer finds out whether a task is healthy."""

    path: Annotated[str, Form(r"/\S*", "Begin with a slash.", longest=1024)] = Field(
        default="/", description="The path that is asked."
    )
    success_codes: Annotated[
        Annotated[str, Form(r"[2-4]\d\d([-,][2-4]\d\d)*", "Write 200, 200,302 or 200-299.", longest=64)],
        ShortForm(_success_codes, {"type": "integer", "minimum": 200, "maximum": 499}),
    ] = Field(default="200", description='HTTP statuses that mean healthy, as 200, "200,302" or "200-299".')
    healthy_threshold: int = Field(
        default=5, ge=2, le=10, description="Successes in a row until a task counts as healthy."
    )
    unhealthy_threshold: int = Field(
        default=2, ge=2, le=10, description="Failures in a row until a task counts as unhealthy."
    )
    interval: Annotated[int, Seconds(5, 300)] = Field(default=30, description="Seconds between two checks.")
    timeout: Annotated[int, Seconds(2, 120)] = Field(
        default=5, description="Seconds until a check without answer has failed."
    )
    grace_period: Annotated[int, Seconds(0, 2_147_483_647)] = Field(
        default=60, description="Seconds after a task's start in which failed checks do not stop it."
    )


def _health_check(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


def _alias(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Http(Model):
    """The service's route on the public load balancer."""

    path: str = Field(
        description="The path that leads here: / is everything, /api is /api and /api/*; a pattern may hold * and ?."
    )
    alias: Annotated[tuple[Host, ...], ShortForm(_alias, {"type": "string"})] = Field(
        default=(),
        description="The host or hosts that lead here, as beta.{domain}; without one the route serves every host.",
    )
    healthcheck: Annotated[HealthCheck, ShortForm(_health_check, {"type": "string"})] = Field(
        default=HealthCheck(), description="The health check: its path, or a map."
    )
    deregistration_delay: Annotated[int, Seconds(0, 3600)] = Field(
        default=60, description="Seconds that a leaving task may finish its requests."
    )
    stickiness: bool = Field(default=False, description="Whether a client stays with one task, by a cookie.")

    @property
    def patterns(self) -> tuple[str, ...]:
        """The listener rule's path patterns."""
        if self.path == "/":
            return ("/*",)
        return (self.path,) if set(self.path) & set("*?") else (self.path, f"{self.path}/*")


def _http(value: Any) -> Any:
    if value is True:
        raise wrong("must be false or a map with path", "Write http: { path: / }, or http: false for no route.")
    return None if value is False else value


class Deployment(Model):
    """How a new version replaces the running one."""

    rolling: Literal["default", "recreate"] = Field(
        default="default", description="default: new tasks first (100/200 %); recreate: old tasks stop first (0/100 %)."
    )


class Storage(Model):
    """The task's disk."""

    ephemeral: int = Field(default=20, ge=20, le=200, description="GiB of ephemeral disk; 20 is Fargate's own default.")
    readonly_fs: bool = Field(default=True, description="Whether the container's root file system is read-only.")
    scratch: tuple[AbsolutePath, ...] = Field(
        default=(), description="Directories that stay writable on a read-only root, each an empty volume of the task."
    )


class Uses(Model):
    """What the service may reach, and what its task role may use."""

    code_runner: bool = Field(default=False, description="Whether the service may invoke the code runner.")
    buckets: tuple[Name, ...] = Field(default=(), description="Buckets whose objects the service may read and write.")
    databases: tuple[Name, ...] = Field(
        default=(), description="Databases that the service may connect to, and whose secrets it may read."
    )
    services: tuple[Name, ...] = Field(
        default=(), description="Services that this one calls: {service.NAME} is their host and port (Service Connect)."
    )


class ServiceLogging(Model):
    """Logging that differs from the environment's."""

    retention: Days | None = Field(default=None, description="Days that this service's logs are kept.")
    group: Annotated[Template, Placeholders("system", "environment", "region", "service")] | None = Field(
        default=None, description="Template of the log group's name."
    )


def _command(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise wrong(
            f"cannot be split into words: {str(error).lower()}", "Close the quotation, or write a list."
        ) from None


def user_form(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Service(Model):
    """One service: a container on Fargate."""

    image: Image = Field(description="The container image and its port.")
    cpu: Cpu = Field(default=256, description="CPU units of a task; 1024 are one vCPU.")
    memory: int = Field(default=512, description="Memory of a task in MiB; AWS allows certain pairs of cpu and memory.")
    platform: Platform = Field(
        default="linux/x86_64", description="Operating system and CPU architecture of the image."
    )
    count: Annotated[Count, ShortForm(count_form, {"type": "integer", "minimum": 0})] = Field(
        default=Count(range=Range(min=1, max=1)),
        description="Number of tasks, or a map with a range and what it follows.",
    )
    http: Annotated[Http | None, ShortForm(_http, {"const": False})] = Field(
        default=None, description="The route on the public load balancer; false for a service without one."
    )
    command: Annotated[tuple[str, ...] | None, ShortForm(_command, {"type": "string"})] = Field(
        default=None, description="The container's command, as a list or as one line; the image's own if absent."
    )
    user: Annotated[
        User,
        ShortForm(user_form, {"type": "integer", "minimum": 0}),
    ] = Field(
        default="1000", description="User (and group) of the process; root must be said, and ports below 1024 need it."
    )
    variables: dict[
        VariableName,
        Annotated[
            Template,
            Placeholders(
                "system",
                "environment",
                "region",
                "domain",
                "service",
                "code_runner",
                "code_runner_url",
                "bucket.",
                "database.",
                "service.",
                any_scalar=True,
            ),
        ],
    ] = Field(default={}, description="Environment variables; values may hold placeholders such as {environment}.")
    secrets: dict[VariableName, Annotated[Secret, ShortForm(secret_form, {"type": "string"})]] = Field(
        default={},
        description='Environment variables filled from secrets: "ssm:/path", "secretsmanager:name", or a map.',
    )
    deployment: Deployment = Field(default=Deployment(), description="How a new version replaces the running one.")
    exec: bool = Field(default=False, description="Whether operators may open a shell in a task (ECS Exec).")
    storage: Storage = Field(default=Storage(), description="The task's disk.")
    uses: Uses = Field(default=Uses(), description="What the service may reach, and what its task role may use.")
    logging: ServiceLogging = Field(
        default=ServiceLogging(), description="Logging that differs from the environment's."
    )

    @property
    def runs_as_root(self) -> bool:
        """Whether the container's process is root."""
        return self.user.partition(":")[0] in ("root", "0")
