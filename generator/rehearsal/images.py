"""The images that a rehearsal pushes: the real code runner, and for each service one that stands for its program."""

from __future__ import annotations

import time
from typing import Any

from generator.embedded_aws.images import push_image
from generator.project import Target
from generator.rehearsal.release import release
from runner.image import lambda_task_files

HANDLER = ["handler.handler"]
CODE_RUNNER = "code-runner"


def push_and_release(target: Target, client: Any, outputs: dict[str, Any]) -> dict[str, str]:
    """Push and release an image for each service and the code runner; return the image URIs by service.

    A service's program is another project's, so its image holds one file. The code runner's is this project's own.
    """
    ecr, ssm = client("ecr"), client("ssm")
    environment = target.environment
    released: dict[str, str] = {}
    for name, parameter in outputs["image_parameters"].items():
        runner = environment.code_runner if name == CODE_RUNNER else None
        repository = runner.repository if runner else environment.services[name].image.repository
        platform = runner.platform if runner else environment.services[name].platform
        digest = push_image(
            ecr,
            repository,
            f"{environment.name}-rehearsal-{time.time_ns()}",
            lambda_task_files() if runner else {"program": name.encode()},
            cmd=HANDLER if runner else ["/var/task/program"],
            architecture="arm64" if platform == "linux/arm64" else "amd64",
        )
        released[name] = release(
            ecr,
            ssm,
            repository_url=outputs["repository_urls"][repository],
            digest=digest,
            parameter=parameter,
            environment=environment.name,
        )
    return released
