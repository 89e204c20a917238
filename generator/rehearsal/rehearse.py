"""Rehearsing environments side by side: one embedded AWS, one account a system."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from generator.embedded_aws import EmbeddedAws
from generator.errors import SlipwayError
from generator.project import Target
from generator.rehearsal.checks import Live
from generator.rehearsal.inventory import inventory, left_over
from generator.rehearsal.life import AccountLife, EnvironmentLife, Report
from generator.rehearsal.terraform_runs import Stage, Tools, output_values
from generator.terraform.progress import Reporter

FIRST_ACCOUNT_ID = 111_122_223_333

Reporters = Callable[[str], Reporter]


@dataclass
class SystemReport:
    """What became of a system: its account, its environments, and what is left of them (None: not counted)."""

    account: Report
    environments: list[Report] = field(default_factory=list)
    left: list[str] | None = None

    @property
    def reports(self) -> list[Report]:
        return [self.account, *self.environments]

    @property
    def passed(self) -> bool:
        return all(report.passed for report in self.reports) and self.left == []


@dataclass(frozen=True)
class Rehearsal:
    """The whole result: systems by name, and the wall time in seconds."""

    systems: dict[str, SystemReport]
    seconds: float

    @property
    def passed(self) -> bool:
        return all(system.passed for system in self.systems.values())


def rehearse(targets: Sequence[Target], tools: Tools, reporters: Reporters) -> Rehearsal:
    """Take every target through its life and return what was seen.

    A finding is in the reports, not raised. Raises EmbeddedAwsError when the embedded AWS does not start, and
    KeyboardInterrupt after Ctrl-C, once nothing runs any more.
    """
    started = time.monotonic()
    systems: dict[str, list[Target]] = {}
    for target in targets:
        systems.setdefault(target.environment.system, []).append(target)
    with tempfile.TemporaryDirectory(prefix="slipway-rehearsal-") as folder, EmbeddedAws.start() as aws:
        stage = Stage(aws, tools, targets[0].project, Path(folder))
        with ThreadPoolExecutor(max_workers=2 * len(targets) + 1) as pool:
            jobs: dict[str, Future[SystemReport]] = {}
            try:
                for number, (system, members) in enumerate(systems.items()):
                    rehearsed = _System(stage, members, str(FIRST_ACCOUNT_ID + number), reporters, pool)
                    jobs[system] = pool.submit(rehearsed.run)
                reports = {system: job.result() for system, job in jobs.items()}
            except BaseException:
                # The pool waits for its threads; they end when terraform does.
                stage.interrupt()
                raise
    return Rehearsal(reports, time.monotonic() - started)


class _System:
    """One system in an account of its own: the account's root, then its environments at the same time."""

    def __init__(
        self, stage: Stage, targets: Sequence[Target], account_id: str, reporters: Reporters, pool: ThreadPoolExecutor
    ) -> None:
        self.stage, self.targets, self.account_id = stage, targets, account_id
        self.reporters, self.pool = reporters, pool

    def client(self, region: str) -> Callable[[str], Any]:
        return lambda service: self.stage.aws.client(service, region, self.account_id)

    def inventory(self) -> frozenset[str]:
        """What the account holds, in every region that the system uses."""
        return frozenset(
            found if region == self.targets[0].environment.region else f"{found} in {region}"
            for region in sorted(regions(self.targets))
            for found in inventory(self.client(region))
        )

    def run(self) -> SystemReport:
        first = self.targets[0]
        name = f"{first.environment.system}/account"
        client = self.client(first.environment.region)
        report = SystemReport(Report(name))
        before = self.inventory()
        terraform = self.stage.terraform(first.account_directory, self.account_id, self.reporters(name))
        account = AccountLife(report.account, terraform)

        def live() -> Live:
            return Live(first.environment, first.manifest.account, self.account_id, client, output_values(terraform))

        def create() -> None:
            account.init()
            account.apply("apply")
            account.prove(live)

        def end() -> None:
            account.destroy_is_refused(client)
            account.destroy()

        if _reported(report.account, create):
            jobs = [self.pool.submit(self.environment, target) for target in self.targets]
            report.environments = [job.result() for job in jobs]
            if all(not r.failure for r in report.environments) and _reported(report.account, end):
                report.left = left_over(before, self.inventory())
        return report

    def environment(self, target: Target) -> Report:
        report = Report(target.name)

        def live_and_die() -> None:
            terraform = self.stage.terraform(target.directory, self.account_id, self.reporters(target.name))
            client = self.client(target.environment.region)
            life = EnvironmentLife(report, terraform, target, self.account_id, client)
            life.create()
            life.prove()
            life.destroy_is_refused(client)
            life.destroy()

        _reported(report, live_and_die)
        return report


def regions(targets: Sequence[Target]) -> set[str]:
    """The regions of *targets* of one system, and those that get copies of their images and secrets."""
    found = {target.environment.region for target in targets}
    for target in targets:
        found |= set(target.manifest.account.registries.replication_regions)
        found |= {region for secret in target.environment.secrets().values() for region in secret.replicas}
    return found


def _reported(report: Report, work: Callable[[], None]) -> bool:
    """Do *work*; an error of a tool or of AWS ends up in the report. Return whether there was none."""
    try:
        work()
    except (SlipwayError, ClientError) as error:
        report.failure = str(error)
    return not report.failure
