"""`slipway scan`: policy of environments, directories of HCL, and anybody's plans."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console, error_console, json_option, quiet_option, write_json


@click.command("scan", epilog="Example: slipway scan seepp/prod --json report.json")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--policy", type=click.Path(path_type=Path), help="Read this policy.yaml, and not the one beside it.")
@click.option(
    "--source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The HCL that a plan was made of: findings then have files and lines.",
)
@click.option("--environment", metavar="NAME", help="The environment whose tables and exemptions a plan is held to.")
@click.option("--rehearse", is_flag=True, help="Apply environments to the embedded AWS, and scan the plan after that.")
@click.option("--sarif", "sarif_file", metavar="FILE", help="Write SARIF 2.1.0, for GitHub's code scanning.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write JUnit's XML, for a build server.")
@click.option("--markdown", "markdown_file", metavar="FILE", help="Write a comment for a pull request.")
@click.option(
    "--rules",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Try the team's own rules in DIR as well. Their Python is executed: name no directory of strangers.",
)
@click.option("--without-checkov", is_flag=True, help="Try Slipway's own rules alone.")
@click.option("--verbose", "-v", is_flag=True, help="List everything that is undecided or accepted.")
@json_option
@quiet_option
@click.pass_obj
def command(
    project: Path,
    targets: tuple[str, ...],
    policy: Path | None,
    source: Path | None,
    environment: str | None,
    rehearse: bool,
    sarif_file: str | None,
    junit_file: str | None,
    markdown_file: str | None,
    directory: Path | None,
    without_checkov: bool,
    verbose: bool,
    json_file: str | None,
    quiet: bool,
) -> int:
    """Try every rule on each TARGET, say what fails and why, and what cannot be decided yet.

    A TARGET is SYSTEM/ENV, a directory of HCL, a plan as `terraform show -json` writes it, or - for standard input.
    SYSTEM/ENV is planned: terraform runs in it. Of a directory and of a plan nothing is executed, and no network is
    needed. Exit code 1: a rule fails.
    """
    from datetime import UTC, datetime

    from generator.files import replace_files
    from generator.policy.planned import Planning
    from generator.policy.reports.as_json import as_json
    from generator.policy.reports.junit import as_junit
    from generator.policy.reports.markdown import as_markdown
    from generator.policy.reports.sarif import as_sarif
    from generator.policy.reports.terminal import render
    from generator.policy.rules import all_rules
    from generator.policy.scan import Scan
    from generator.policy.targets import read_targets
    from generator.terraform.progress import ProgressDisplay, SilentReporter

    chosen = read_targets(targets, project, policy, environment, source)
    rules = all_rules(directory)
    today = datetime.now(UTC).date()
    with ProgressDisplay(error_console()) as display:
        planning = Planning(project, (lambda _: SilentReporter()) if quiet else display.reporter)
        scan = Scan(rules, planning, today, checkov=not without_checkov, rehearse=rehearse)
        report = scan.run(chosen)
    if sarif_file:
        write_json(as_sarif(report, rules, Path()), sarif_file)
    if junit_file:
        replace_files({Path(junit_file): as_junit(report)})
    if markdown_file:
        replace_files({Path(markdown_file): as_markdown(report)})
    if json_file:
        write_json(as_json(report), json_file)
    if json_file != "-":
        console().print(render(report, verbose=verbose))
    return 0 if report.passed else 1
