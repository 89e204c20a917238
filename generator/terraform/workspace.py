"""A private working copy of an environment, so that a rehearsal leaves the committed files alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from generator.errors import Location, TerraformError
from generator.terraform.configuration import read_blocks
from generator.terraform.override import FILE_NAME
from generator.terraform.storage import storage_errors

# What terraform makes in a directory it runs in. The operator's stay behind, the working copy's own are kept.
RUN_FILES = (".terraform", ".terraform.lock.hcl", ".terraform.tfstate.lock.info", "terraform.tfstate*", "crash.log")


@dataclass(frozen=True)
class Workspace:
    """*directory* is where terraform runs, *environment_dir* the environment it was copied from."""

    directory: Path
    environment_dir: Path

    @staticmethod
    def copy(environment_dir: Path, project_root: Path, into: Path, override: str | None = None) -> Workspace:
        """Copy a root module and the local modules it calls, directly or not, from *project_root* to *into*.

        Paths below *into* are those below *project_root*, so relative module sources stay true. *override* is the
        text of the one added file. When *into* holds a copy already it is brought up to date and its state and
        provider link stay; a copy that fails half-way in a new directory is removed. Only this user can read *into*.

        Raises TerraformError when *environment_dir* is no root module below *project_root*, when a module source
        does not exist or leaves the project, or when the files cannot be read or written.
        """
        root, environment = project_root.resolve(), environment_dir.resolve()
        if not environment.is_relative_to(root):
            raise TerraformError(
                f"{environment_dir} is not below {project_root}.", cure="Name an environment of this project."
            )
        target = into.absolute()
        is_new = not target.exists()
        try:
            with storage_errors(target):
                directories = module_directories(environment, root)
                _refuse_overlap(target.resolve(), directories, root)
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
                for directory in directories:
                    _refresh(directory, target / directory.relative_to(root), is_root=directory == environment)
                workspace = target / environment.relative_to(root)
                if override is not None:
                    (workspace / FILE_NAME).write_text(override, encoding="utf-8")
        except BaseException:
            if is_new:
                shutil.rmtree(target, ignore_errors=True)
            raise
        return Workspace(workspace, environment_dir)


def _refuse_overlap(target: Path, directories: list[Path], root: Path) -> None:
    """Refuse a *target* where the copy would overwrite what it copies, or copy itself."""
    if target == root or any(target.is_relative_to(directory) for directory in directories):
        raise TerraformError(
            f"The working copy {target} would lie inside the project's own files.", cure="Choose another directory."
        )


def module_directories(environment: Path, root: Path) -> list[Path]:
    """*environment* and every local module below *root* that it reaches, each once.

    Raises TerraformError when there is no configuration, or a module source does not exist or leaves *root*.
    """
    found = [environment]
    for directory in found:
        blocks = read_blocks(directory)
        if directory == environment and not blocks:
            raise TerraformError(
                f"{environment} holds no Terraform configuration.", cure="Run `slipway synth`, or name an environment."
            )
        for block in blocks:
            source = block.strings.get("source", "") if block.type == "module" else ""
            if source.startswith(("./", "../")):
                module = _module_directory(directory, source, root, block.where)
                if module not in found:
                    found.append(module)
    return found


def _module_directory(directory: Path, source: str, root: Path, where: Location) -> Path:
    module = (directory / source).resolve()
    if not module.is_relative_to(root):
        raise TerraformError(
            f"The module source {source} leaves the project {root}.", where=where, cure="Use a module of the project."
        )
    if not module.is_dir():
        raise TerraformError(
            f"The module source {source} is not a directory.",
            where=where,
            cure="Correct the source, or `slipway synth`.",
        )
    return module


def _refresh(source: Path, target: Path, *, is_root: bool) -> None:
    """Make *target* equal to *source*, apart from what terraform itself keeps in a root module."""
    if target.exists():
        for entry in _entries(target, apart_from_run_files=is_root):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    target.mkdir(parents=True, exist_ok=True)
    for entry in _entries(source, apart_from_run_files=True):
        if entry.is_dir():
            # Not shutil.copytree, which gathers errors as texts and so hides that the disk is full.
            _refresh(entry, target / entry.name, is_root=False)
        else:
            shutil.copy2(entry, target / entry.name)


def _entries(directory: Path, *, apart_from_run_files: bool) -> list[Path]:
    ignored = RUN_FILES if apart_from_run_files else ()
    return sorted(entry for entry in directory.iterdir() if not any(fnmatch(entry.name, name) for name in ignored))
