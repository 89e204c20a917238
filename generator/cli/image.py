"""`slipway image`: from a Dockerfile to what runs."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from generator.cli.console import console, error_console, json_option, quiet_option, write_json

if TYPE_CHECKING:
    from generator.project import Target
    from generator.release import Clients, Deployable, Progress, Released
    from generator.release.builder import Builder

INTERRUPTED = "interrupted: what AWS has begun goes on there; repeat the command to finish it"
INTERRUPTED_PUSH = (
    "interrupted: nothing is left running here, and what AWS has begun goes on there. To go on:\n"
    "  slipway image push {deployable.system}/{deployable.environment} {deployable.name} {tag}\n"
    "  slipway image release {deployable.system}/{deployable.environment} {deployable.name} {tag}"
)


@click.group("image", epilog="Example: slipway image build seepp/test backend --context ../backend --release")
def command() -> None:
    """Build, push and release images to the services and the code runner of an environment, and roll them back.

    Terraform does not notice: a plan afterwards is empty.
    """


def _arguments(function: Any) -> Any:
    """What the commands that ask AWS have in common."""
    for decorate in reversed(
        (
            click.argument("target", metavar="SYSTEM/ENV"),
            click.argument("name"),
            click.option("--embedded", is_flag=True, help="Insist on the environment that `slipway up` brought up."),
            json_option,
            quiet_option,
            click.pass_obj,
        )
    ):
        function = decorate(function)
    return function


def _builder_option(function: Any) -> Any:
    return click.option(
        "--builder", metavar="TOOL", help="docker, podman or buildah; by default the first of them that works here."
    )(function)


@command.command("build", epilog="Example: slipway image build seepp/test backend --context ../backend --release")
@_arguments
@click.option(
    "--context", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Directory to build in; this one."
)
@click.option("--file", type=click.Path(path_type=Path), help="Dockerfile; the context's.")
@click.option("--build-arg", "arguments", metavar="NAME=VALUE", multiple=True, help="For an ARG of the Dockerfile.")
@click.option("--tag", metavar="TAG", help="Instead of {env}-{hash}-{timestamp}.")
@_builder_option
@click.option("--release", "releases", is_flag=True, help="Then push it, release it, and wait until it runs.")
def build_command(
    project: Path,
    target: str,
    name: str,
    embedded: bool,
    json_file: str | None,
    quiet: bool,
    context: Path | None,
    file: Path | None,
    arguments: tuple[str, ...],
    tag: str | None,
    builder: str | None,
    releases: bool,
) -> int:
    """Build an image for NAME, a service or code-runner, with Docker, Podman or buildah.

    Its tag names the environment, the commit of the context, and the time. The code runner's function is built from the
    project's own lambda/Dockerfile.prod. Nothing goes to AWS without --release, which is `push` and `release` in one.
    """
    from generator.release import Silence, build
    from generator.release.builder import find_builder

    found, deployable = _found(project, target, name)
    what = build.building(found.project, deployable, context, file, arguments)
    tag = build.new_tag(deployable, what.context) if tag is None else build.checked_tag(deployable, tag)
    tool = find_builder(builder, quiet=quiet)
    aws = _ready_to_push(found, deployable, tag, embedded) if releases else None
    if not quiet:
        error_console().print(f"{tool.tool} builds {tag} from {what.file}:")
        if build.is_changed(what.context):
            error_console().print("[yellow]The context has changes that are not committed; the tag does not say so.[/]")
    with ShownProgress() as shown:
        build.build(tool, what, deployable, tag, Silence() if quiet else shown)
    if aws is not None:
        return _push(aws, tool, deployable, tag, json_file, quiet, releases=True)
    if json_file:
        write_json(_built(deployable, tag, tool), json_file)
    if json_file != "-":
        console().print(
            f"{build.name_here(deployable, tag)} is built. Push it: slipway image push {target} {name} {tag}"
        )
    return 0


@command.command("push", epilog="Example: slipway image push seepp/test backend test-3f2c1ab-20261120120000")
@_arguments
@click.argument("tag", metavar="TAG")
@_builder_option
def push_command(
    project: Path,
    target: str,
    name: str,
    embedded: bool,
    json_file: str | None,
    quiet: bool,
    tag: str,
    builder: str | None,
) -> int:
    """Push the image that `build` made for NAME under TAG: log in to the registry, and push it there.

    Works on the environment that `slipway up` brought up, if it is up; otherwise on AWS, with your credentials.
    """
    from generator.release import build
    from generator.release.builder import find_builder

    found, deployable = _found(project, target, name)
    tool = find_builder(builder, quiet=quiet)
    build.checked_tag(deployable, tag)
    aws = _ready_to_push(found, deployable, tag, embedded)
    return _push(aws, tool, deployable, tag, json_file, quiet, releases=False)


@command.command("release", epilog="Example: slipway image release seepp/test code-runner test-3f2c1ab-20261120T1200")
@_arguments
@click.argument("image", metavar="DIGEST|TAG")
def release_command(
    project: Path, target: str, name: str, image: str, embedded: bool, json_file: str | None, quiet: bool
) -> int:
    """Make NAME, a service or code-runner, run a pushed image, and wait until it does.

    The image is checked and tagged so that it never expires, the environment's parameter names it, and the service or
    the function follows. If it does not become healthy, the image before is put back (exit code 1).

    Works on the environment that `slipway up` brought up, if it is up; otherwise on AWS, with your credentials. Where
    nothing exists yet that could run the image, `terraform apply` makes it.
    """
    from generator.release import release

    def work(deployable: Deployable, clients: Clients, progress: Progress) -> Released:
        return release(deployable, clients, image, progress)

    return _carry_out(work, project, target, name, embedded, json_file, quiet)


@command.command("rollback", epilog="Example: slipway image rollback seepp/test backend")
@_arguments
@click.option("--to", metavar="DIGEST|TAG", help="The image to return to; by default the one released before.")
def rollback_command(
    project: Path, target: str, name: str, to: str | None, embedded: bool, json_file: str | None, quiet: bool
) -> int:
    """Make NAME run the image that was released before, as a release would.

    A second rollback goes one release further back.
    """
    from generator.release import rollback

    def work(deployable: Deployable, clients: Clients, progress: Progress) -> Released:
        return rollback(deployable, clients, to, progress)

    return _carry_out(work, project, target, name, embedded, json_file, quiet)


def _found(project: Path, target: str, name: str) -> tuple[Target, Deployable]:
    from generator.project import find_project, find_target
    from generator.release import find_deployable

    found = find_target(find_project(project), target)
    return found, find_deployable(found.environment, name)


def _ready_to_push(target: Target, deployable: Deployable, tag: str, embedded: bool) -> Aws:
    """Where the image goes. Raises AwsError without credentials or repository: now, and not after minutes of work."""
    from generator.release import aws_errors, build

    aws = _aws(target.project, target.name, target.environment.region, embedded)
    with aws_errors():
        build.is_pushed(aws.clients("ecr"), deployable, tag)
    return aws


def _push(
    aws: Aws, tool: Builder, deployable: Deployable, tag: str, json_file: str | None, quiet: bool, *, releases: bool
) -> int:
    from generator.release import Silence, aws_errors, build, release

    released = None
    try:
        with aws_errors(), ShownProgress() as shown:
            progress = Silence() if quiet else shown
            if not quiet:
                error_console().print(f"{deployable.label} in {aws.place}:")
            build.push(tool, aws.clients("ecr"), deployable, tag, aws.registry, progress)
            if releases:
                released = release(deployable, aws.clients, tag, progress)
    except KeyboardInterrupt:
        error_console().print(INTERRUPTED_PUSH.format(deployable=deployable, tag=tag))
        return 128 + signal.SIGINT
    if json_file:
        write_json(_built(deployable, tag, tool) | (released.to_json() | {"tag": tag} if released else {}), json_file)
    if json_file != "-":
        console().print(_told(deployable.label, released) if released else f"{deployable.repository} has {tag}.")
    return 0


def _built(deployable: Deployable, tag: str, tool: Builder) -> dict[str, Any]:
    environment = f"{deployable.system}/{deployable.environment}"
    return {"environment": environment, "name": deployable.name, "tag": tag, "builder": tool.tool}


def _carry_out(
    work: Callable[[Deployable, Clients, Progress], Released],
    project: Path,
    target: str,
    name: str,
    embedded: bool,
    json_file: str | None,
    quiet: bool,
) -> int:
    from generator.release import Silence, aws_errors

    found, deployable = _found(project, target, name)
    aws = _aws(found.project, target, found.environment.region, embedded)
    try:
        with aws_errors(), ShownProgress() as shown:
            if not quiet:
                error_console().print(f"{deployable.label} in {aws.place}:")
            released = work(deployable, aws.clients, Silence() if quiet else shown)
    except KeyboardInterrupt:
        error_console().print(INTERRUPTED)
        return 128 + signal.SIGINT
    if json_file:
        write_json({"environment": target, **released.to_json()}, json_file)
    if json_file != "-":
        console().print(_told(deployable.label, released))
    return 0


@dataclass(frozen=True)
class Aws:
    """The AWS that holds an environment: *place* is what it is called, *registry* the embedded one's address."""

    clients: Clients
    place: str
    registry: str = ""


def _aws(root: Path, target: str, region: str, embedded: bool) -> Aws:
    from generator.rehearsal.standing import find_standing, names_of_standing
    from generator.release import clients_of_region

    if embedded or target in names_of_standing(root):
        standing = find_standing(root, target)
        standing.aws()  # It may have ended by itself; this says so.
        return Aws(standing.client, f"the embedded AWS on port {standing.port}", f"127.0.0.1:{standing.port}")
    return Aws(clients_of_region(region), f"AWS, {region}")


def _told(what: str, released: Released) -> str:
    if not released.runs:
        return f"{released.image} is released for {what}. Nothing runs it yet: `terraform apply` makes what does."
    by = f"task definition {released.task_definition}" if released.task_definition else f"version {released.version}"
    return f"{what} runs {released.image} ({by})"


class ShownProgress:
    """Prints each step that is done; on a terminal also what AWS is at."""

    def __init__(self) -> None:
        self._console = error_console()
        self._status = self._console.status("") if self._console.is_terminal else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def done(self, step: str) -> None:
        """Print *step*."""
        if self._status is not None:
            self._status.stop()
        self._console.print(f"[green]✓[/] {step}")

    def waiting(self, reason: str) -> None:
        """Show *reason* until something else happens."""
        if self._status is not None:
            self._status.update(reason)
            self._status.start()
