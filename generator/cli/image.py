"""`slipway image`: which image runs."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from generator.cli.console import console, error_console, json_option, quiet_option, write_json

if TYPE_CHECKING:
    from generator.release import Clients, Deployable, Progress, Released

INTERRUPTED = "interrupted: what AWS has begun goes on there; repeat the command to finish it"


@click.group("image", epilog="Example: slipway image release seepp/test backend test-3f2c1ab-20261120T1200")
def command() -> None:
    """Release images to the services and the code runner of an environment, and roll them back.

    Terraform does not notice: a plan afterwards is empty.
    """


def _arguments(function: Any) -> Any:
    """What the commands have in common."""
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


def _carry_out(
    work: Callable[[Deployable, Clients, Progress], Released],
    project: Path,
    target: str,
    name: str,
    embedded: bool,
    json_file: str | None,
    quiet: bool,
) -> int:
    from generator.project import find_project, find_target
    from generator.release import Silence, aws_errors, find_deployable

    root = find_project(project)
    environment = find_target(root, target).environment
    deployable = find_deployable(environment, name)
    clients, place = _aws(root, target, environment.region, embedded)
    try:
        with aws_errors(), ShownProgress() as shown:
            if not quiet:
                error_console().print(f"{deployable.label} in {place}:")
            released = work(deployable, clients, Silence() if quiet else shown)
    except KeyboardInterrupt:
        error_console().print(INTERRUPTED)
        return 128 + signal.SIGINT
    if json_file:
        write_json({"environment": target, **released.to_json()}, json_file)
    if json_file != "-":
        console().print(_told(deployable.label, released))
    return 0


def _aws(root: Path, target: str, region: str, embedded: bool) -> tuple[Clients, str]:
    """Clients of the AWS that holds *target*, and what it is called."""
    from generator.rehearsal.standing import find_standing, names_of_standing
    from generator.release import clients_of_region

    if embedded or target in names_of_standing(root):
        standing = find_standing(root, target)
        standing.aws()  # It may have ended by itself; this says so.
        return standing.client, f"the embedded AWS on port {standing.port}"
    return clients_of_region(region), f"AWS, {region}"


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
