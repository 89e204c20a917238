"""A provider is on disk once, however many working directories use it.

`terraform init` reads and hashes a provider without running it, so a small file stands in for the 700 MB one.
"""

from __future__ import annotations

import os
import threading
import zipfile
from pathlib import Path

import pytest

from generator.terraform.binary import TerraformBinary
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import ProviderSource, find_provider_mirror

CONFIGURATION = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
"""
PROVIDER = "registry.terraform.io/hashicorp/aws"


def unpacked(mirror: Path, platform: str) -> Path:
    directory = mirror / PROVIDER / "5.100.0" / platform
    directory.mkdir(parents=True)
    file = directory / "terraform-provider-aws_v5.100.0_x5"
    file.write_text("provider")
    file.chmod(0o755)
    return mirror


def packed(mirror: Path, platform: str) -> Path:
    directory = mirror / PROVIDER
    directory.mkdir(parents=True)
    with zipfile.ZipFile(directory / f"terraform-provider-aws_5.100.0_{platform}.zip", "w") as archive:
        entry = zipfile.ZipInfo("terraform-provider-aws_v5.100.0_x5")
        entry.external_attr = 0o100755 << 16
        archive.writestr(entry, "provider")
    return mirror


def initialise(directory: Path, source: ProviderSource, binary: TerraformBinary, **variables: str) -> Path:
    """Where the provider of a new working directory really lies."""
    directory.mkdir()
    (directory / "main.tf").write_text(CONFIGURATION)
    environment = child_environment({**os.environ, **variables}, source)
    Terraform(directory, binary=binary, provider_source=source, environment=environment).init()
    [provider] = (directory / ".terraform/providers" / PROVIDER).glob("*/*/terraform-provider-aws_*")
    return provider.resolve()


def source_of(mirror: Path, binary: TerraformBinary, tmp_path: Path) -> ProviderSource:
    variables = {"HOME": str(tmp_path / "home"), "SLIPWAY_PROVIDER_MIRROR": str(mirror)}
    return find_provider_mirror(platform=binary.platform, environment=variables)


def test_an_unpacked_mirror_is_linked(tmp_path: Path, binary: TerraformBinary) -> None:
    source = source_of(unpacked(tmp_path / "mirror", binary.platform), binary, tmp_path)
    for name in ("one", "two"):
        assert initialise(tmp_path / name, source, binary).is_relative_to(tmp_path / "mirror")


def test_a_cache_of_the_user_does_not_turn_the_link_into_a_copy(tmp_path: Path, binary: TerraformBinary) -> None:
    source = source_of(unpacked(tmp_path / "mirror", binary.platform), binary, tmp_path)
    (tmp_path / "users").mkdir()
    provider = initialise(tmp_path / "one", source, binary, TF_PLUGIN_CACHE_DIR=str(tmp_path / "users"))
    assert provider.is_relative_to(tmp_path / "mirror")


def test_a_packed_mirror_is_unpacked_once(tmp_path: Path, binary: TerraformBinary) -> None:
    source = source_of(packed(tmp_path / "mirror", binary.platform), binary, tmp_path)
    first = initialise(tmp_path / "one", source, binary)
    before = first.stat()
    second = initialise(tmp_path / "two", source, binary)
    assert first == second
    assert first.is_relative_to(tmp_path / "home/.cache/slipway")
    assert (second.stat().st_ino, second.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_terraform_downloads_is_kept_in_the_cache(tmp_path: Path, binary: TerraformBinary) -> None:
    # Terraform's own settings decide where the provider comes from here: zip files stand in for the registry's.
    settings = tmp_path / "settings.tfrc"
    mirror = packed(tmp_path / "mirror", binary.platform)
    settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    source = ProviderSource(None, tmp_path / "cache", None, "test")
    providers = {
        initialise(tmp_path / name, source, binary, TF_CLI_CONFIG_FILE=str(settings)) for name in ("one", "two")
    }
    [provider] = providers
    assert provider.is_relative_to(tmp_path / "cache")


def test_runs_that_start_at_once_share_the_cache(tmp_path: Path, binary: TerraformBinary) -> None:
    source = source_of(packed(tmp_path / "mirror", binary.platform), binary, tmp_path)
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda n=number: found.append(initialise(tmp_path / f"run{n}", source, binary)))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.parametrize("layout", [packed, unpacked])
def test_a_mirror_in_an_implied_directory_is_used(tmp_path: Path, binary: TerraformBinary, layout: object) -> None:
    assert callable(layout)
    layout(tmp_path / "home/.terraform.d/plugins", binary.platform)
    source = find_provider_mirror(platform=binary.platform, environment={"HOME": str(tmp_path / "home")})
    assert initialise(tmp_path / "one", source, binary).read_text() == "provider"
