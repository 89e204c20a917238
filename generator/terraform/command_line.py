"""Terraform command lines, built by python-terraform.

python-terraform's own runner cannot set the child's environment nor stream its output, so only its option
conventions are used: IsFlagged for a bare flag, bool for ``=true``, a dictionary for variables in a private file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_terraform import IsFlagged
from python_terraform import Terraform as PythonTerraform

FLAG = IsFlagged


@dataclass(frozen=True)
class CommandLine:
    """The words of a command, and the private file that its variables are in (None when it has none)."""

    words: tuple[str, ...]
    variables_file: str | None


@contextmanager
def command_line(
    binary: Path, subcommand: str, *arguments: str, variables: Mapping[str, Any] | None = None, **options: Any
) -> Iterator[CommandLine]:
    """One terraform command; the file that holds *variables* exists inside the context only.

    Option names use underscores; a None value leaves the option out. Raises OSError when the file cannot be written.
    """
    # The constructor reads the state file it is told of; none is wanted, and this name exists nowhere.
    terraform = PythonTerraform(terraform_bin_path=str(binary), state="not-read.tfstate")
    try:
        if variables:
            options["var"] = dict(variables)
        words = terraform.generate_cmd_string(subcommand, *arguments, **options)
        files = terraform.temp_var_files.files
        yield CommandLine(tuple(words), files[0].name if files else None)
    finally:
        terraform.temp_var_files.clean_up()
