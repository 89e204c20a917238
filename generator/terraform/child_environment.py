"""The environment variables that terraform and its provider are started with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.terraform.provider_mirror import ProviderSource

# What a shell may hold for another use of Terraform and what would change these runs: logging, flags added to every
# command, another data directory or workspace, providers attached by a debugger, and the operator's provider cache
# (with one, an unpacked mirror is copied instead of linked).
DROPPED_PREFIXES = ("TF_LOG", "TF_CLI_ARGS")
DROPPED = {"TF_DATA_DIR", "TF_INPUT", "TF_PLUGIN_CACHE_DIR", "TF_REATTACH_PROVIDERS", "TF_WORKSPACE"}


def child_environment(
    base: Mapping[str, str], provider_source: ProviderSource, *, embedded: Mapping[str, str] | None = None
) -> dict[str, str]:
    """*base* (usually ``os.environ``) made fit for terraform; *base* itself is not changed.

    *embedded* holds the AWS_* variables of the embedded AWS: every other AWS_* variable is dropped then, so that no
    profile, session token or CA bundle of the operator's reaches a run that must not touch a real account. Without
    it the operator's credentials stay. TF_VAR_* variables stay in both cases.
    """
    result = {name: value for name, value in without_broken_configuration(base).items() if not _is_dropped(name)}
    if embedded is not None:
        result = {name: value for name, value in result.items() if not name.startswith("AWS_")}
        # Without it the provider asks the instance metadata address of the machine it runs on.
        result["AWS_EC2_METADATA_DISABLED"] = "true"
        result.update(embedded)
    result["CHECKPOINT_DISABLE"] = "1"
    result["TF_IN_AUTOMATION"] = "1"
    if provider_source.cache is not None:
        result["TF_PLUGIN_CACHE_DIR"] = str(provider_source.cache)
        # A fresh working copy has no lock file, and without this terraform then installs anew over the shared cache
        # while other runs execute from it.
        result["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "1"
    return result


def without_broken_configuration(base: Mapping[str, str]) -> dict[str, str]:
    """*base* without a TF_CLI_CONFIG_FILE that names no file: terraform would warn in each of its outputs."""
    result = dict(base)
    named = result.get("TF_CLI_CONFIG_FILE")
    if named is not None and not Path(named).is_file():
        del result["TF_CLI_CONFIG_FILE"]
    return result


def _is_dropped(name: str) -> bool:
    return name in DROPPED or name.startswith(DROPPED_PREFIXES)
