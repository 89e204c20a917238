"""Checks of how an environment is delivered."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Problem


def approval_without_branch(environment: Environment) -> Iterator[Problem]:
    """What has to be approved comes from one branch: a reviewer approves a plan, not the code that makes it."""
    pipeline = environment.pipeline
    if pipeline is not None and pipeline.requires_approval and pipeline.branch is None:
        yield Problem(
            ("pipeline", "requires_approval"),
            "What requires approval is applied from one branch, and pipeline names none.",
            "Add branch: main.",
        )


CHECKS = (approval_without_branch,)
