"""The provider's executable file, from wherever `terraform init` would take it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from generator.errors import TerraformError
from generator.terraform.binary import TerraformBinary
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import AT_LEAST, BELOW, REGISTRY, ProviderSource


def find_provider_binary(
    source: ProviderSource, terraform: TerraformBinary, *, provider: str = "hashicorp/aws"
) -> Path:
    """The executable of *provider*: in an unpacked mirror, else where `terraform init` unpacks it.

    Raises TerraformError when there is none.
    """
    if source.plugin_dir is not None and source.cache is None:
        folder = source.plugin_dir / REGISTRY / provider / str(source.version) / terraform.platform
        return _executable(folder, provider)
    with tempfile.TemporaryDirectory(prefix="slipway-provider-") as name:
        workspace = Path(name)
        (workspace / "main.tf").write_text(_configuration(provider), encoding="utf-8")
        environment = child_environment(os.environ, source)
        Terraform(workspace, binary=terraform, provider_source=source, environment=environment).init()
        installed = workspace / ".terraform/providers" / REGISTRY / provider
        # Links into the cache, which outlives this workspace.
        return _executable(installed, provider, f"*/{terraform.platform}/").resolve()


def _executable(folder: Path, provider: str, below: str = "") -> Path:
    found = sorted(folder.glob(f"{below}terraform-provider-{provider.rpartition('/')[2]}_*"))
    if not found:
        raise TerraformError(
            f"{folder} holds no executable of {provider}.", cure="Make the mirror again: `terraform providers mirror`."
        )
    return found[0]


def _configuration(provider: str) -> str:
    name = provider.rpartition("/")[2]
    return (
        f'terraform {{\n  required_providers {{\n    {name} = {{\n      source  = "{provider}"\n'
        f'      version = ">= {AT_LEAST}, < {BELOW}"\n    }}\n  }}\n}}\n'
    )
