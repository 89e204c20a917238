"""Plans of environments: the first plan, and the plan after a rehearsed apply."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from generator.errors import Location
from generator.policy.plan import Plan
from generator.policy.plan.document import read_document
from generator.policy.source import Sources
from generator.policy.targets import ScanTarget
from generator.project import find_project, find_target
from generator.terraform.progress import Reporter

if TYPE_CHECKING:
    from generator.rehearsal.terraform_runs import Stage
    from generator.terraform.driver import Terraform

ACCOUNT = "account"
Reporters = Callable[[str], Reporter]


@dataclass(frozen=True)
class Planned:
    """A plan that was made or given; *sources* is the HCL that it was made of, when that is at hand."""

    description: str
    plan: Plan
    sources: Sources | None = None


@dataclass
class Planning:
    """Makes plans on one embedded AWS, which starts with the first of them."""

    project: Path
    reporters: Reporters
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: TracebackType | type[BaseException] | BaseException | None) -> None:
        self.stack.close()

    def environment(self, target: ScanTarget, sources: Sources) -> Planned:
        """The plan of an empty account, as if every image were released."""
        terraform, file = self.first(target)
        plan = read_document(terraform.show_plan(file), Location(target.path))
        plan.files = sources
        return Planned("first plan", plan, sources)

    def first(self, target: ScanTarget) -> tuple[Terraform, Path]:
        """Plan *target* for an empty account; return its terraform, and the file of the plan."""
        from generator.rehearsal.rehearse import FIRST_ACCOUNT_ID

        terraform = self._stage.terraform(target.path, str(FIRST_ACCOUNT_ID), self.reporters(target.name))
        terraform.init()
        file = self._folder / f"{target.name.replace('/', '-')}.plan"
        terraform.plan(out=file)
        return terraform, file

    def rehearsed(self, target: ScanTarget, sources: Sources) -> Planned:
        """The plan of an environment that was applied, with its account and an image of each service.

        Raises SlipwayError when the apply fails.
        """
        from generator.embedded_aws import EmbeddedAws
        from generator.rehearsal.life import EnvironmentLife, Report
        from generator.rehearsal.rehearse import FIRST_ACCOUNT_ID
        from generator.rehearsal.terraform_runs import Stage, Tools

        account_id = str(FIRST_ACCOUNT_ID)
        root = find_project(self.project)
        # An account of its own for each: what one environment leaves is no part of another's plan.
        with tempfile.TemporaryDirectory(prefix="slipway-scan-") as folder, EmbeddedAws.start() as aws:
            stage = Stage(aws, Tools.find(), root, Path(folder))
            reporter = self.reporters(target.name)
            if target.environment == ACCOUNT:
                terraform = stage.terraform(target.path, account_id, reporter)
                terraform.init()
                terraform.apply()
            else:
                found = find_target(root, target.name)
                account = stage.terraform(found.account_directory, account_id, reporter)
                account.init()
                account.apply()
                terraform = stage.terraform(found.directory, account_id, reporter)
                region = found.environment.region
                life = EnvironmentLife(
                    Report(found.name), terraform, found, account_id, lambda name: aws.client(name, region, account_id)
                )
                life.create()
            file = Path(folder) / "applied.plan"
            terraform.plan(variables={} if target.environment == ACCOUNT else life.choices, out=file)
            plan = read_document(terraform.show_plan(file), Location(target.path))
        plan.files = sources
        return Planned("plan after a rehearsed apply", plan, sources)

    @cached_property
    def _folder(self) -> Path:
        return Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-scan-")))

    @cached_property
    def _stage(self) -> Stage:
        from generator.embedded_aws import EmbeddedAws
        from generator.rehearsal.terraform_runs import Stage, Tools

        tools = Tools.find()
        folder = self._folder
        aws = self.stack.enter_context(EmbeddedAws.start())
        root = find_project(self.project)
        return self.stack.enter_context(Stage(aws, tools, root, folder, proxied=True, released=True))
