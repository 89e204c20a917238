"""The life of a root module on the embedded AWS, step by step, each step timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from generator.errors import RehearsalError
from generator.project import Target
from generator.rehearsal.checks import Check, Live, check_account, check_delivery, check_environment
from generator.rehearsal.checks.delivery import REPOSITORY
from generator.rehearsal.images import push_and_release, push_session_images
from generator.rehearsal.program import HELLO, HELLO_LAST_STEP, HELLO_OUTPUT, Answer, invoke
from generator.rehearsal.protected import is_refusal, protected
from generator.rehearsal.sites import connect_sites, connected
from generator.rehearsal.terraform_runs import output_values
from generator.terraform.driver import Terraform
from generator.terraform.failure import TerraformRunError

LIFTED = {"allow_destroy": True}
Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Step:
    """A step that was done: what, what came of it, and its wall time."""

    name: str
    result: str
    seconds: float


@dataclass
class Report:
    """What became of one root module; *failure* says why it stopped."""

    name: str
    steps: list[Step] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    answer: Answer | None = None
    failure: str = ""

    @property
    def failed_checks(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]

    @property
    def passed(self) -> bool:
        return not self.failure and not self.failed_checks

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time a step; what the block appends to the list is its result."""
        started, result = time.monotonic(), [""]
        yield result
        self.steps.append(Step(name, result[-1], time.monotonic() - started))


class Life:
    """Apply, prove and destroy one root module. Each method is one step of an operator.

    *choices* are the variables that the operator sets once what they speak of is there.
    """

    def __init__(self, report: Report, terraform: Terraform) -> None:
        self.report, self.terraform = report, terraform
        self.choices: dict[str, Any] = {}

    def apply(self, name: str, variables: dict[str, Any] | None = None) -> None:
        with self.report.step(name) as result:
            counts = self.terraform.apply(variables={**self.choices, **(variables or {})}).counts
            result.append(f"{counts.add} added, {counts.change} changed, {counts.destroy} destroyed")

    def init(self) -> None:
        with self.report.step("init") as result:
            self.terraform.init()
            result.append("state in the working copy")

    def plan_is_empty(self) -> None:
        with self.report.step("plan again") as result:
            plan = self.terraform.plan(variables=self.choices)
            if plan.has_changes:
                changed = sorted({c.address for c in plan.changes}) or ["outputs only"]
                raise RehearsalError(
                    f"{self.report.name}: a plan right after the apply would change {', '.join(changed)}",
                    cure="The module asks for what AWS does not answer, or the embedded AWS forgets it.",
                )
            result.append("no changes")

    def destroy(self) -> None:
        self.apply("lift protection", LIFTED)
        with self.report.step("destroy") as result:
            counts = self.terraform.destroy({**self.choices, **LIFTED}).counts
            result.append(f"{counts.destroy} destroyed")

    def destroy_is_refused(self, client: Clients) -> None:
        """Try to destroy what is protected, before allow_destroy is applied, and see that it stays.

        What depends on it goes before AWS refuses, as of a whole destroy; the next apply makes it anew. The rest is
        left out, because a name that is given up is not always free again: a secret's stays taken for 30 days.
        """
        guarded = protected(self.terraform.state(), client)
        if not guarded:
            return
        with self.report.step("destroy is refused") as result:
            refused = False
            try:
                addresses = [of.address for of in guarded]
                self.terraform.destroy(self.choices, targets=addresses, shown_as="destroy, to be refused")
            except TerraformRunError as error:
                if not all(is_refusal(found) for found in error.diagnostics):
                    raise
                refused = True
            gone = [of.address for of in guarded if not of.stands(client)]
            if gone or not refused:
                raise RehearsalError(
                    f"{self.report.name}: destroyed without allow_destroy: {', '.join(gone) or 'nothing was refused'}",
                    cure="What is protected must be refused by AWS until allow_destroy is applied.",
                )
            result.append(f"{len(guarded)} protected, all stand")

    def check(self, checks: Iterator[Check]) -> None:
        with self.report.step("ask AWS") as result:
            self.report.checks.extend(checks)
            failed = len(self.report.failed_checks)
            total = len(self.report.checks)
            result.append(f"{total - failed} of {total} checks hold")


class EnvironmentLife(Life):
    """The life of an environment: between two applies an image is pushed and released."""

    def __init__(self, report: Report, terraform: Terraform, target: Target, account_id: str, client: Clients) -> None:
        super().__init__(report, terraform)
        self.target, self.account_id, self.client = target, account_id, client
        self.released: dict[str, str] = {}

    def release(self) -> None:
        with self.report.step("push and release") as result:
            self.released = push_and_release(self.target, self.client)
            tags = push_session_images(self.target, self.client)
            if tags:
                self.choices["session_image_tags"] = tags
            result.append(f"{len(self.released) + len(tags)} images")

    def live(self) -> Live:
        return Live(
            self.target.environment,
            self.target.manifest.account,
            self.account_id,
            self.client,
            output_values(self.terraform),
            self.released,
        )

    def create(self) -> None:
        """From nothing to an environment that runs: apply as committed, push, release, connect sites, apply."""
        self.init()
        self.apply("apply")
        self.release()
        if self.target.environment.hosting:
            connect_sites(self.target.environment, self.client, output_values(self.terraform))
            self.choices |= connected(self.target.environment)
        self.apply("apply the release")

    def prove(self) -> None:
        """Ask AWS what was promised, run a program, and plan again."""
        self.check(check_environment(self.live()))
        runner = self.target.environment.code_runner
        if runner is not None and not runner.service:
            self.run_program()
        self.plan_is_empty()

    def run_program(self) -> None:
        with self.report.step("run a program") as result:
            function = output_values(self.terraform)["code_runner"]
            request = {"code": HELLO, "trace": True}
            answer = self.report.answer = invoke(self.client("lambda"), function, request)
            self.report.checks += [
                Check("the program's output", answer.said, HELLO_OUTPUT, "program"),
                Check("its trace ends with", answer.last_step, HELLO_LAST_STEP, "program"),
            ]
            result.append(answer.said.strip())


class AccountLife(Life):
    """The life of what exists once an account."""

    def prove(self, live: Callable[[], Live]) -> None:
        """Ask AWS what was promised and plan again; then let workflows release, as an operator does, and try them.

        *live* is the account as it stands, with the outputs of the last apply.
        """
        self.check(check_account(live()))
        self.plan_is_empty()
        if live().account.delivery is not None:
            self.choices = {"github_repositories": [REPOSITORY]}
            self.apply("let workflows release")
            self.check(check_delivery(live()))
