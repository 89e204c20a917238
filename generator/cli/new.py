"""`slipway new`: the files of something new, ready for its guards."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console


@click.group("new", epilog="Example: slipway new module queue")
def command() -> None:
    """Scaffold a module with its tests."""


@command.command("module", epilog="Example: slipway new module queue")
@click.argument("name")
@click.pass_obj
def module(project: Path, name: str) -> int:
    """Write the class, examples, plan tests and wrong values of the module NAME.

    What is written is a log group that passes every guard; make it what the module is to be, step by step.
    """
    from generator.project import find_project
    from generator.scaffold import new_module

    for file in new_module(find_project(project), name):
        click.echo(file)
    console().print("Now run `slipway synth`, then `python -m tests.plan.pages`, then the tests: tests/plan")
    return 0
