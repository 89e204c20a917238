"""`slipway schema`: the JSON Schema of the manifest."""

from __future__ import annotations

import click


@click.command("schema", epilog="Example: slipway schema > system.schema.json")
def command() -> None:
    """Print the JSON Schema of system.yaml, for editors.

    A manifest names it in its first line, and editors complete its keys:

        # yaml-language-server: $schema=../system.schema.json
    """
    from generator.systems.manifest import schema_text

    click.echo(schema_text(), nl=False)
