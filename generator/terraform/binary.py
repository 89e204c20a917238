"""Find the terraform binary and check that it is recent enough."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.errors import TerraformError
from generator.terraform.child_environment import without_broken_configuration
from generator.terraform.versions import Version

VARIABLE = "SLIPWAY_TERRAFORM"
MINIMUM = Version(1, 11, 0)
INSTALL = f"Install Terraform {MINIMUM.major}.{MINIMUM.minor} or newer and put it on PATH, or name it in {VARIABLE}."


@dataclass(frozen=True)
class TerraformBinary:
    """A terraform executable. *platform* is Terraform's OS_ARCH, for example ``linux_amd64``."""

    path: Path
    version: Version
    platform: str


def find_terraform(environment: Mapping[str, str] | None = None) -> TerraformBinary:
    """The binary named by SLIPWAY_TERRAFORM, else the first ``terraform`` on PATH.

    *environment* is ``os.environ`` when not given. Raises TerraformError when there is none, when it cannot be
    run, or when it is older than 1.11 (write-only arguments and the S3 lock file need that version).
    """
    variables = os.environ if environment is None else environment
    path = _locate(variables)
    answer = _ask_version(path, variables)
    try:
        version = Version.parse(answer["terraform_version"])
        platform = answer["platform"]
    except (KeyError, TypeError, ValueError) as error:
        raise TerraformError(f"{path} did not say which version of Terraform it is.", cure=INSTALL) from error
    if version < MINIMUM:
        raise TerraformError(f"{path} is Terraform {version}, older than {MINIMUM}.", cure=INSTALL)
    return TerraformBinary(path, version, platform)


def _locate(environment: Mapping[str, str]) -> Path:
    named = environment.get(VARIABLE)
    if named:
        found = shutil.which(named, path=environment.get("PATH", os.defpath))
        if found is None:
            raise TerraformError(f"{VARIABLE} names {named}, which is not an executable file.", cure=INSTALL)
        return Path(found).absolute()
    found = shutil.which("terraform", path=environment.get("PATH", os.defpath))
    if found is None:
        raise TerraformError("Terraform is not installed: no terraform on PATH.", cure=INSTALL)
    return Path(found).absolute()


def _ask_version(path: Path, environment: Mapping[str, str]) -> dict[str, str]:
    clean = {**without_broken_configuration(environment), "CHECKPOINT_DISABLE": "1"}
    try:
        done = subprocess.run(
            [str(path), "version", "-json"],
            capture_output=True,
            check=True,
            env=clean,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
        answer = json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip() or f"exit code {error.returncode}"
        raise TerraformError(f"{path} does not run: {said}", cure=INSTALL) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TerraformError(f"{path} does not run: {error}", cure=INSTALL) from error
    except ValueError as error:
        raise TerraformError(f"{path} is not Terraform: it did not answer `version -json`.", cure=INSTALL) from error
    return answer if isinstance(answer, dict) else {}
