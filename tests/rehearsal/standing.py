"""Environments that are up for as long as a test module asks them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.rehearsal.checks import Check, Live, check_environment
from generator.rehearsal.standing import Standing, find_standing
from generator.systems.manifest import load_manifest
from tests.rehearsal.conftest import PROJECT, slipway


def copied(root: Path) -> Path:
    """The project's environments and modules in *root*, where no other command brings anything up."""
    for folder in ("envs", "modules"):
        shutil.copytree(PROJECT / folder, root / folder)
    return root


@contextmanager
def brought_up(name: str, project: Path) -> Iterator[Standing]:
    up = slipway("up", name, cwd=project)
    assert up.returncode == 0, up.stdout + up.stderr
    try:
        yield find_standing(project, name)
    finally:
        down = slipway("down", name, cwd=project)
    assert down.returncode == 0, down.stderr


def live(standing: Standing, manifest: Path | None = None) -> Live:
    """What checks look through, with the promises of *manifest*: the environment's own unless another is given."""
    system, _, environment = standing.name.partition("/")
    loaded = load_manifest(manifest or PROJECT / "envs" / system / "system.yaml")
    ssm = standing.client("ssm")
    released = {
        name: ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        for name, parameter in standing.outputs["image_parameters"].items()
    }
    return Live(
        loaded.resolve(environment), loaded.account, standing.account_id, standing.client, standing.outputs, released
    )


def checks_of(standing: Standing, manifest: Path | None = None) -> list[Check]:
    return list(check_environment(live(standing, manifest)))
