"""What `slipway scan` is pointed at."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from generator.errors import Location, SlipwayError
from generator.policy.settings import FILE, Settings, load_settings
from generator.project import find_project, find_target, systems
from generator.systems.manifest.problems import one_of

Kind = Literal["environment", "directory", "plan", "standard input"]


@dataclass(frozen=True)
class ScanTarget:
    """One target. *path* is the root module's directory or the plan's file; *environment* the name that exemptions
    and expectations know it by."""

    name: str
    kind: Kind
    path: Path
    environment: str = ""
    settings: Settings = field(default_factory=Settings)
    source: Path | None = None
    """The directory of the HCL, when it is at hand: findings then have files and lines."""


def read_targets(
    names: tuple[str, ...],
    start: Path,
    policy: Path | None = None,
    environment: str | None = None,
    source: Path | None = None,
) -> list[ScanTarget]:
    """What each of *names* is: ``-``, a file, ``SYSTEM/ENV`` or its directory, or a directory of HCL.

    *policy* is read for each instead of the policy.yaml beside it; *environment* is what a plan or a directory is held
    to, *source* the HCL that a plan was made of. Raises SlipwayError for what is none of these, and for an environment
    that policy.yaml does not have.
    """
    given = None if policy is None else load_settings(policy)
    found = [_sourced(_read(name, start, given), source, given) for name in dict.fromkeys(names)]
    if environment is None:
        return found
    for target in found:
        tables = target.settings.expectations
        if target.settings.file is not None and tables and environment not in (*tables, "account"):
            where = Location(target.settings.file)
            raise SlipwayError(f"expects nothing of {environment}", where=where, cure=one_of(environment, tables))
    return [t if t.kind == "environment" else replace(t, environment=environment) for t in found]


def _sourced(target: ScanTarget, source: Path | None, given: Settings | None) -> ScanTarget:
    if target.kind in ("environment", "directory"):
        return replace(target, source=target.path)
    if source is None:
        return target
    return replace(target, source=source, settings=given or _beside(source))


def _read(name: str, start: Path, given: Settings | None) -> ScanTarget:
    if name == "-":
        return ScanTarget("standard input", "standard input", Path("-"), "", given or Settings())
    path = Path(name)
    if path.is_file():
        return ScanTarget(name, "plan", path, "", given or _beside(path.parent))
    environments = _environments(start)
    if name in environments:
        directory = environments[name]
        settings = given or _of_system(directory.parent)
        return ScanTarget(name, "environment", directory, directory.name, settings)
    if path.is_dir():
        if not any(path.glob("*.tf")):
            raise SlipwayError("holds no Terraform configuration", where=Location(path), cure="Name a root module.")
        for environment, directory in environments.items():
            if path.samefile(directory):
                # Terraform runs in what is named alone, and HCL without a plan does not hold what is expected of it.
                raise SlipwayError("is an environment", where=Location(path), cure=f"Name it: {environment}.")
        return ScanTarget(name, "directory", path, path.resolve().name, given or _beside(path))
    if name.count("/") == 1 and not path.suffix:
        find_target(find_project(start), name)
    cure = "Name SYSTEM/ENV, a directory of HCL, a plan as JSON, or - for standard input."
    raise SlipwayError("there is no such file or directory", where=Location(path), cure=cure)


def _environments(start: Path) -> dict[str, Path]:
    """The directories of the project's environments and accounts by SYSTEM/ENV; none outside of a project."""
    found = _quietly(lambda: find_project(start))
    if found is None:
        return {}
    return {
        f"{system}/{directory.name}": directory
        for system, manifest in systems(found).items()
        for directory in sorted(manifest.parent.iterdir())
        if any(directory.glob("*.tf"))
    }


def _quietly(find: Callable[[], Path]) -> Path | None:
    try:
        return find()
    except SlipwayError:
        # Outside of a project every name is a path.
        return None


def _beside(directory: Path) -> Settings:
    file = directory / FILE
    return load_settings(file) if file.is_file() else Settings()


def _of_system(directory: Path) -> Settings:
    """The policy beside a manifest. Raises SlipwayError where it speaks of an environment that the system has not: its
    table would be compared with nothing."""
    settings = _beside(directory)
    members = {path.name for path in directory.iterdir() if any(path.glob("*.tf"))}
    named = [(name, table[0].where) for name, table in settings.expectations.items() if table]
    named += [(name, placed.where) for placed in settings.exemptions for name in placed.exemption.environments]
    named += [(name, Location(settings.file)) for name in settings.production if settings.file]
    for name, where in named:
        if name not in members:
            raise SlipwayError(f"there is no environment {name}", where=where, cure=one_of(name, members))
    return settings


def standard_input() -> bytes:
    """What is piped in. Raises SlipwayError when nothing is."""
    if sys.stdin.isatty():
        raise SlipwayError("nothing is piped in", cure="Pipe a plan: terraform show -json plan.bin | slipway scan -")
    return sys.stdin.buffer.read()
