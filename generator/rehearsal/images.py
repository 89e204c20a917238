"""The images that a rehearsal pushes: the real code runner, and for each service one that stands for its program."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.embedded_aws.images import push_image
from generator.project import Target
from generator.release import Clients, Deployable, Silence, find_deployable, names, release
from generator.systems.manifest import Environment
from generator.systems.runner import session_images
from runner.image import lambda_task_files

HANDLER = ["handler.handler"]
PROGRAM = "/var/task/program"


def push_and_release(target: Target, client: Clients) -> dict[str, str]:
    """Push and release an image for each service and the code runner; return the image URIs by service."""
    ecr = client("ecr")
    released: dict[str, str] = {}
    for name in names(target.environment):
        deployable = find_deployable(target.environment, name)
        digest = push(ecr, deployable, contents(deployable))
        released[name] = release(deployable, client, digest, Silence()).image
    return released


def push_session_images(target: Target, client: Clients) -> dict[str, str]:
    """Push what a supervisor starts sessions from, which is another project's; return its tags by repository."""
    runner = target.environment.code_runner
    found = session_images(runner) if runner is not None else []
    tag = session_tag(target.environment)
    for repository in found:
        push_image(client("ecr"), repository, tag, {PROGRAM: repository.encode()}, cmd=[PROGRAM])
    return dict.fromkeys(found, tag)


def session_tag(environment: Environment) -> str:
    """The tag of the images of sessions, which keeps them from the repository's clean-up."""
    return f"released-{environment.name}-rehearsal"


def contents(deployable: Deployable) -> Mapping[str, bytes | Path]:
    """The files of an image for *deployable*.

    A service's program is another project's, so its image holds one file. The code runner's is this project's own.
    """
    if deployable.is_function:
        return dict(lambda_task_files())
    return {PROGRAM: deployable.name.encode()}


def push(ecr: Any, deployable: Deployable, files: Mapping[str, bytes | Path]) -> str:
    """Push an image of *files* to the repository of *deployable*, for its platform; return its digest."""
    return push_image(
        ecr,
        deployable.repository,
        f"{deployable.environment}-rehearsal-{time.time_ns()}",
        files,
        cmd=HANDLER if deployable.is_function else [PROGRAM],
        architecture=deployable.architecture,
    )
