"""docs/use-one-module.md works as it stands, against this repository as a local git source."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.rehearsal.terraform_runs import Tools
from tests.plan.planning import ACCOUNT
from tests.tutorials import Shell, blocks, repository

ADDRESS = "https://example.com/slipway.git"


@pytest.fixture
def page(project: Path) -> list[str]:
    """The blocks of the page, in order."""
    return [block.text for block in blocks(project / "docs/use-one-module.md")]


@pytest.fixture
def shell(project: Path, tmp_path: Path) -> Iterator[Shell]:
    """A shell in the caller's directory, where the page's address means this repository, tagged as the page says."""
    source = repository(project, tmp_path / "slipway", ["modules"])
    Shell(source, os.environ).succeed("git tag v0.1.0")
    directory = tmp_path / "caller"
    directory.mkdir()
    tools = Tools.find()
    with EmbeddedAws.start() as aws:
        environment = tools.environment(aws, ACCOUNT) | {
            "PATH": f"{tools.binary.path.parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{source}.insteadOf",
            "GIT_CONFIG_VALUE_0": ADDRESS,
            "TF_CLI_ARGS": "-no-color",
            "TF_INPUT": "0",
        }
        if tools.provider.plugin_dir:
            environment["TF_CLI_ARGS_init"] = f"-no-color -plugin-dir={tools.provider.plugin_dir}"
        yield Shell(directory, environment)


@pytest.mark.rehearsal(40)
def test_the_page_works_word_for_word(page: list[str], shell: Shell) -> None:
    main, config, apply, zone, refusal, destroy = page
    file = shell.directory / "main.tf"
    assert f'"file://$HOME/slipway".insteadOf {ADDRESS}' in config
    file.write_text(main, encoding="utf-8")
    shell.succeed(apply)
    assert shell.succeed("terraform output vpc_id").strip().strip('"').startswith("vpc-")
    assert "No changes." in shell.succeed("terraform plan")

    last = '    us-west-2b = "10.20.2.0/24"\n'
    file.write_text(main.replace(last, last + zone), encoding="utf-8")
    shell.succeed("terraform plan -out=plan")
    changes = json.loads(shell.succeed("terraform show -json plan"))["resource_changes"]
    actions = {action for change in changes for action in change["change"]["actions"]}
    assert actions == {"create", "no-op"}

    file.write_text(main.replace("10.20.1.0/24", "10.20.1.0"), encoding="utf-8")
    refused = shell.run("terraform plan")
    assert refused.returncode == 1
    assert refusal.strip() in refused.stderr

    file.write_text(main, encoding="utf-8")
    shell.succeed(f"{destroy.strip()} -auto-approve")
