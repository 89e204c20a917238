"""Errors meant for a person: what happened, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Location:
    """A place in a file. *line* and *column* count from 1; None where only the file is known."""

    file: Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [str(self.file), *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


class SlipwayError(Exception):
    """Base of every error shown to a person without a traceback.

    *what* is one sentence, *where* the file and line it is about, *cure* what to do next.
    *exit_code* is 2 (the input or the machine is at fault); subclasses that report a finding use 1.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: Location | None = None, cure: str = "") -> None:
        self.what, self.where, self.cure = what, where, cure
        super().__init__(self.__str__())

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n  {self.cure}" if self.cure else "")


class ManifestError(SlipwayError):
    """A manifest that cannot be read, or that AWS or Slipway would refuse."""


class TerraformError(SlipwayError):
    """Terraform or its provider is missing, or a run of it failed."""


class EmbeddedAwsError(SlipwayError):
    """The embedded AWS cannot start, answer or stop."""


class RunnerError(SlipwayError):
    """The code runner cannot run programs safely here."""


class AwsError(SlipwayError):
    """AWS cannot be asked, refuses, or does not hold what it was asked about."""


class ReleaseError(SlipwayError):
    """A release that AWS began and did not finish."""

    exit_code = 1


class RehearsalError(SlipwayError):
    """An environment did not do in the rehearsal what it promises."""

    exit_code = 1


class OutOfDateError(SlipwayError):
    """Committed files differ from what their sources emit."""

    exit_code = 1
