"""`slipway up`: an environment that stays up on the embedded AWS."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console, error_console, quiet_option


@click.command("up", epilog="Example: slipway up seepp/test")
@click.argument("target", metavar="SYSTEM/ENV")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the embedded AWS; by default a free one.")
@quiet_option
@click.pass_obj
def command(project: Path, target: str, port: int | None, quiet: bool) -> None:
    """Start an embedded AWS, apply the environment, release its images, and leave it up until `slipway down`."""
    from generator.project import find_project, find_target
    from generator.rehearsal.standing import bring_up
    from generator.rehearsal.terraform_runs import Tools
    from generator.terraform.progress import ProgressDisplay, SilentReporter

    root = find_project(project)
    chosen = find_target(root, target)
    tools = Tools.find()
    if quiet:
        standing = bring_up(chosen, tools, lambda _: SilentReporter(), port)
    else:
        error_console().print(tools.describe())
        with ProgressDisplay(error_console()) as display:
            standing = bring_up(chosen, tools, display.reporter, port)
    console().print(f"{target} is up. Its AWS answers at {standing.endpoint_url}, account {standing.account_id}:\n")
    console().print(f"  export AWS_ENDPOINT_URL={standing.endpoint_url} AWS_ACCESS_KEY_ID={standing.account_id} \\")
    console().print(f"         AWS_SECRET_ACCESS_KEY=embedded AWS_REGION={chosen.environment.region}\n")
    for name, value in standing.outputs.items():
        console().print(f"  {name} = {value}")
    console().print(f"\nRun a program:  slipway run FILE --env {target}\nTake it down:   slipway down {target}")
