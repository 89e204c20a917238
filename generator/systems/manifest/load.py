"""Loading a system's manifest: read, merge each environment, validate, check; all errors together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from generator.errors import Location, ManifestError
from generator.systems.manifest.account import AuditTrail, Delivery, Registries
from generator.systems.manifest.checks import check_environment, check_system
from generator.systems.manifest.checks.environments import environment_name
from generator.systems.manifest.environment import Environment, System
from generator.systems.manifest.explain import explain
from generator.systems.manifest.merge import merge
from generator.systems.manifest.nodes import MapNode, Node, ScalarNode, locate, plain
from generator.systems.manifest.problems import ManifestErrors, Problem, nearest, one_of, printable
from generator.systems.manifest.read import read_yaml

SYSTEM_WIDE = ("system", "owner", "region", "registries", "delivery", "audit_trail")
"""Keys that no environment may override: what they describe exists once an account."""


@dataclass(frozen=True)
class Account:
    """What exists once an account: the system's name and tags, what its environments share, and those themselves."""

    system: str
    owner: str
    region: str
    registries: Registries
    delivery: Delivery | None
    audit_trail: AuditTrail | None
    resolved: tuple[Environment, ...]

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments' names in the order of the file."""
        return tuple(environment.name for environment in self.resolved)


@dataclass(frozen=True)
class Manifest:
    """A system's manifest with all of its environments, resolved and checked."""

    path: Path
    resolved: Mapping[str, Environment]

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments' names in the order of the file."""
        return tuple(self.resolved)

    @property
    def account(self) -> Account:
        """What the system's environments share."""
        first = next(iter(self.resolved.values()))
        return Account(
            first.system,
            first.owner,
            first.region,
            first.registries,
            first.delivery,
            first.audit_trail,
            tuple(self.resolved.values()),
        )

    def resolve(self, environment: str) -> Environment:
        """The environment of that name. Raises ManifestError for an unknown one."""
        if environment not in self.resolved:
            raise ManifestError(
                f'There is no environment "{environment}".',
                where=Location(self.path),
                cure=one_of(environment, self.environments),
            )
        return self.resolved[environment]


def load_manifest(path: Path) -> Manifest:
    """The manifest at *path*, every environment resolved and checked.

    Raises ManifestError for a file that cannot be read as YAML, and ManifestErrors with every other error, sorted by
    line: what is wrong in the base or in any environment's override, and between the environments.
    """
    root = read_yaml(path)
    base, overrides = root.without("environments"), _overrides(root)
    findings = _Findings(tuple(overrides))
    trees = {name: merge(base, override) for name, override in overrides.items()}
    resolved: dict[str, Environment] = {}
    for name, tree in trees.items():
        try:
            system = System.model_validate(plain(tree))
        except ValidationError as error:
            findings.add(name, tree, explain(error, System))
            continue
        fields = {field: getattr(system, field) for field in System.model_fields}
        environment = Environment.model_construct(name=name, **fields)
        findings.add(name, tree, check_environment(environment))
        resolved[name] = environment
    for name, problem in check_system(resolved):
        findings.add_between(trees[name], problem)
    findings.raise_any()
    return Manifest(path, resolved)


def load_system(path: Path) -> Manifest:
    """The manifest at *path*, as `load_manifest`, of the system that its directory is called after.

    Commands name a system by its directory and AWS by its manifest: two systems of one name would take each other's
    resources.
    """
    manifest = load_manifest(path)
    system, directory = manifest.account.system, path.parent.name
    if system != directory:
        raise ManifestErrors(
            [
                ManifestError(
                    f'The system "{system}" is in a directory that is called "{printable(directory)}".',
                    where=locate(read_yaml(path), ("system",)),
                    cure=f"Write system: {printable(directory)}, or rename the directory to {system}.",
                )
            ]
        )
    return manifest


def _overrides(root: MapNode) -> dict[str, Node]:
    if "environments" not in root.entries:
        close = nearest("environments", root.entries)
        cure = (
            f'Rename the key "{printable(close)}" to environments.'
            if close
            else "Add environments: { test: {} } at the end."
        )
        raise ManifestErrors([ManifestError("The manifest needs the key environments.", where=root.where, cure=cure)])
    entry = root.entries["environments"]
    if not isinstance(entry.node, MapNode) or not entry.node.entries:
        cure = "Write each environment's name below, indented, as environments: { test: {} }."
        what = "environments must be a map with at least one name."
        raise ManifestErrors([ManifestError(what, where=entry.where, cure=cure)])
    errors = [error for name in entry.node.entries for error in _override_errors(entry.node, name)]
    if errors:
        raise ManifestErrors(errors)
    return {name: override.node for name, override in entry.node.entries.items()}


def _override_errors(environments: MapNode, name: str) -> list[ManifestError]:
    override = environments.entries[name]
    if (refused := environment_name(name)) is not None:
        return [ManifestError(printable(refused[0]), where=override.where, cure=refused[1])]
    if isinstance(override.node, ScalarNode) and override.node.value is None:
        return []
    if not isinstance(override.node, MapNode):
        return [
            ManifestError(
                f"environments.{name} must be a map.",
                where=override.where,
                cure="Write what differs in it below its name, indented, or nothing.",
            )
        ]
    return [
        ManifestError(
            f"{key} belongs to the whole system and cannot differ in environment {name}.",
            where=override.node.entries[key].where,
            cure=f"Move {key} to the top of the manifest.",
        )
        for key in (*SYSTEM_WIDE, "environments")
        if key in override.node.entries
    ]


class _Findings:
    """Problems of all environments: the same one at the same place is reported once."""

    def __init__(self, environments: tuple[str, ...]) -> None:
        self._environments = environments
        self._found: dict[tuple[Location, str, str], list[str]] = {}

    def add(self, environment: str, tree: Node, problems: Iterable[Problem]) -> None:
        for problem in problems:
            where = locate(tree, problem.path, at_key=problem.at_key)
            names = self._found.setdefault((where, problem.what, problem.cure), [])
            if environment not in names:
                names.append(environment)

    def add_between(self, tree: Node, problem: Problem) -> None:
        """A problem between environments: its sentence names them itself."""
        where = locate(tree, problem.path, at_key=problem.at_key)
        self._found[where, problem.what, problem.cure] = list(self._environments)

    def raise_any(self) -> None:
        """Raises ManifestErrors if there is any problem."""
        if self._found:
            raise ManifestErrors(
                ManifestError(printable(self._sentence(what, names)), where=where, cure=printable(cure))
                for (where, what, cure), names in self._found.items()
            )

    def _sentence(self, what: str, names: list[str]) -> str:
        if len(names) == len(self._environments):
            return what
        return f"{what.removesuffix('.')} (environment {', '.join(names)})."
