"""The command `slipway`."""

from __future__ import annotations

import shlex
import signal
import sys
from importlib import import_module
from pathlib import Path

import click

from generator.cli.console import error_console
from generator.errors import SlipwayError

# One file a command; imported when it is used, so that `--help` and small commands are quick.
COMMANDS = ("down", "image", "new", "plan", "policy", "rehearse", "run", "scan", "schema", "synth", "up")


class Commands(click.Group):
    """The commands of this folder."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"generator.cli.{name}").command
        return command


@click.command(
    cls=Commands,
    epilog="Example: slipway rehearse seepp/test",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The directory that holds envs/ and modules/; by default this one or the nearest above it.",
)
@click.version_option(package_name="slipway", prog_name="slipway")
@click.pass_context
def cli(context: click.Context, project: Path) -> None:
    """Terraform for platforms that run people's code on AWS: generated, tested, and proven by applying it."""
    context.obj = project


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 a finding, 2 wrong input, 130 interrupted."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line with *arguments* and return its exit code."""
    stdout = sys.stdout
    try:
        result = cli.main(arguments, prog_name="slipway", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SlipwayError as error:
        error_console().print(f"[bold red]error:[/] {_escaped(str(error))}", highlight=False, soft_wrap=True)
        return error.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        again = shlex.join(["slipway", *arguments])
        error_console().print(
            f"interrupted: nothing is left running. Start again: {_escaped(again)}", highlight=False, soft_wrap=True
        )
        return 128 + signal.SIGINT
    except SystemExit:
        # click exits with 1 when the reader of a pipe (`| head`) has enough, and replaces stdout; that is no finding.
        if sys.stdout is stdout:
            raise
        return 0


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


if __name__ == "__main__":
    main()
