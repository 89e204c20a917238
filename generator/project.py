"""Where the project is: the directory that holds `envs/` and `modules/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.errors import Location, SlipwayError
from generator.systems.manifest import Environment, Manifest, load_system
from generator.systems.manifest.problems import one_of


@dataclass(frozen=True)
class Target:
    """One environment of one system, as ``SYSTEM/ENV`` names it on the command line."""

    project: Path
    manifest: Manifest
    environment: Environment

    @property
    def name(self) -> str:
        return f"{self.environment.system}/{self.environment.name}"

    @property
    def directory(self) -> Path:
        return self.manifest.path.parent / self.environment.name

    @property
    def account_directory(self) -> Path:
        return self.manifest.path.parent / "account"


def find_project(start: Path) -> Path:
    """Return the nearest directory from *start* upwards that holds `envs/`. Raises SlipwayError when there is none."""
    for folder in (start.resolve(), *start.resolve().parents):
        if any(folder.glob("envs/*/system.yaml")):
            return folder
    raise SlipwayError(
        "neither this directory nor one above it holds envs/<system>/system.yaml",
        where=Location(start.resolve()),
        cure="Run slipway inside the project, or name it with --project.",
    )


def systems(project: Path) -> dict[str, Path]:
    """Return the manifests of the project by the name of their directory."""
    return {path.parent.name: path for path in sorted(project.glob("envs/*/system.yaml"))}


def find_target(project: Path, name: str) -> Target:
    """Return the environment that *name* (``SYSTEM/ENV``) means. Raises SlipwayError with the nearest known name."""
    system, _, environment = name.partition("/")
    known = systems(project)
    if not environment:
        raise SlipwayError(f"{name} does not name an environment", cure="Write SYSTEM/ENV, such as seepp/test.")
    if system not in known:
        raise SlipwayError(f"there is no system {system}", where=Location(project / "envs"), cure=one_of(system, known))
    manifest = load_system(known[system])
    return Target(project, manifest, manifest.resolve(environment))


def all_targets(project: Path) -> list[Target]:
    """Return every environment of every system."""
    return [
        Target(project, manifest, manifest.resolve(environment))
        for manifest in (load_system(path) for path in systems(project).values())
        for environment in manifest.environments
    ]


def root_module(project: Path, name: str) -> Path:
    """Return the directory of ``SYSTEM/ENV`` or ``SYSTEM/account``. Raises SlipwayError for an unknown name."""
    system, _, module = name.partition("/")
    if module == "account" and system in systems(project):
        return systems(project)[system].parent / "account"
    return find_target(project, name).directory
