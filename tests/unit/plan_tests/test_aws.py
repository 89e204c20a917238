"""Plans with the AWS provider: every type is told, each module has its region, and nothing is left running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.errors import EmbeddedAwsError
from generator.plan_tests import PlanFailedError, PlanSummary
from generator.plan_tests.cache import PlanCache
from generator.plan_tests.planner import Planner
from tests.unit.plan_tests.conftest import SMALL_MODULE, write

REQUIRED = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
MODULES = {
    "modules/region/main.tf": REQUIRED
    + """
data "aws_region" "this" {}
data "aws_caller_identity" "this" {}
output "region" { value = data.aws_region.this.id }
output "account" { value = data.aws_caller_identity.this.account_id }
""",
    "modules/providers/main.tf": REQUIRED
    + """
provider "aws" {
  region = "eu-central-1"
  default_tags { tags = { Owner = "team" } }
}
provider "aws" {
  alias  = "global"
  region = "us-east-1"
}
data "aws_region" "this" {}
data "aws_region" "global" { provider = aws.global }
resource "aws_sqs_queue" "this" { name = "a" }
resource "aws_sqs_queue" "global" {
  provider = aws.global
  name     = "b"
}
output "regions" { value = [data.aws_region.this.id, data.aws_region.global.id] }
""",
    "modules/caller/main.tf": 'module "deep" {\n  source = "./deep"\n}\n',
    "modules/caller/deep/main.tf": 'module "deeper" {\n  source = "../../deeper"\n}\n',
    "modules/deeper/main.tf": REQUIRED + 'resource "aws_sns_topic" "this" { name = "a" }\n',
    "modules/unknown/main.tf": REQUIRED + 'resource "aws_no_such_thing" "this" {}\n',
    "modules/absent/main.tf": 'module "absent" {\n  source = "/no/such/module"\n}\n',
    "modules/small/main.tf": SMALL_MODULE,
}
DEADLINE = 60.0  # seconds; a few are usual

HOLD = """
import time
from pathlib import Path

def test_it(plan):
    plan("modules/region")
    Path("planned").touch()
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("repository")
    write(directory, MODULES)
    return directory


@pytest.fixture(scope="module")
def planner(root: Path) -> Iterator[Planner]:
    made = Planner(root, PlanCache(root / "cache"), "ap-southeast-2")
    yield made
    made.close()


def test_a_module_without_a_provider_block_is_planned_in_the_region_asked_for(planner: Planner, root: Path) -> None:
    outputs = PlanSummary.of(planner.plan(root / "modules/region", {})).outputs
    assert outputs == {"region": "ap-southeast-2", "account": "123456789012"}


def test_provider_blocks_keep_their_regions_and_tags(planner: Planner, root: Path) -> None:
    summary = PlanSummary.of(planner.plan(root / "modules/providers", {}))
    assert summary.outputs == {"regions": ["eu-central-1", "us-east-1"]}
    summary.check(values={"aws_sqs_queue.this": {"tags_all": {"Owner": "team"}}, "aws_sqs_queue.global": {"name": "b"}})
    assert "Owner" not in (summary.values["aws_sqs_queue.global"].get("tags_all") or {})


def test_a_type_that_only_a_called_module_names_is_told(planner: Planner, root: Path) -> None:
    summary = PlanSummary.of(planner.plan(root / "modules/caller", {}))
    assert list(summary.values) == ["module.deep.module.deeper.aws_sns_topic.this"]


def test_a_type_that_only_a_downloaded_module_names_is_told(planner: Planner, root: Path, tmp_path: Path) -> None:
    # A source that does not begin with a dot is fetched by init, from wherever it is.
    write(tmp_path, {"elsewhere/main.tf": 'resource "aws_sns_topic" "this" { name = "a" }\n'})
    write(root, {"modules/downloaded/main.tf": f'module "topic" {{\n  source = "{tmp_path}/elsewhere"\n}}\n'})
    summary = PlanSummary.of(planner.plan(root / "modules/downloaded", {}))
    assert list(summary.values) == ["module.topic.aws_sns_topic.this"]


def test_a_type_that_the_provider_does_not_have_is_refused_by_name(planner: Planner, root: Path) -> None:
    with pytest.raises(PlanFailedError) as caught:
        planner.plan(root / "modules/unknown", {})
    caught.value.check('does not support resource type "aws_no_such_thing"', "main.tf:6")


def test_a_module_that_cannot_be_fetched_now_is_asked_for_again(planner: Planner, root: Path) -> None:
    kept = set(planner.cache.directory.glob("*"))
    with pytest.raises(PlanFailedError, match="/no/such/module"):
        planner.plan(root / "modules/absent", {})
    assert set(planner.cache.directory.glob("*")) == kept


def test_an_embedded_aws_that_has_ended_is_not_an_error_of_the_module(root: Path, tmp_path: Path) -> None:
    before = children(os.getpid())
    cache = PlanCache(tmp_path / "plans")
    broken = Planner(root, cache, "us-west-2")
    try:
        broken.plan(root / "modules/region", {})
        (aws,) = [pid for pid in children(os.getpid()) - before if "generator.embedded_aws" in command(pid)]
        os.kill(aws, signal.SIGKILL)
        with pytest.raises(EmbeddedAwsError, match="does not answer"):
            broken.plan(root / "modules/providers", {})
        assert len(list(cache.directory.glob("*"))) == 1
    finally:
        broken.close()


def test_a_module_without_aws_starts_neither_an_aws_nor_a_provider(root: Path, tmp_path: Path) -> None:
    before = children(os.getpid())
    small = Planner(root, PlanCache(tmp_path / "cache"), "us-west-2")
    try:
        small.plan(root / "modules/small", {})
        assert children(os.getpid()) <= before
    finally:
        small.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl_c", "kill"])
def test_whatever_ends_pytest_nothing_runs_on(root: Path, tmp_path: Path, number: signal.Signals) -> None:
    repository, temporary = tmp_path / "repository", tmp_path / "temporary"
    temporary.mkdir()
    write(repository, MODULES | {"test_it.py": HOLD, "pytest.ini": "[pytest]\n"})
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'pytest'}"],
        cwd=repository,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: (repository / "planned").exists() or process.poll() is not None)
        assert process.poll() is None
        started = children(process.pid)
        assert len(started) >= 3  # the embedded AWS, the proxy, the provider
        process.send_signal(number)
        process.wait(DEADLINE)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    finally:
        process.kill()
        process.wait()
    if number == signal.SIGINT:
        assert list(temporary.iterdir()) == []


def children(pid: int) -> set[int]:
    """The processes that *pid* started and those that they started, while they run."""
    found: set[int] = set()
    parents = _parents()
    for child, parent in parents.items():
        if parent == pid:
            found |= {child} | {other for other, its_parent in parents.items() if its_parent == child}
    return found


def command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # pid (comm) state parent ...: comm may hold spaces and parentheses.
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return parents


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
