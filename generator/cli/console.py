"""Consoles: results go to standard output, progress and errors to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from generator.errors import Location, SlipwayError
from generator.files import replace_files


def console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def error_console() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def json_option(command: Any) -> Any:
    """The option ``--json FILE|-`` that several commands have."""
    return file_option("--json", "json_file", what="Write the result as JSON to FILE, or to standard output with -.")(
        command
    )


def file_option(*names: str, what: str) -> Callable[[Any], Any]:
    """An option that names a file to be written, checked before the work begins."""
    return click.option(*names, metavar="FILE", callback=_checked_target, help=what)


def quiet_option(command: Any) -> Any:
    """The option ``--quiet`` that long work has."""
    return click.option("--quiet", "-q", is_flag=True, help="Show no progress.")(command)


def write_json(value: object, target: str) -> None:
    """Write *value* to the file *target*, at once, or to standard output for ``-``."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    replace_files({Path(target): text})


def _checked_target(_: click.Context, __: click.Parameter, target: str | None) -> str | None:
    # Now, and not after minutes of work.
    if target is not None and target != "-":
        path = Path(target)
        if not path.parent.is_dir():
            raise SlipwayError(f"there is no directory {path.parent}", where=Location(path), cure="Make it first.")
        if path.is_dir():
            raise SlipwayError("is a directory", where=Location(path), cure="Name a file in it.")
    return target
