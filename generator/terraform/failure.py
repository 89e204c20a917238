"""From terraform's diagnostics to an error that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import TerraformError
from generator.terraform.diagnostic import Diagnostic


@dataclass(frozen=True)
class _Cure:
    """What to do when a diagnostic holds one of *phrases* (compared without case)."""

    phrases: tuple[str, ...]
    cure: str


CURES = (
    _Cure(
        ("no space left on device", "disk quota exceeded", "file too large"),
        "Make room on the disk that holds the working copy, then run the command again.",
    ),
    _Cure(
        ("error acquiring the state lock",),
        "Another run holds the state. Wait for it to end; if none is running, `terraform force-unlock LOCK_ID`.",
    ),
    _Cure(
        ("failed to query available provider packages", "failed to install provider"),
        "Name a mirror that holds the provider in SLIPWAY_PROVIDER_MIRROR, or give access to registry.terraform.io.",
    ),
    _Cure(
        (
            "backend initialization required",
            "inconsistent dependency lock file",
            "missing required provider",
            "module not installed",
            "module source has changed",
        ),
        "Run `terraform init` first.",
    ),
    _Cure(
        (
            "no valid credential sources",
            "expiredtoken",
            "invalidclienttokenid",
            "unrecognizedclientexception",
            "security token included in the request is",
        ),
        "Give valid AWS credentials: environment variables, a profile, or a role.",
    ),
    _Cure(
        ("accessdenied", "unauthorizedoperation", "not authorized to perform"),
        "Allow the action in the policy of the role that runs Terraform.",
    ),
    _Cure(
        ("connection refused", "no such host"),
        "The AWS endpoint does not answer: check the network, or that the embedded AWS still runs.",
    ),
    _Cure(("deletion protection", "deletionprotection"), "Apply with `allow_destroy = true` first."),
)


# `terraform init` reports this beside the errors it announces.
HEADING = "Terraform encountered problems during initialisation"


class TerraformRunError(TerraformError):
    """A terraform command failed. *diagnostics* holds every error it reported, in its order."""

    def __init__(self, command: str, diagnostics: Sequence[Diagnostic], *, directory: Path, stderr: str = "") -> None:
        self.command = command
        self.diagnostics = tuple(found for found in diagnostics if not found.summary.startswith(HEADING)) or tuple(
            diagnostics
        )
        if len(self.diagnostics) == 1:
            found = self.diagnostics[0]
            what, where = f"terraform {command}: {_message(found)}", found.location(directory)
        else:
            what, where = _all_errors(command, self.diagnostics, directory, stderr), None
        super().__init__(what, where=where, cure=_cure(self.diagnostics, stderr))


class TerraformInterruptedError(TerraformError):
    """The run was stopped on request; the state holds what had been done until then."""

    exit_code = 130


def _all_errors(command: str, diagnostics: Sequence[Diagnostic], directory: Path, stderr: str) -> str:
    if not diagnostics:
        return f"terraform {command} failed without saying why. Its standard error:\n{_indent(stderr or '(empty)')}"
    lines = [f"terraform {command} found {len(diagnostics)} errors:"]
    for number, found in enumerate(diagnostics, start=1):
        where = found.location(directory)
        place = f"{where}: " if where else ""
        lines.append(_indent(f"{number}. {place}{_message(found)}"))
    return "\n".join(lines)


def _message(found: Diagnostic) -> str:
    subject = f"{found.address}: " if found.address else ""
    first = f"{subject}{' '.join(found.summary.split())}"
    detail = found.detail.strip()
    return f"{first}\n{_indent(detail)}" if detail else first


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.strip().splitlines())


def _cure(diagnostics: Sequence[Diagnostic], stderr: str) -> str:
    said = "\n".join([stderr, *(f"{found.summary}\n{found.detail}" for found in diagnostics)]).lower()
    # Terraform breaks the lines of what it writes to a terminal or a log.
    said = " ".join(said.split())
    return "\n  ".join(entry.cure for entry in CURES if any(phrase in said for phrase in entry.phrases))
