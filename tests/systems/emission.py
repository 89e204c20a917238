"""Emitting one root module of a manifest, and manifests in which single values are changed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from generator.hcl.writer import write
from generator.schema.prune import load
from generator.systems.account import AccountRoot
from generator.systems.environment import EnvironmentRoot
from generator.systems.manifest import Manifest, load_manifest
from generator.systems.readme import environment_readme
from generator.systems.root import Root
from generator.systems.workflows import system_workflows
from tests.systems.released import Pointer, pointers

ACCOUNT_ROOT = "account"
ABSENT = "(absent)"
"""What a changed value is when its key is taken away."""


@dataclass(frozen=True)
class Emitted:
    """A root module of *manifest*: an environment's, or the account's."""

    manifest: Manifest
    root: Root

    @property
    def region(self) -> str:
        return self.root.region

    @cached_property
    def released(self) -> tuple[Pointer, ...]:
        """The parameters that name its images once everything was released."""
        return tuple(pointers(self.root.environment)) if isinstance(self.root, EnvironmentRoot) else ()

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """Terraform's JSON of it, by kind and name of the block."""
        return self.root.configuration()

    @cached_property
    def files(self) -> dict[str, str]:
        """The text of each .tf file."""
        return dict(write(self.root, load(), ""))

    @cached_property
    def texts(self) -> dict[str, str]:
        """The README of an environment, and the system's workflows by their file's name."""
        texts = {Path(path).name: text for path, text in system_workflows(self.manifest, "")}
        if isinstance(self.root, EnvironmentRoot):
            texts["README.md"] = environment_readme(self.root.environment, self.root, "")
        return texts


def emit(manifest: Path, root: str) -> Emitted:
    """Emit *root*, the name of an environment or ACCOUNT_ROOT. Raises ManifestError when the manifest is wrong."""
    loaded = load_manifest(manifest)
    if root == ACCOUNT_ROOT:
        return Emitted(loaded, AccountRoot(loaded.account))
    return Emitted(loaded, EnvironmentRoot(loaded.resolve(root)))


def changed(manifest: Path, values: Mapping[str, Any]) -> str:
    """The text of *manifest* with other *values* by dotted path; ABSENT takes a key away.

    What the manifest leaves to a default gets its key, and the maps around it.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    tree = yaml.load(manifest.read_text(encoding="utf-8"))
    for path, value in values.items():
        _put(tree, path.split("."), value)
    text = io.StringIO()
    yaml.dump(tree, text)
    return text.getvalue()


def _put(tree: Any, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        if not isinstance(tree.get(part), dict):
            tree[part] = {}
        tree = tree[part]
    if value == ABSENT:
        del tree[path[-1]]
    else:
        tree[path[-1]] = value
