"""An operator who follows an environment's README: runs its commands, as they stand, in a shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.project import find_target
from generator.rehearsal.standing import FOLDER, Standing
from generator.rehearsal.terraform_runs import Tools
from tests.rehearsal.conftest import PROJECT


class Operator:
    """Someone in the directory of *standing*'s environment, with a shell that reaches its AWS.

    The directory is the working copy that `slipway up` applied, which has the state. *commands* is a directory for
    `aws`, `slipway` and `terraform`.
    """

    def __init__(self, standing: Standing, project: Path, commands: Path) -> None:
        self.standing, target = standing, find_target(project, standing.name)
        folder = project / FOLDER / standing.name.replace("/", "-")
        copy = folder / standing.account_id / target.directory.name
        self.directory = copy / target.directory.relative_to(project)
        tools = Tools.find()
        _command(commands / "terraform", f'"{tools.binary.path}" "$@"')
        _command(commands / "aws", f'"{sys.executable}" -m tests.rehearsal.aws_cli "$@"')
        # The working copy lies in the project, but is none itself.
        _command(commands / "slipway", f'cd "{project}" && "{sys.executable}" -m generator.cli.main "$@"')
        self.environment = {
            **tools.environment(standing.aws(), standing.account_id),
            "NO_COLOR": "1",
            "AWS_REGION": standing.region,
            "AWS_DEFAULT_REGION": standing.region,
            "PATH": f"{commands}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            # What a person answers and sees: yes, and no colours.
            "TF_CLI_ARGS_apply": "-auto-approve -input=false -no-color",
            "TF_CLI_ARGS_destroy": "-auto-approve -input=false -no-color",
            "TF_CLI_ARGS_plan": "-input=false -no-color",
        }

    def commands(self, title: str) -> list[str]:
        """The blocks of commands in the README's part *title*, until the next title."""
        text = (self.directory / "README.md").read_text()
        parts = re.split(r"^#{2,3} (.+)\n", text, flags=re.MULTILINE)
        part = dict(zip(parts[1::2], parts[2::2], strict=True))[title]
        return [re.sub(r"^ {3}", "", block, flags=re.MULTILINE) for block in re.findall(r"```sh\n(.*?)```", part, re.S)]

    def follow(self, title: str, *, only: int | None = None, written: Mapping[str, str] | None = None) -> str:
        """Run the commands of the part *title*, or its block *only*; return what they print.

        *written* are the examples that an operator writes something else for. Blocks share a shell, as a person's do.
        """
        blocks = self.commands(title)
        script = "".join(blocks if only is None else [blocks[only]])
        for example, own in (written or {}).items():
            assert example in script, f"the README says nothing of {example}:\n{script}"
            script = script.replace(example, own)
        assert "<" not in script.replace("<<", ""), f"an example is left:\n{script}"
        return self.run(script)

    def run(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def choose(self, **variables: Any) -> None:
        """Write the operator's variables, as the README of an environment says."""
        (self.directory / "terraform.tfvars.json").write_text(json.dumps(variables))

    def now(self) -> Standing:
        """The environment as it stands, with its outputs of now."""
        outputs = json.loads(self.run("terraform output -json"))
        return replace(self.standing, outputs={name: output["value"] for name, output in outputs.items()})

    def planned(self) -> list[str]:
        """The addresses that a plan would change."""
        command = ["terraform", "plan", "-detailed-exitcode", "-json"]
        done = subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 2), done.stdout + done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        changes = [event["change"] for event in events if event["type"] == "planned_change"]
        found = [f"{change['action']} {change['resource']['addr']}" for change in changes]
        return found if found or not done.returncode else ["outputs only"]


def _command(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)
