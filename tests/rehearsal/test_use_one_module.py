"""docs/use-one-module.md works as it stands, against this repository as a local git source."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.rehearsal.terraform_runs import Tools
from tests.plan.planning import ACCOUNT

BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "https://example.com/slipway.git"
Run = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def page(project: Path) -> list[str]:
    """The blocks of the page, in order."""
    return [b["text"] for b in BLOCK.finditer((project / "docs/use-one-module.md").read_text(encoding="utf-8"))]


@pytest.fixture
def repository(project: Path, tmp_path: Path) -> Path:
    """A repository of what is committed and changed here, tagged as the page says."""
    repository = tmp_path / "slipway"
    shutil.copytree(project / "modules", repository / "modules")
    for arguments in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "modules"],
        ["tag", "v0.1.0"],
    ):
        subprocess.run(["git", *arguments], cwd=repository, check=True)
    return repository


@pytest.fixture
def run(repository: Path, tmp_path: Path) -> Iterator[Run]:
    """A shell in the caller's directory, where the page's address means *repository*."""
    directory = tmp_path / "caller"
    directory.mkdir()
    tools = Tools.find()
    with EmbeddedAws.start() as aws:
        environment = tools.environment(aws, ACCOUNT) | {
            "PATH": f"{tools.binary.path.parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
            "GIT_CONFIG_VALUE_0": ADDRESS,
            "TF_CLI_ARGS": "-no-color",
            "TF_INPUT": "0",
        }
        if tools.provider.plugin_dir:
            environment["TF_CLI_ARGS_init"] = f"-no-color -plugin-dir={tools.provider.plugin_dir}"

        def run(command: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                command, cwd=directory, env=environment, shell=True, capture_output=True, text=True, check=False
            )

        yield run


@pytest.mark.rehearsal(40)
def test_the_page_works_word_for_word(page: list[str], run: Run, tmp_path: Path) -> None:
    main, config, apply, zone, refusal, destroy = page
    file = tmp_path / "caller" / "main.tf"
    assert f'"file://$HOME/slipway".insteadOf {ADDRESS}' in config
    file.write_text(main, encoding="utf-8")
    for command in apply.splitlines():
        succeed(run(command))
    assert succeed(run("terraform output vpc_id")).strip().strip('"').startswith("vpc-")
    assert "No changes." in succeed(run("terraform plan"))

    last = '    us-west-2b = "10.20.2.0/24"\n'
    file.write_text(main.replace(last, last + zone), encoding="utf-8")
    succeed(run("terraform plan -out=plan"))
    changes = json.loads(succeed(run("terraform show -json plan")))["resource_changes"]
    actions = {action for change in changes for action in change["change"]["actions"]}
    assert actions == {"create", "no-op"}

    file.write_text(main.replace("10.20.1.0/24", "10.20.1.0"), encoding="utf-8")
    refused = run("terraform plan")
    assert refused.returncode == 1
    assert refusal.strip() in refused.stderr

    file.write_text(main, encoding="utf-8")
    succeed(run(f"{destroy.strip()} -auto-approve"))


def succeed(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
