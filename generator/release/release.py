"""A release and a rollback, in steps that can be repeated after an interruption at any point.

The order: the image is checked and kept, the pointer is written, and only then does anything run it. Interrupted after
the pointer, a `terraform apply` goes the rest of the way instead of undoing the release, and so does the same command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from generator.errors import ReleaseError, SlipwayError
from generator.release.aws import Clients
from generator.release.deployable import Deployable
from generator.release.function import Function
from generator.release.image import check_platform, find_image, keep, reference_of
from generator.release.pointer import History, Pointer
from generator.release.progress import Patience, Progress, StillAtWorkError
from generator.release.service import Service

PATIENCE = Patience()


@dataclass(frozen=True)
class Released:
    """What a release came to.

    *previous* is the image that was released before. *task_definition* or *version* runs the image now; neither is
    given when nothing exists yet that could run it.
    """

    name: str
    image: str
    tag: str
    previous: str | None
    task_definition: str | None = None
    version: str | None = None

    @property
    def runs(self) -> bool:
        return self.task_definition is not None or self.version is not None

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "image": self.image,
            "tag": self.tag,
            "previous": self.previous,
            "task_definition": self.task_definition,
            "version": self.version,
        }


def release(
    deployable: Deployable, clients: Clients, reference: str, progress: Progress, patience: Patience = PATIENCE
) -> Released:
    """Release the pushed image *reference* (digest or tag), and wait until it runs.

    When AWS gives it up, the image before is put back and ReleaseError raised. Raises SlipwayError when there is no
    such image or environment, and what botocore raises.
    """
    pointer = Pointer(clients("ssm"), deployable.parameter)
    history = pointer.history()
    ecr = clients("ecr")
    image = find_image(ecr, deployable, reference)
    check_platform(ecr, deployable, image)
    tag = keep(ecr, deployable, image)
    progress.done(f"{image.digest} is kept as {tag}")
    before = history.before if history.current == image.uri else history.current
    if history.current != image.uri:
        pointer.write(image.uri, history)
        progress.done(f"{pointer.name} names it")
    runner = _runner(deployable, clients, progress, patience)
    try:
        runs = runner.deploy(image.uri)
    except StillAtWorkError:
        raise
    except (SlipwayError, ClientError, BotoCoreError) as error:
        put_back = _put_back(pointer, runner, image.uri, before)
        raise ReleaseError(f"{_what(error)}\n  {put_back}", cure=getattr(error, "cure", "")) from error
    if deployable.is_function:
        return Released(deployable.name, image.uri, tag, before, version=runs)
    return Released(deployable.name, image.uri, tag, before, task_definition=runs)


def rollback(
    deployable: Deployable, clients: Clients, to: str | None, progress: Progress, patience: Patience = PATIENCE
) -> Released:
    """Release again what was released before, or the image *to* (digest or tag); as `release` otherwise.

    Interrupted and repeated, it finishes what it began instead of going one release further back.
    """
    history = Pointer(clients("ssm"), deployable.parameter).history()
    if history.current is None:
        raise SlipwayError(f"nothing was ever released for {deployable.label}", cure="Release an image first.")
    if to is None:
        to = reference_of(_image_before(deployable, clients, history, progress, patience))
    return release(deployable, clients, to, progress, patience)


def _image_before(
    deployable: Deployable, clients: Clients, history: History, progress: Progress, patience: Patience
) -> str:
    current = history.current
    if current is not None and history.ends_with_a_return:
        running = _runner(deployable, clients, progress, patience).running()
        if running != current:
            return current
    standing = history.standing()
    if len(standing) < 2:
        earlier = sorted({reference_of(image) for image in history.images} - {reference_of(standing[-1])})
        raise SlipwayError(
            f"{deployable.label} has nothing to roll back to: {reference_of(standing[-1])} was released first",
            cure=f"Name an image with --to: {', '.join(earlier)}." if earlier else "Release another image instead.",
        )
    return standing[-2]


def _runner(deployable: Deployable, clients: Clients, progress: Progress, patience: Patience) -> Service | Function:
    if deployable.is_function:
        return Function(clients("lambda"), deployable, progress, patience)
    return Service(clients("ecs"), deployable, progress, patience)


def _put_back(pointer: Pointer, runner: Service | Function, image: str, before: str | None) -> str:
    """Return to the image *before*, and say what came of it."""
    if before is None:
        return "There was no image before: nothing was put back."
    try:
        history = pointer.history()
        if history.current != image:
            return f"Another release has named {history.current} meanwhile: nothing was put back."
        pointer.write(before, history)
        runner.deploy(before)
    except (SlipwayError, ClientError, BotoCoreError) as error:
        return f"{before} could not be put back: {_what(error)} Once the cause is removed, release it again."
    return f"{before} is put back."


def _what(error: Exception) -> str:
    return error.what if isinstance(error, SlipwayError) else str(error)
