"""The files of a module that a plan may read: what is copied for a plan, and what its key in the cache covers."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from generator.terraform.storage import storage_errors

# Directories that are no part of a module, by Terraform's standard module structure and Python's and Node's customs.
# A plan that reads a file of theirs fails, instead of being kept when that file changes.
IGNORED_DIRECTORIES = frozenset({"__pycache__", "examples", "node_modules", "tests"})
VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
IGNORED_FILES = ("*.tfstate", "*.tfstate.*", ".terraform.tfstate.lock.info", "crash.log")


def module_files(directory: Path) -> Iterator[Path]:
    """The files in *directory* and below, sorted; not those of hidden directories, tests, examples and states."""
    for path in sorted(directory.iterdir()):
        if path.is_dir():
            if not _is_ignored(path):
                yield from module_files(path)
        elif path.is_file() and not any(fnmatch(path.name, pattern) for pattern in IGNORED_FILES):
            yield path


def copy_modules(directories: Iterable[Path], root: Path, into: Path) -> None:
    """Copy the files of *directories*, which lie below *root*, to the same places below *into*.

    Raises TerraformError when a file cannot be read or written.
    """
    with storage_errors(into):
        for directory in directories:
            for file in module_files(directory):
                target = into / file.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def _is_ignored(directory: Path) -> bool:
    return (
        directory.name in IGNORED_DIRECTORIES
        or directory.name.startswith(".")
        or (directory / VIRTUAL_ENVIRONMENT).exists()
        # A link to a directory above it would be followed without end.
        or directory.resolve() in directory.parents
    )
