"""Environments that are up while their manifest changes: what Terraform plans then, and what it is applied to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from generator.project import Target, find_target
from generator.rehearsal.images import session_tag
from generator.rehearsal.sites import connected
from generator.rehearsal.standing import FOLDER, Standing
from generator.rehearsal.terraform_runs import Stage, Tools
from generator.synthesis import emit, write_files
from generator.systems.manifest import Environment
from generator.systems.runner import session_images
from generator.terraform.driver import Terraform
from generator.terraform.progress import SilentReporter
from tests.rehearsal.conftest import PROJECT
from tests.rehearsal.standing import brought_up

Edit = Callable[[Any], None]
"""Changes the tree of a manifest as ruamel.yaml reads it."""


@dataclass(frozen=True)
class Planned:
    """A plan: the actions by address of each resource that would change, in the order in which Terraform takes them."""

    actions: Mapping[str, tuple[str, ...]]
    is_empty: bool

    @property
    def created(self) -> set[str]:
        return self._with("create")

    @property
    def updated(self) -> set[str]:
        """What changes in place."""
        return self._with("update")

    @property
    def others(self) -> dict[str, tuple[str, ...]]:
        """What neither comes nor changes in place: it is replaced or deleted."""
        return {address: of for address, of in self.actions.items() if of not in (("create",), ("update",))}

    def _with(self, action: str) -> set[str]:
        return {address for address, of in self.actions.items() if of == (action,)}


@dataclass(frozen=True)
class Changing:
    """An environment that is up in a copy of the project, with the manifest that it was brought up from."""

    project: Path
    standing: Standing
    manifest: Path
    text: str

    @property
    def target(self) -> Target:
        """The environment as the manifest describes it now."""
        return find_target(self.project, self.standing.name)

    def plan(self, *edits: Edit, account: bool = False) -> Planned:
        """Write the manifest with *edits*, synthesise, and plan the environment, or else what the account has once.

        The stock provider answers through the proxy, which takes a fraction of the time.
        """
        with self._terraform(edits, account, proxied=True) as terraform:
            return self._planned(terraform, account)

    def apply(self, *edits: Edit, account: bool = False) -> Planned:
        """Plan likewise, with nothing between Terraform and its provider, and apply that very plan."""
        with self._terraform(edits, account, proxied=False) as terraform:
            planned = self._planned(terraform, account)
            terraform.apply(plan=self._plan_file)
            return planned

    @contextmanager
    def applied(self, *edits: Edit) -> Iterator[Planned]:
        """Apply the manifest with *edits*, and put back what it was, whatever the test found."""
        try:
            yield self.apply(*edits)
        finally:
            self.apply()

    @contextmanager
    def _terraform(self, edits: Iterable[Edit], account: bool, *, proxied: bool) -> Iterator[Terraform]:
        self.manifest.write_text(edited(self.text, *edits), encoding="utf-8")
        synthesise(self.project)
        folder = self.project / FOLDER / self.standing.name.replace("/", "-")
        root = self.target.account_directory if account else self.target.directory
        with Stage(self.standing.aws(), Tools.find(), self.project, folder, proxied=proxied) as stage:
            terraform = stage.terraform(root, self.standing.account_id, SilentReporter())
            # A call of a module that is new has to be installed, as the operator's Terraform says too.
            terraform.init()
            yield terraform

    def _planned(self, terraform: Terraform, account: bool) -> Planned:
        variables = {} if account else choices(self.target.environment)
        planned = terraform.plan(out=self._plan_file, variables=variables)
        actions = {
            change["address"]: tuple(change["change"]["actions"])
            for change in terraform.show_plan(self._plan_file)["resource_changes"]
            if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
        }
        return Planned(actions, not planned.has_changes)

    @property
    def _plan_file(self) -> Path:
        return self.project / "changed.tfplan"


def choices(environment: Environment) -> dict[str, Any]:
    """The operator's variables, as `slipway up` has set them once everything was there."""
    runner = environment.code_runner
    tags = dict.fromkeys(session_images(runner) if runner is not None else [], session_tag(environment))
    return {**connected(environment), **({"session_image_tags": tags} if tags else {})}


def edited(text: str, *edits: Edit) -> str:
    """The manifest *text* with *edits*; comments stay."""
    yaml, out = YAML(), StringIO()
    tree = yaml.load(text)
    for edit in edits:
        edit(tree)
    yaml.dump(tree, out)
    return out.getvalue()


def synthesise(project: Path) -> None:
    write_files(project, emit(project))


@contextmanager
def changing(name: str, root: Path, prepared: Edit) -> Iterator[Changing]:
    """Bring the environment *name* up in *root*, from a copy of its system whose manifest *prepared* has changed."""
    system = name.partition("/")[0]
    shutil.copytree(PROJECT / "modules", root / "modules")
    shutil.copytree(PROJECT / "envs" / system, root / "envs" / system)
    manifest = root / "envs" / system / "system.yaml"
    text = edited(manifest.read_text(encoding="utf-8"), prepared)
    manifest.write_text(text, encoding="utf-8")
    synthesise(root)
    with brought_up(name, root) as standing:
        yield Changing(root, standing, manifest, text)
