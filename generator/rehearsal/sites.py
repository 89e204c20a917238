"""Connecting static sites to their repositories, which operators do outside Terraform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from generator.systems.manifest import Environment

REPOSITORY = "https://github.com/example"


def connect_sites(environment: Environment, client: Callable[[str], Any], outputs: Mapping[str, Any]) -> None:
    """Give the Amplify app of each site a repository, as its operator does with a token of GitHub's."""
    for name in environment.hosting:
        app_id = outputs[f"site_{_label(name)}_app_id"]
        client("amplify").update_app(appId=app_id, repository=f"{REPOSITORY}/{name}", accessToken="a-token-of-github")


def connected(environment: Environment) -> dict[str, bool]:
    """The operator's variables once the sites are connected."""
    return {f"site_{_label(name)}_repository_connected": True for name in environment.hosting}


def _label(name: str) -> str:
    return name.replace("-", "_")
