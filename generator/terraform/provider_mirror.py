"""Find a local copy of a provider, so that no run downloads 700 MB and no workspace holds its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.errors import TerraformError
from generator.terraform.versions import Version

VARIABLE = "SLIPWAY_PROVIDER_MIRROR"
REGISTRY = "registry.terraform.io"
AT_LEAST, BELOW = Version(5, 100, 0), Version(7, 0, 0)


@dataclass(frozen=True)
class ProviderSource:
    """Where ``terraform init`` takes the provider from.

    *plugin_dir* is a mirror in Terraform's directory layout, None for the registry. *cache* is Slipway's own
    plugin cache, used where terraform would otherwise unpack the provider into each working directory: for the
    registry and for a mirror of zip files. An unpacked mirror is linked and needs none. *version* is the newest
    usable one in the mirror, *reason* says why this source was taken.
    """

    plugin_dir: Path | None
    cache: Path | None
    version: Version | None
    reason: str

    def describe(self) -> str:
        """One line for a person: which source, which version, why."""
        if self.plugin_dir is None:
            return f"provider from {REGISTRY}, cached in {self.cache} ({self.reason})"
        kept = f", unpacked once in {self.cache}" if self.cache else ", linked"
        return f"provider {self.version} from {self.plugin_dir}{kept} ({self.reason})"


@dataclass(frozen=True)
class _Package:
    version: Version
    unpacked: bool


def find_provider_mirror(
    provider: str = "hashicorp/aws", *, platform: str, environment: Mapping[str, str] | None = None
) -> ProviderSource:
    """The first usable of: SLIPWAY_PROVIDER_MIRROR, Terraform's implied mirror directories, a mirror one level below
    /opt, the registry.

    Usable is a version in ``>= 5.100.0, < 7.0.0`` for *platform* (``TerraformBinary.platform``), unpacked or as a
    zip file. Raises TerraformError when SLIPWAY_PROVIDER_MIRROR is set and not usable: a named mirror is never
    silently replaced by the network.
    Source: https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    variables = os.environ if environment is None else environment
    cache = _cache_directory(variables)
    named = variables.get(VARIABLE)
    if named:
        return _named_mirror(Path(named).absolute(), provider, platform, cache)
    for directory, reason in _candidates(variables, provider):
        package = _newest(directory, provider, platform)
        if package is not None:
            return _source(directory, package, cache, reason)
    return ProviderSource(None, cache, None, "no local mirror found")


def _named_mirror(directory: Path, provider: str, platform: str, cache: Path) -> ProviderSource:
    if not directory.is_dir():
        raise TerraformError(f"{VARIABLE} names {directory}, which is not a directory.", cure=_layout_cure(provider))
    package = _newest(directory, provider, platform)
    if package is None:
        raise TerraformError(
            f"{VARIABLE} names {directory}, which holds no {provider} >= {AT_LEAST}, < {BELOW} for {platform}.",
            cure=_layout_cure(provider),
        )
    return _source(directory, package, cache, f"named by {VARIABLE}")


def _layout_cure(provider: str) -> str:
    return (
        f"A mirror holds {REGISTRY}/{provider}/VERSION/OS_ARCH/ or zip files: `terraform providers mirror DIR`. "
        f"Unset {VARIABLE} to search the usual places and the registry."
    )


def _source(directory: Path, package: _Package, cache: Path, reason: str) -> ProviderSource:
    return ProviderSource(directory, None if package.unpacked else cache, package.version, reason)


def _candidates(environment: Mapping[str, str], provider: str) -> Iterator[tuple[Path, str]]:
    home = Path(environment.get("HOME") or Path.home())
    implied = "one of Terraform's implied mirror directories"
    yield home / ".terraform.d/plugins", implied
    yield Path(environment.get("XDG_DATA_HOME") or home / ".local/share") / "terraform/plugins", implied
    for directory in (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        if directory:
            yield Path(directory) / "terraform/plugins", implied
    for found in sorted(Path("/opt").glob(f"*/{REGISTRY}/{provider}")):
        yield found.parents[2], "found below /opt"


def _newest(mirror: Path, provider: str, platform: str) -> _Package | None:
    packages = _packages(mirror / REGISTRY / provider, provider, platform)
    usable = [package for package in packages if _is_usable(package.version)]
    # Of one version in both layouts Terraform would find both; the unpacked one is counted, since it can be linked.
    return max(usable, key=lambda package: (package.version.sort_key, package.unpacked), default=None)


def _is_usable(version: Version) -> bool:
    # Terraform's version constraints never choose a pre-release.
    return not version.pre_release and not version < AT_LEAST and version < BELOW


def _packages(directory: Path, provider: str, platform: str) -> Iterator[_Package]:
    name = provider.rpartition("/")[2]
    zip_name = re.compile(rf"terraform-provider-{re.escape(name)}_(.+)_{re.escape(platform)}\.zip")
    try:
        entries = sorted(directory.iterdir()) if directory.is_dir() else []
    except OSError:
        # An unreadable directory is as good as none: the search goes on to the next place.
        return
    for entry in entries:
        packed = zip_name.fullmatch(entry.name)
        if packed is not None and entry.is_file():
            yield from _package(packed[1], unpacked=False)
        elif any((entry / platform).glob(f"terraform-provider-{name}_*")):
            yield from _package(entry.name, unpacked=True)


def _package(version: str, *, unpacked: bool) -> Iterator[_Package]:
    try:
        yield _Package(Version.parse(version), unpacked)
    except ValueError:
        return


def _cache_directory(environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("HOME") or Path.home())
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "slipway" / "terraform-providers"
