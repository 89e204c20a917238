"""`slipway policy`: the rules, one by one."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console, json_option, write_json

DIRECTORY = click.Path(file_okay=False, path_type=Path)
_rules = click.option(
    "--rules", "directory", type=DIRECTORY, help="A directory of the team's own rules, whose Python is executed."
)


@click.group("policy", epilog="Example: slipway policy show PLT-004")
def command() -> None:
    """List the rules of `slipway scan`, show one, write a new one."""


@command.command("list", epilog="Example: slipway policy list --severity critical")
@click.option("--severity", type=click.Choice(["critical", "high", "medium", "low"]), help="Only of this severity.")
@_rules
@json_option
def list_(severity: str | None, directory: Path | None, json_file: str | None) -> None:
    """List Slipway's rules, worst first, and the team's own."""
    from rich.table import Table

    from generator.policy.rules import all_rules

    rules = sorted(all_rules(directory), key=lambda rule: (rule.severity.rank, rule.id))
    chosen = [rule for rule in rules if severity in (None, str(rule.severity))]
    if json_file:
        fields = ("id", "title", "severity", "topic", "decidable", "document", "rationale", "remediation")
        write_json([{name: str(getattr(rule, name)) for name in fields} for rule in chosen], json_file)
    if json_file != "-":
        table = Table("id", "severity", "topic", "rule", box=None)
        for rule in chosen:
            table.add_row(rule.id, rule.severity, rule.topic, rule.title)
        console().print(table)


@command.command("show", epilog="Example: slipway policy show PLT-004")
@click.argument("rule_id", metavar="RULE")
@_rules
def show(rule_id: str, directory: Path | None) -> None:
    """Say what RULE asks, why, who says so, and what to do when it fails."""
    from generator.errors import SlipwayError
    from generator.policy.rules import all_rules
    from generator.systems.manifest.problems import one_of

    rules = {rule.id: rule for rule in all_rules(directory)}
    if rule_id not in rules:
        raise SlipwayError(f"there is no rule {rule_id}", cure=one_of(rule_id, rules))
    rule = rules[rule_id]
    console().print(f"[bold]{rule.id}[/]  {rule.title}  [dim]{rule.topic}[/]\n")
    console().print(f"{rule.rationale}\n", markup=False)
    console().print(f"Remedy: {rule.remediation}\n", markup=False, style="green")
    console().print(f"severity {rule.severity}, decidable on the {rule.decidable}; from {rule.document}", markup=False)


@command.command("new", epilog="Example: slipway policy new our_buckets --id TEAM-001 --rules policy")
@click.argument("name")
@click.option("--id", "identity", required=True, metavar="ID", help="Its id: letters, a hyphen, three digits.")
@click.option("--rules", "directory", type=DIRECTORY, default=Path("policy"), show_default=True, help="Where to write.")
def new(name: str, identity: str, directory: Path) -> None:
    """Write a rule NAME of the team's own, with a passing and a failing fixture and its test."""
    from generator.errors import SlipwayError
    from generator.policy.rule import ID
    from generator.policy.scaffold import new_rule

    if not ID.fullmatch(identity):
        raise SlipwayError(f"{identity} is no id of a rule", cure="Capital letters, a hyphen, digits: TEAM-001.")
    for file in new_rule(name, identity, directory):
        click.echo(file)
    console().print(f"Now run its test, and `slipway scan TARGET --rules {directory}`", markup=False)
