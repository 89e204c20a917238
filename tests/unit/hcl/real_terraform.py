"""The real terraform as the judge of what was written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.terraform.binary import TerraformBinary
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import ProviderSource, find_provider_mirror

NO_PROVIDER = ProviderSource(None, None, None, "the configuration needs no provider")


def place(directory: Path, files: Mapping[str, str]) -> Path:
    """Write *files* into *directory*."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8", newline="")
    return directory


def terraform_in(directory: Path, binary: TerraformBinary, *, with_provider: bool = False) -> Terraform:
    """Terraform in *directory*; *with_provider* finds the AWS provider, which `init` then links."""
    source = find_provider_mirror(platform=binary.platform) if with_provider else NO_PROVIDER
    environment = child_environment(os.environ, source)
    return Terraform(directory, binary=binary, provider_source=source, environment=environment)


def planned_outputs(directory: Path, binary: TerraformBinary) -> dict[str, Any]:
    """The values of the outputs of a configuration that needs no provider and no `init`."""
    terraform = terraform_in(directory, binary)
    terraform.plan(out=directory / "plan")
    plan = terraform.show_plan(directory / "plan")
    return {name: output.get("value") for name, output in plan["planned_values"].get("outputs", {}).items()}
