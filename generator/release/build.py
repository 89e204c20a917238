"""From a directory with a Dockerfile to an image in the registry, under a tag that says which commit it is of."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from generator.errors import Location, SlipwayError
from generator.release.aws import error_code
from generator.release.builder import Builder, Building, Registry
from generator.release.deployable import Deployable
from generator.release.image import TAG, no_repository
from generator.release.progress import Progress

# Of the code runner's function, in the project's own tree.
FUNCTION_FILE = Path("lambda") / "Dockerfile.prod"
# As `docker push` names what is only here; nobody can mistake it for a registry's.
HERE = "localhost"


def building(
    project: Path, deployable: Deployable, context: Path | None, file: Path | None, arguments: Sequence[str]
) -> Building:
    """What to build for *deployable*: *file* in *context*. Raises SlipwayError when there is no such file.

    Left out, the context is the working directory and the file its Dockerfile; of a code runner that is a function the
    project's own.
    """
    own = deployable.is_function and context is None and file is None and (project / FUNCTION_FILE).is_file()
    context = project if own else context or Path()
    file = context / FUNCTION_FILE if own else file or context / "Dockerfile"
    if not file.is_file():
        raise SlipwayError(
            "there is no such file to build from",
            where=Location(file),
            cure="Name the directory with --context, or the Dockerfile with --file.",
        )
    return Building(context, file, f"linux/{deployable.architecture}", tuple(arguments))


def new_tag(deployable: Deployable, context: Path) -> str:
    """Return ``{env}-{hash}-{timestamp}`` for what is in *context* now. Raises SlipwayError outside of git."""
    commit = _git(context, "rev-parse", "--short=7", "HEAD")
    if commit is None:
        raise SlipwayError(
            "is in no git repository with a commit, which tags name",
            where=Location(context),
            cure=f"Commit it, or give a tag yourself: --tag {deployable.environment}-….",
        )
    return f"{deployable.environment}-{commit}-{datetime.now(UTC):%Y%m%d%H%M%S}"


def is_changed(context: Path) -> bool:
    """Whether *context* has changes that its commit does not know of."""
    return bool(_git(context, "status", "--porcelain", "--", "."))


def checked_tag(deployable: Deployable, tag: str) -> str:
    """Return *tag*. Raises SlipwayError unless it is one of the environment's, whose images expire by that prefix."""
    prefix = f"{deployable.environment}-"
    if not TAG.fullmatch(tag) or not tag.startswith(prefix):
        raise SlipwayError(
            f"{tag} is no tag of {deployable.environment}",
            cure=f"Begin it with {prefix}, and use letters, digits, dots, - and _ only; such as {prefix}3f2c1ab-1.",
        )
    return tag


def name_here(deployable: Deployable, tag: str) -> str:
    """What the image is called on this machine."""
    return f"{HERE}/{deployable.repository}:{tag}"


def build(builder: Builder, what: Building, deployable: Deployable, tag: str, progress: Progress) -> None:
    """Build *what* for *deployable* under *tag*. Raises ReleaseError when that fails."""
    builder.build(what, name_here(deployable, tag))
    progress.done(f"{builder.tool} has built {name_here(deployable, tag)} for {what.platform}")


def push(builder: Builder, ecr: Any, deployable: Deployable, tag: str, host: str, progress: Progress) -> None:
    """Push what was built under *tag*. Again is as good as once: a tag that the registry has is not pushed again.

    *host* is the registry's address if it is the embedded AWS's. Raises SlipwayError when nothing was built, AwsError
    when there is no repository, ReleaseError when the push fails.
    """
    if is_pushed(ecr, deployable, tag):
        progress.done(f"{deployable.repository} has {tag} already")
        return
    name = name_here(deployable, tag)
    if not builder.has(name):
        raise SlipwayError(
            f"{builder.tool} has no image {name}",
            cure=f"Build it first: slipway image build {deployable.system}/{deployable.environment} {deployable.name}",
        )
    builder.push(name, Registry.of(ecr, host), f"{deployable.repository}:{tag}")
    progress.done(f"{builder.tool} has pushed it to {deployable.repository}")


def is_pushed(ecr: Any, deployable: Deployable, tag: str) -> bool:
    """Whether the registry has *tag*. Raises AwsError when there is no repository for it."""
    try:
        found = ecr.batch_get_image(repositoryName=deployable.repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error_code(error) != "RepositoryNotFoundException":
            raise
        raise no_repository(deployable) from error
    return bool(found["images"])


def _git(directory: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(directory), *words], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SlipwayError("git is not on PATH", cure="Install it, or give a tag with --tag.") from error
    return done.stdout.strip() if done.returncode == 0 else None
