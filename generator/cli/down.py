"""`slipway down`: takes down what `slipway up` left up."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console


@click.command("down", epilog="Example: slipway down seepp/test")
@click.argument("targets", nargs=-1, metavar="[SYSTEM/ENV]...")
@click.pass_obj
def command(project: Path, targets: tuple[str, ...]) -> None:
    """Stop the embedded AWS of environments that are up, with everything in it. Without a name: of all."""
    from generator.project import find_project
    from generator.rehearsal.standing import names_of_standing, take_down

    root = find_project(project)
    names = list(dict.fromkeys(targets)) or names_of_standing(root)
    for name in names:
        take_down(root, name)
        console().print(f"{name} is down")
    if not names:
        console().print("nothing is up")
