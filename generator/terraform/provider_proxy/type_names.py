"""The names of a provider's types in a configuration, its modules included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.errors import Location, TerraformError
from generator.terraform.configuration import read_blocks
from generator.terraform.storage import storage_errors

# Everything that Terraform reads types from: the configuration, its tests, and the state (what was applied and is no
# longer configured is planned to be destroyed).
PATTERNS = ("*.tf", "*.tf.json", "*.tftest.hcl", "*.tftest.json", "tests/*.tftest.*", "*.tfstate")
MANIFEST = Path(".terraform/modules/modules.json")


def type_names(root: Path, provider: str) -> set[str]:
    """Every word in *root* and the modules it calls that could name a type of *provider* (``aws``: ``aws_...``).

    Words, not blocks: one too many costs a few bytes, while a block form that we did not know of would cost a plan.
    Modules are those that terraform has installed and those that the files call by a relative path.
    Raises TerraformError when a file cannot be read.
    """
    word = re.compile(rf"\b{re.escape(provider)}_\w+")
    found: set[str] = set()
    with storage_errors(root):
        for directory in _directories(root):
            for pattern in PATTERNS:
                for file in directory.glob(pattern):
                    if file.is_file():
                        found.update(word.findall(file.read_text(encoding="utf-8", errors="replace")))
    return found


def _directories(root: Path) -> list[Path]:
    found = [root.resolve(), *_installed(root)]
    for directory in found:
        for source in _local_sources(directory):
            module = (directory / source).resolve()
            if module.is_dir() and module not in found:
                found.append(module)
    return found


def _installed(root: Path) -> list[Path]:
    """The directories in the list that `terraform init` and `terraform get` write; it names downloaded modules too."""
    file = root / MANIFEST
    if not file.is_file():
        return []
    try:
        return [(root / module["Dir"]).resolve() for module in json.loads(file.read_text())["Modules"]]
    except (ValueError, KeyError, TypeError) as error:
        raise TerraformError(
            "This list of modules is not terraform's.", where=Location(file), cure="Remove it and run `terraform init`."
        ) from error


def _local_sources(directory: Path) -> Iterator[str]:
    sources = [block.strings.get("source", "") for block in read_blocks(directory) if block.type == "module"]
    for file in directory.glob("*.tf.json"):
        sources += _json_sources(file)
    for source in sources:
        if source.startswith(("./", "../")):
            yield source


def _json_sources(file: Path) -> list[str]:
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TerraformError("This file is not JSON.", where=Location(file)) from error
    # Blocks of one type may be given as one object or as a list of them.
    modules = [call for calls in _objects(content, "module") for name in calls for call in _objects(calls, name)]
    return [module["source"] for module in modules if isinstance(module.get("source"), str)]


def _objects(parent: Any, name: str) -> list[dict[str, Any]]:
    value = parent.get(name) if isinstance(parent, dict) else None
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
