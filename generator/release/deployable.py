"""What an image can be released for: a service or the code runner of an environment, and its names in AWS."""

from __future__ import annotations

from dataclasses import dataclass

from generator.errors import SlipwayError
from generator.systems.manifest import CODE_RUNNER, Environment, Platform
from generator.systems.manifest.problems import one_of


@dataclass(frozen=True)
class Deployable:
    """One thing that runs a released image.

    *parameter* is the pointer. Of *service* (in *cluster*) and *function* one is given: what runs the image.
    """

    system: str
    environment: str
    name: str
    repository: str
    platform: Platform
    parameter: str
    cluster: str = ""
    service: str = ""
    function: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} of {self.system}/{self.environment}"

    @property
    def architecture(self) -> str:
        """The CPU architecture as images name it."""
        return "arm64" if self.platform == "linux/arm64" else "amd64"

    @property
    def is_function(self) -> bool:
        return bool(self.function)


def find_deployable(environment: Environment, name: str) -> Deployable:
    """Return what *name* means in *environment*. Raises SlipwayError with the nearest known name."""
    runner = environment.code_runner
    if name == CODE_RUNNER and runner is not None:
        named = str(environment.code_runner_name)
        return Deployable(
            environment.system,
            environment.name,
            name,
            runner.repository,
            runner.platform,
            environment.image_parameter(name),
            cluster=environment.code_runner_cluster if runner.service else "",
            service=named if runner.service else "",
            function="" if runner.service else named,
        )
    if name not in environment.services:
        raise SlipwayError(
            f"{environment.system}/{environment.name} has no service {name}", cure=one_of(name, names(environment))
        )
    service = environment.services[name]
    return Deployable(
        environment.system,
        environment.name,
        name,
        service.image.repository,
        service.platform,
        environment.image_parameter(name),
        cluster=environment.cluster_name,
        service=environment.service_name(name),
    )


def names(environment: Environment) -> list[str]:
    """What images can be released for in *environment*."""
    return [*environment.services, *([CODE_RUNNER] if environment.code_runner is not None else [])]
