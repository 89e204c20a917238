"""Small helpers for the arguments of module calls."""

from __future__ import annotations

from collections.abc import Mapping


def architecture(platform: str) -> str:
    """The CPU architecture of a manifest's platform, as ECS writes it."""
    return "ARM64" if platform == "linux/arm64" else "X86_64"


def given(inputs: Mapping[str, object]) -> dict[str, object]:
    """*inputs* without what is None: the module's default stands."""
    return {name: value for name, value in inputs.items() if value is not None}


def identifier(name: str) -> str:
    """A Terraform label for a name of the manifest."""
    return name.replace("-", "_")


def volume_name(path: str) -> str:
    """The name of the volume for a writable path: /var/run becomes var-run."""
    return path.strip("/").replace("/", "-").replace(".", "-").replace("_", "-")
