"""Which provider source is taken, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import TerraformError
from generator.terraform.provider_mirror import find_provider_mirror

PLATFORM = "linux_amd64"
PROVIDER = "example/thing"


def unpacked(mirror: Path, version: str, platform: str = PLATFORM) -> Path:
    directory = mirror / "registry.terraform.io" / PROVIDER / version / platform
    directory.mkdir(parents=True)
    (directory / f"terraform-provider-thing_v{version}_x5").touch()
    return mirror


def packed(mirror: Path, version: str, platform: str = PLATFORM) -> Path:
    directory = mirror / "registry.terraform.io" / PROVIDER
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"terraform-provider-thing_{version}_{platform}.zip").touch()
    return mirror


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The user has nothing anywhere."""
    return {"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "share")}


def test_the_named_mirror_wins(tmp_path: Path, environment: dict[str, str]) -> None:
    unpacked(tmp_path / "home/.terraform.d/plugins", "5.100.0")
    named = unpacked(tmp_path / "named", "5.100.0")
    source = find_provider_mirror(
        PROVIDER, platform=PLATFORM, environment={**environment, "SLIPWAY_PROVIDER_MIRROR": str(named)}
    )
    assert source.plugin_dir == named
    assert source.describe() == f"provider 5.100.0 from {named}, linked (named by SLIPWAY_PROVIDER_MIRROR)"


@pytest.mark.parametrize(
    "place", ["home/.terraform.d/plugins", "home/.local/share/terraform/plugins", "share/terraform/plugins"]
)
def test_the_implied_directories_are_searched(tmp_path: Path, environment: dict[str, str], place: str) -> None:
    mirror = unpacked(tmp_path / place, "5.100.0")
    source = find_provider_mirror(PROVIDER, platform=PLATFORM, environment=environment)
    assert source.plugin_dir == mirror
    assert "implied" in source.describe()


def test_a_directory_without_a_usable_version_is_passed_over(tmp_path: Path, environment: dict[str, str]) -> None:
    unpacked(tmp_path / "home/.terraform.d/plugins", "4.67.0")
    mirror = unpacked(tmp_path / "share/terraform/plugins", "5.100.0")
    assert find_provider_mirror(PROVIDER, platform=PLATFORM, environment=environment).plugin_dir == mirror


def test_the_newest_usable_version_counts(tmp_path: Path, environment: dict[str, str]) -> None:
    mirror = tmp_path / "home/.terraform.d/plugins"
    for version in ("5.99.1", "5.100.0", "6.9.0", "6.10.0", "7.0.0-beta1", "7.0.0", "README"):
        unpacked(mirror, version)
    source = find_provider_mirror(PROVIDER, platform=PLATFORM, environment=environment)
    assert str(source.version) == "6.10.0"


def test_an_unpacked_mirror_needs_no_cache_and_a_packed_one_does(tmp_path: Path, environment: dict[str, str]) -> None:
    linked = find_provider_mirror(
        PROVIDER,
        platform=PLATFORM,
        environment={**environment, "SLIPWAY_PROVIDER_MIRROR": str(unpacked(tmp_path / "a", "5.100.0"))},
    )
    zipped = find_provider_mirror(
        PROVIDER,
        platform=PLATFORM,
        environment={**environment, "SLIPWAY_PROVIDER_MIRROR": str(packed(tmp_path / "b", "5.100.0"))},
    )
    assert linked.cache is None
    assert zipped.cache == tmp_path / "home/.cache/slipway/terraform-providers"
    assert "unpacked once" in zipped.describe()


def test_without_a_mirror_the_registry_is_used_with_a_private_cache(environment: dict[str, str]) -> None:
    source = find_provider_mirror(PROVIDER, platform=PLATFORM, environment={**environment, "XDG_CACHE_HOME": "/c"})
    assert (source.plugin_dir, source.version) == (None, None)
    assert source.cache == Path("/c/slipway/terraform-providers")
    assert "no local mirror found" in source.describe()


@pytest.mark.parametrize("version", ["5.99.9", "7.0.0", "7.1.0-rc1", "5.100.0-beta1"])
def test_a_named_mirror_without_a_usable_version_is_an_error(
    tmp_path: Path, environment: dict[str, str], version: str
) -> None:
    environment["SLIPWAY_PROVIDER_MIRROR"] = str(packed(unpacked(tmp_path / "m", version), version))
    with pytest.raises(
        TerraformError, match=r"holds no example/thing >= 5\.100\.0, < 7\.0\.0 for linux_amd64"
    ) as caught:
        find_provider_mirror(PROVIDER, platform=PLATFORM, environment=environment)
    assert "terraform providers mirror" in caught.value.cure


def test_a_named_mirror_for_another_platform_is_an_error(tmp_path: Path, environment: dict[str, str]) -> None:
    mirror = packed(unpacked(tmp_path / "m", "5.100.0", "darwin_arm64"), "5.100.0", "darwin_arm64")
    with pytest.raises(TerraformError, match="for linux_amd64"):
        find_provider_mirror(
            PROVIDER, platform=PLATFORM, environment={**environment, "SLIPWAY_PROVIDER_MIRROR": str(mirror)}
        )


def test_a_named_mirror_that_does_not_exist_is_an_error(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(TerraformError, match="not a directory"):
        find_provider_mirror(
            PROVIDER, platform=PLATFORM, environment={**environment, "SLIPWAY_PROVIDER_MIRROR": str(tmp_path / "no")}
        )
