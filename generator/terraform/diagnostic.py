"""Terraform's diagnostics: what it found, in which resource, at which place of which file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from generator.errors import Location


class _FromTerraform(BaseModel):
    # Terraform adds fields in minor versions: they are ignored.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Position(_FromTerraform):
    """A place in a file, counted from 1."""

    line: int
    column: int


class Range(_FromTerraform):
    """A file, relative to the directory terraform runs in, and where in it the finding starts."""

    filename: str
    start: Position


class Diagnostic(_FromTerraform):
    """One error or warning, as ``terraform validate -json`` and the ``-json`` event stream give it.

    Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic
    """

    severity: Literal["error", "warning", "unknown"]
    summary: str
    detail: str = ""
    address: str | None = None
    range: Range | None = None

    def location(self, directory: Path) -> Location | None:
        """Where the finding is; *directory* is the one that the file names are shown relative to."""
        if self.range is None:
            return None
        file = Path(os.path.normpath(directory / self.range.filename))
        return Location(file, self.range.start.line, self.range.start.column)
