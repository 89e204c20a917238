"""`slipway plan`: what an apply to an empty account would make."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console, error_console, json_option, quiet_option, write_json


@click.command("plan", epilog="Example: slipway plan seepp/prod --json plan.json")
@click.argument("target", metavar="SYSTEM/ENV")
@click.option("--released", is_flag=True, help="As if images were released: services and functions are planned, too.")
@json_option
@quiet_option
@click.pass_obj
def command(project: Path, target: str, released: bool, json_file: str | None, quiet: bool) -> None:
    """Plan an environment on the embedded AWS and summarise it.

    SYSTEM/account plans what exists once an account. What runs an image is absent until one is released; --released
    shows it. The JSON is Terraform's own plan format, for policy scanners.
    """
    import tempfile

    from generator.embedded_aws import EmbeddedAws
    from generator.project import find_project, root_module
    from generator.rehearsal.rehearse import FIRST_ACCOUNT_ID
    from generator.rehearsal.terraform_runs import Stage, Tools
    from generator.terraform.plan_summary import render, summarise
    from generator.terraform.progress import ProgressDisplay, SilentReporter

    root = find_project(project)
    directory = root_module(root, target)
    tools = Tools.find()
    if not quiet:
        error_console().print(tools.describe())
    with (
        tempfile.TemporaryDirectory(prefix="slipway-plan-") as folder,
        EmbeddedAws.start() as aws,
        Stage(aws, tools, root, Path(folder), proxied=True, released=released) as stage,
        ProgressDisplay(error_console()) as display,
    ):
        reporter = SilentReporter() if quiet else display.reporter(target)
        terraform = stage.terraform(directory, str(FIRST_ACCOUNT_ID), reporter)
        terraform.init()
        file = Path(folder) / "plan"
        terraform.plan(out=file)
        plan = terraform.show_plan(file)
    if json_file:
        write_json(plan, json_file)
    if json_file != "-":
        console().print(render(summarise(plan)))
