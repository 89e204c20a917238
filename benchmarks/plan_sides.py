"""The two ways to plan a module that the plan benchmark compares, and the processor time that a plan takes in each."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from tftest import TerraformPlanOutput, TerraformTest, TerraformTestError

from benchmarks.plan_cases import Variables
from benchmarks.process_tree import BenchmarkError, descendants
from generator.embedded_aws import EmbeddedAws
from generator.plan_tests import PlanFailedError
from generator.plan_tests.cache import PlanCache
from generator.plan_tests.planner import ACCOUNT_ID, Planner
from generator.terraform.binary import find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.provider_mirror import find_provider_mirror

REGION = "us-west-2"
TICKS = os.sysconf("SC_CLK_TCK")  # a second; usually 100
SETTLE_SECONDS = 10.0
SETTLE_INTERVAL = 0.01  # seconds


@dataclass(frozen=True)
class Usage:
    """What one plan took, in seconds: *seconds* of time, the rest processor time, user and system.

    *terraform* includes the providers that terraform starts itself. *python* is the process of the test. *proxy* and
    *provider* are Slipway's, with what they did since the end of the plan before. The embedded AWS, which answers both
    sides, stands in for a service elsewhere: it is told apart and not in `cpu_seconds`.
    """

    seconds: float
    terraform: float
    python: float
    proxy: float
    provider: float
    embedded_aws: float

    @property
    def cpu_seconds(self) -> float:
        return self.terraform + self.python + self.proxy + self.provider


class Side(Protocol):
    """A way to plan. *aws_pid* and *proxy_pid* are 0 as long as it has not started them."""

    name: str
    aws_pid: int
    proxy_pid: int

    def plan(self, variables: Variables) -> TerraformPlanOutput:
        """Plan the module. Raises BenchmarkError when that fails."""


class TftestSide:
    """tftest as its README shows: in each test setup (``terraform init``), then plan (``plan`` and ``show``)."""

    name = "tftest"
    proxy_pid = 0

    def __init__(self, module: Path, stack: ExitStack) -> None:
        aws = stack.enter_context(EmbeddedAws.start())
        self.aws_pid = aws.pid
        self._binary = find_terraform()
        self._provider = find_provider_mirror(platform=self._binary.platform)
        embedded = {**aws.environment(ACCOUNT_ID), "AWS_REGION": REGION}
        self._environment = child_environment(os.environ, self._provider, embedded=embedded)
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-benchmark-")))
        self._variables = work / "case.auto.tfvars.json"
        # A copy, since setup writes into the module's directory.
        self._module = Path(shutil.copytree(module, work / module.name))

    def plan(self, variables: Variables) -> TerraformPlanOutput:
        self._variables.write_text(json.dumps(variables), encoding="utf-8")
        test = TerraformTest(str(self._module), binary=str(self._binary.path))
        # Not what TerraformTest makes of it: that adds this process's environment.
        test.env = self._environment
        plugins = self._provider.plugin_dir
        try:
            test.setup(extra_files=[str(self._variables)], plugin_dir=str(plugins) if plugins else None)
            return test.plan(output=True)
        except TerraformTestError as error:
            raise BenchmarkError(f"tftest cannot plan: {error}") from error


class SlipwaySide:
    """`generator.plan_tests.planner.Planner`, which keeps no plan for later: its cache is off."""

    name = "slipway"

    def __init__(self, module: Path, project: Path, stack: ExitStack) -> None:
        cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-benchmark-")))
        self.aws_pid = self.proxy_pid = 0
        self._module = module
        self._planner = Planner(project, PlanCache(cache, enabled=False), REGION)
        stack.callback(self._planner.close)

    def plan(self, variables: Variables) -> TerraformPlanOutput:
        before = set() if self.proxy_pid else set(children())
        try:
            plan = self._planner.plan(self._module, variables)
        except PlanFailedError as error:
            raise BenchmarkError(f"the planner cannot plan: {error}") from error
        if not self.proxy_pid:
            started = set(children()) - before
            self.aws_pid = running("generator.embedded_aws", started)
            self.proxy_pid = running("generator.terraform.provider_proxy", started)
        return plan


@dataclass
class Meter:
    """Plans on one side, and measures. Every other child of this process must be one that the *others* keep running.

    `benchmarks.process_tree.adopt_orphans` must have been called.
    """

    side: Side
    others: list[Side] = field(default_factory=list)
    _servers: Servers = field(default_factory=lambda: Servers.read(0, 0))

    def plan(self, variables: Variables) -> tuple[TerraformPlanOutput, Usage]:
        """Return the plan, once every process that it started and that need not stay is gone, and what it took.

        :raises BenchmarkError: it fails, or leaves processes behind.
        """
        own, ended, start = own_seconds(), ended_seconds(), time.perf_counter()
        plan = self.side.plan(variables)
        seconds = time.perf_counter() - start
        own = own_seconds() - own
        self._settle()
        before, self._servers = self._servers, Servers.read(self.side.aws_pid, self.side.proxy_pid)
        return plan, Usage(
            seconds=seconds,
            terraform=ended_seconds() - ended,
            python=own,
            proxy=self._servers.proxy - before.proxy,
            provider=self._servers.provider - before.provider,
            embedded_aws=self._servers.aws - before.aws,
        )

    def _settle(self) -> None:
        """Wait for what terraform left behind: until then its processor time is nobody's."""
        staying = {pid for side in [self.side, *self.others] for pid in (side.aws_pid, side.proxy_pid)}
        deadline = time.monotonic() + SETTLE_SECONDS
        while left := [pid for pid in children() if pid not in staying]:
            for pid in left:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{self.side.name} left processes running: {', '.join(map(str, left))}")
            time.sleep(SETTLE_INTERVAL)


@dataclass(frozen=True)
class Servers:
    """Processor time so far of the processes that outlive a plan, to `TICKS`."""

    aws: float
    proxy: float
    provider: float

    @classmethod
    def read(cls, aws_pid: int, proxy_pid: int) -> Self:
        return cls(
            aws=process_seconds(aws_pid) + sum(map(process_seconds, descendants(aws_pid))) if aws_pid else 0.0,
            proxy=process_seconds(proxy_pid) if proxy_pid else 0.0,
            provider=sum(map(process_seconds, descendants(proxy_pid))) if proxy_pid else 0.0,
        )


def own_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def ended_seconds() -> float:
    """Processor time of the children of this process that have ended, with their own that they waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def process_seconds(pid: int) -> float:
    """Processor time of *pid* and of those of its children that have ended (proc_pid_stat(5), fields 14 to 17).

    :raises BenchmarkError: it has ended.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise BenchmarkError(f"process {pid} ended too early") from error
    # The name of the program, in parentheses, may hold spaces.
    return sum(map(int, text.rpartition(")")[2].split()[11:15])) / TICKS


def children() -> list[int]:
    """The direct children of this process, also those that have ended and were not waited for."""
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def running(module: str, pids: set[int]) -> int:
    """The one of *pids* that runs ``python -m module``. Raises BenchmarkError when there is not just one."""
    found = [pid for pid in pids if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
    if len(found) != 1:
        raise BenchmarkError(f"{len(found)} processes run {module}, not 1")
    return found[0]


def planned(plan: TerraformPlanOutput) -> dict[str, Any]:
    """The parts of a plan that both sides must agree on."""
    return {part: plan[part] for part in ("resource_changes", "planned_values", "output_changes")}
