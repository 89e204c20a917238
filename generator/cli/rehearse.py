"""`slipway rehearse`: whole lives of environments on the embedded AWS."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console, error_console, json_option, quiet_option, write_json


@click.command("rehearse", epilog="Example: slipway rehearse seepp/test --json report.json")
@click.argument("targets", nargs=-1, metavar="[SYSTEM/ENV]...")
@json_option
@quiet_option
@click.pass_obj
def command(project: Path, targets: tuple[str, ...], json_file: str | None, quiet: bool) -> int:
    """Apply environments as an operator would, ask AWS what was promised, run a program, destroy, count what is left.

    Without a name it rehearses every environment, side by side. Exit code 1: something does not hold.
    """
    from generator.project import all_targets, find_project, find_target
    from generator.rehearsal.rehearse import rehearse
    from generator.rehearsal.summary import as_json, render
    from generator.rehearsal.terraform_runs import Tools
    from generator.terraform.progress import ProgressDisplay, SilentReporter

    root = find_project(project)
    chosen = [find_target(root, name) for name in dict.fromkeys(targets)] if targets else all_targets(root)
    tools = Tools.find()
    if quiet:
        result = rehearse(chosen, tools, lambda _: SilentReporter())
    else:
        error_console().print(tools.describe())
        with ProgressDisplay(error_console()) as display:
            result = rehearse(chosen, tools, display.reporter)
    if json_file:
        write_json(as_json(result), json_file)
    if json_file != "-":
        console().print(render(result))
    return 0 if result.passed else 1
