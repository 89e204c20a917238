"""`slipway scan`: policy of environments, directories of HCL, and anybody's plans."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console, error_console, json_option, quiet_option, write_json


@click.command("scan", epilog="Example: slipway scan seepp/prod --json report.json")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--policy", type=click.Path(path_type=Path), help="Read this policy.yaml, and not the one beside it.")
@click.option("--rehearse", is_flag=True, help="Apply environments to the embedded AWS, and scan the plan after that.")
@click.option("--without-checkov", is_flag=True, help="Try Slipway's own rules alone.")
@click.option("--verbose", "-v", is_flag=True, help="List everything that is undecided or accepted.")
@json_option
@quiet_option
@click.pass_obj
def command(
    project: Path,
    targets: tuple[str, ...],
    policy: Path | None,
    rehearse: bool,
    without_checkov: bool,
    verbose: bool,
    json_file: str | None,
    quiet: bool,
) -> int:
    """Try every rule on each TARGET, say what fails and why, and what cannot be decided yet.

    A TARGET is SYSTEM/ENV, a directory of HCL, a plan as `terraform show -json` writes it, or - for standard input.
    Exit code 1: a rule fails. Nothing of the scanned directory is executed, and no network is needed.
    """
    from datetime import UTC, datetime

    from generator.policy.planned import Planning
    from generator.policy.reports.as_json import as_json
    from generator.policy.reports.terminal import render
    from generator.policy.rules import platform_rules
    from generator.policy.scan import Scan
    from generator.policy.targets import read_targets
    from generator.terraform.progress import ProgressDisplay, SilentReporter

    chosen = read_targets(targets, project, policy)
    today = datetime.now(UTC).date()
    with ProgressDisplay(error_console()) as display:
        planning = Planning(project, (lambda _: SilentReporter()) if quiet else display.reporter)
        scan = Scan(platform_rules(), planning, today, checkov=not without_checkov, rehearse=rehearse)
        report = scan.run(chosen)
    if json_file:
        write_json(as_json(report), json_file)
    if json_file != "-":
        console().print(render(report, verbose=verbose))
    return 0 if report.passed else 1
