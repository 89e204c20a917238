"""The workflows' scripts, run by bash as GitHub runs them.

Terraform, git and jq are the real ones. What needs GitHub, a registry or minutes stands in as a small program that
writes down how it was called.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.unit.systems.workflow_files import DELIVERED, DEVELOP, File, workflows


@dataclass
class Runner:
    """A job's machine: a directory to run in, programs that stand in for others, and what the steps put out."""

    folder: Path

    def program(self, name: str, script: str) -> None:
        """Put a program before the real one. It writes its arguments into NAME.calls first."""
        path = self.folder / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/bash\necho "$*" >> "{self.folder}/{name}.calls"\n{script}\n')
        path.chmod(0o755)

    def calls(self, name: str) -> list[str]:
        path = self.folder / f"{name}.calls"
        return path.read_text().splitlines() if path.exists() else []

    def run(self, script: str, folder: str = ".", **env: str) -> subprocess.CompletedProcess[str]:
        (self.folder / folder).mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "AWS_", "GIT_"))}
        given = {
            "PATH": f"{self.folder / 'programs'}:{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_REPOSITORY": "example/platform",
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            check=False,
            cwd=self.folder / folder,
            env={**kept, **given, **env},
            capture_output=True,
            text=True,
            timeout=120,
        )

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.folder / "outputs").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    folder = tmp_path / "machine"
    folder.mkdir()
    return Runner(folder)


@pytest.fixture
def lab(tmp_path: Path) -> dict[str, File]:
    return workflows(tmp_path, *DELIVERED, *DEVELOP)


@pytest.mark.parametrize(("name", "repository"), [("api", "api"), ("code-runner", "runner")])
def test_a_name_leads_to_its_repository_and_platform(
    lab: dict[str, File], runner: Runner, name: str, repository: str
) -> None:
    done = runner.run(lab["lab-release-dev"].steps("release")["Choose"]["run"], NAME=name)
    assert done.returncode == 0, done.stderr
    assert runner.outputs == {"repository": repository, "platform": "linux/amd64"}


@pytest.mark.parametrize("name", ["", "other", "api; touch hacked", "$(touch hacked)", "*"])
def test_any_other_name_is_refused_and_runs_nothing(lab: dict[str, File], runner: Runner, name: str) -> None:
    done = runner.run(lab["lab-release-dev"].steps("release")["Choose"]["run"], NAME=name)
    assert done.returncode == 2
    assert not (runner.folder / "hacked").exists()
    assert not (runner.folder / "outputs").exists()


def test_an_image_is_tagged_by_environment_commit_and_time(lab: dict[str, File], runner: Runner) -> None:
    runner.program("docker", "")
    git = "git init --quiet application && cd application && git -c user.name=a -c user.email=a@b.c commit --quiet "
    assert runner.run(f"{git} --allow-empty --message one").returncode == 0
    done = runner.run(
        lab["lab-release-live"].steps("release")["Build"]["run"],
        ENVIRONMENT="live",
        PLATFORM="linux/amd64",
        DOCKERFILE="api/Dockerfile; touch hacked",
        CONTEXT="api",
    )
    assert done.returncode == 0, done.stderr
    commit = runner.run("git -C application rev-parse HEAD").stdout[:7]
    environment, hashed, time = runner.outputs["tag"].split("-")
    assert (environment, hashed) == ("live", commit)
    assert len(time) == 14
    assert time.isdigit()
    (build,) = runner.calls("docker")
    assert "--provenance=false --platform linux/amd64" in build
    assert build.endswith("--file application/api/Dockerfile; touch hacked application/api")
    assert not (runner.folder / "hacked").exists()


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        ({"protection_rules": [{"type": "required_reviewers"}], "deployment_branch_policy": {"x": True}}, True),
        ({"protection_rules": [{"type": "required_reviewers"}], "deployment_branch_policy": None}, False),
        ({"protection_rules": [{"type": "wait_timer"}], "deployment_branch_policy": {"x": True}}, False),
        ({"protection_rules": [], "deployment_branch_policy": {"x": True}}, False),
        (None, False),
    ],
)
def test_an_environment_that_asks_nobody_stops_the_run(
    lab: dict[str, File], runner: Runner, settings: dict[str, Any] | None, passes: bool
) -> None:
    (runner.folder / "settings.json").write_text(json.dumps(settings))
    missing = "exit 1" if settings is None else f'jq --raw-output "$4" {runner.folder}/settings.json'
    runner.program("gh", missing)
    script = lab["lab-deploy-live"].steps("plan")["Require reviewers"]["run"]
    done = runner.run(script, ENVIRONMENT="lab-live")
    assert (done.returncode == 0) == passes, done.stderr
    assert ("::error::Give the GitHub environment lab-live" in done.stdout) == (not passes)
    assert runner.calls("gh")[0].startswith("api repos/example/platform/environments/lab-live ")


def test_a_plan_says_whether_there_is_anything_to_apply(lab: dict[str, File], runner: Runner) -> None:
    plan, apply = lab["lab-deploy-live"].steps("plan"), lab["lab-deploy-live"].steps("apply")
    (runner.folder / "root").mkdir()
    main = runner.folder / "root/main.tf"
    main.write_text('resource "terraform_data" "one" {\n  input = "x"\n}\n')
    assert runner.run("terraform init -input=false", "root").returncode == 0

    assert runner.run(plan["Plan"]["run"], "root").returncode == 0
    assert runner.outputs == {"changes": "true"}
    assert runner.run(plan["Show"]["run"], "root").returncode == 0
    assert "terraform_data.one will be created" in (runner.folder / "summary.md").read_text()
    early = runner.run(apply["Plan again: nothing to do"]["run"], "root")
    assert early.returncode == 2
    assert "::error::" in early.stdout
    assert runner.run(apply["Apply"]["run"], "root").returncode == 0
    assert runner.run(apply["Plan again: nothing to do"]["run"], "root").returncode == 0
    assert runner.run(plan["Plan"]["run"], "root").returncode == 0
    assert runner.outputs == {"changes": "false"}

    main.write_text('resource "terraform_data" "one" {\n  input = missing\n}\n')
    assert runner.run(plan["Plan"]["run"], "root").returncode == 1


def resource(address: str, **after: Any) -> dict[str, Any]:
    return {"mode": "managed", "address": address, "change": {"after": after}}


def compared(lab: dict[str, File], runner: Runner, base: list[Any] | None, head: list[Any]) -> str:
    """What the pull request's report says of two plans."""
    (runner.folder / "head-plan.json").write_text(json.dumps({"resource_changes": head}))
    if base is not None:
        (runner.folder / "base/envs/lab/dev").mkdir(parents=True)
        (runner.folder / "base-plan.json").write_text(json.dumps({"resource_changes": base}))
    runner.program("slipway", 'file="${*: -1}"\ncp "${file%.json}-plan.json" "$file"\necho summary')
    script = lab["lab-pull-request"].steps("plan")["Plan, and compare with the base"]["run"]
    done = runner.run(script, TARGET="lab/dev", REPORT="report.md")
    assert done.returncode == 0, done.stderr
    return (runner.folder / "report.md").read_text()


def test_a_report_shows_each_value_with_its_resource(lab: dict[str, File], runner: Runner) -> None:
    base = [resource("a.one", size=1, gone=None, flags=[True]), resource("a.two", name="é")]
    head = [resource("a.one", size=2, gone=None, flags=[True]), resource("a.new", open=False)]
    report = compared(lab, runner, base, head)
    assert report.splitlines() == [
        "### lab/dev",
        "2 values appear, 2 go.",
        "",
        "~~~~~~diff",
        "+a.new open = false",
        "-a.one size = 1",
        "+a.one size = 2",
        '-a.two name = "é"',
        "",
        "~~~~~~",
    ]
    assert [call.split()[0] for call in runner.calls("slipway")] == ["plan", "--project"]


def test_a_report_of_no_change_and_of_a_new_environment(lab: dict[str, File], runner: Runner) -> None:
    one = [resource("a.one", size=1)]
    assert "+a.one size = 1" in compared(lab, runner, None, one)
    assert "Nothing changes." in compared(lab, runner, one, one)


@pytest.mark.parametrize("code", [0, 1])
def test_a_scan_is_in_the_summary_whether_it_passes_or_not(lab: dict[str, File], runner: Runner, code: int) -> None:
    runner.program("slipway", f'echo "## Policy: all of it" > "${{*: -1}}"\nexit {code}')
    done = runner.run(lab["lab-pull-request"].steps("policy")["Scan"]["run"], TARGET="lab/dev")
    assert done.returncode == code, done.stderr
    assert (runner.folder / "summary.md").read_text() == "## Policy: all of it\n"
    (call,) = runner.calls("slipway")
    assert call.startswith("scan lab/dev --rehearse ")


def test_a_scan_that_is_impossible_says_so_by_its_own_code(lab: dict[str, File], runner: Runner) -> None:
    runner.program("slipway", "exit 2")
    assert runner.run(lab["lab-pull-request"].steps("policy")["Scan"]["run"], TARGET="lab/dev").returncode == 2
    assert not (runner.folder / "summary.md").exists()


@pytest.mark.parametrize(("own", "calls"), [("", "api repos/example/platform/issues/7/comments "), ("42", "PATCH")])
def test_a_comment_is_made_once_and_then_kept_up_to_date(
    lab: dict[str, File], runner: Runner, own: str, calls: str
) -> None:
    (runner.folder / "reports").mkdir()
    (runner.folder / "reports/report-dev.md").write_text("### lab/dev\n")
    runner.program("gh", f'[ "$2" != --paginate ] || echo "{own}"')
    step = lab["lab-pull-request"].steps("comment")["Comment"]
    env = {"NUMBER": "7", "RUN": "https://example.com/run", "MARK": step["env"]["MARK"]}
    done = runner.run(step["run"], **env)
    assert done.returncode == 0, done.stderr
    assert calls in runner.calls("gh")[-1]
    assert (runner.folder / "comment.md").read_text().startswith("<!-- lab: plans -->\n### lab/dev\n")

    (runner.folder / "reports/report-dev.md").write_text("x" * 70_000)
    assert runner.run(step["run"], **env).returncode == 0
    assert len((runner.folder / "comment.md").read_text()) < 200
