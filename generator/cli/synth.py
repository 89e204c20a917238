"""`slipway synth`: manifests and module classes become modules/ and envs/."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.console import console


@click.command("synth", epilog="Example: slipway synth --check")
@click.option("--check", is_flag=True, help="Write nothing; show what would change and exit with 1 if anything would.")
@click.pass_obj
def command(project: Path, check: bool) -> int:
    """Write modules/ and envs/ from the module classes and the manifests."""
    from generator.project import find_project
    from generator.synthesis import differences, emit, write_files

    root = find_project(project)
    files = emit(root)
    if not check:
        changed = write_files(root, files)
        console().print(f"{len(files)} files, {len(changed)} written")
        return 0
    found = differences(root, files)
    for difference in found:
        click.echo(difference.diff or f"nothing emits {difference.file} any more")
    if found:
        console().print(
            f"[red]{len(found)} of {len(files)} files are not what their sources emit:[/] run `slipway synth`"
        )
        return 1
    console().print(f"{len(files)} files are true to their sources")
    return 0
