"""The committed environments are plain Terraform: no tool of ours is needed to validate and plan them."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.terraform.binary import find_terraform
from generator.terraform.provider_mirror import find_provider_mirror
from tests.rehearsal.conftest import PROJECT

LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
ROOTS = sorted(str(path.parent.relative_to(PROJECT / "envs")) for path in PROJECT.glob("envs/*/*/versions.tf"))


@dataclass(frozen=True)
class Operator:
    """Somebody with a checkout and terraform, without Slipway and without its Python."""

    root: Path
    home: Path

    def terraform(self, *arguments: str, **variables: str) -> str:
        done = subprocess.run(
            [str(find_terraform().path), *arguments],
            cwd=self.root,
            env={
                "PATH": str(self.home / "bin"),
                "HOME": str(self.home),
                "TF_CLI_CONFIG_FILE": str(self.home / "terraform.rc"),
                "CHECKPOINT_DISABLE": "1",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"terraform {arguments[0]}: {done.stdout}{done.stderr}"
        return done.stdout


def operator(name: str, directory: Path) -> Operator:
    """An operator in a copy of the root module *name*, whose provider comes from a mirror if there is one."""
    for folder in ("modules", f"envs/{name}"):
        shutil.copytree(
            PROJECT / folder, directory / folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "examples")
        )
    home = directory / "home"
    (home / "bin").mkdir(parents=True)
    source = find_provider_mirror(platform=find_terraform().platform)
    mirror = f'filesystem_mirror {{\n    path = "{source.plugin_dir}"\n  }}' if source.plugin_dir else "direct {}"
    (home / "terraform.rc").write_text(f"provider_installation {{\n  {mirror}\n}}\n")
    return Operator(directory / "envs" / name, home)


def test_there_is_a_root_for_every_environment_and_every_account() -> None:
    systems = [path.parent.name for path in PROJECT.glob("envs/*/system.yaml")]
    assert {root.partition("/")[0] for root in ROOTS} == set(systems)
    assert {root for root in ROOTS if root.endswith("/account")} == {f"{system}/account" for system in systems}
    assert len(ROOTS) >= 13


@pytest.mark.slow
@pytest.mark.parametrize("root", ROOTS)
def test_init_and_validate_need_terraform_alone(root: str, tmp_path: Path) -> None:
    who = operator(root, tmp_path)
    who.terraform("init", "-backend=false", "-input=false", "-no-color")
    assert json.loads(who.terraform("validate", "-json")) == {
        "format_version": "1.0",
        "valid": True,
        "error_count": 0,
        "warning_count": 0,
        "diagnostics": [],
    }


@pytest.mark.parametrize("root", ["seepp/account", "seepp/test", "seepp/prod"])
def test_a_plan_needs_terraform_alone(root: str, tmp_path: Path) -> None:
    who = operator(root, tmp_path)
    (who.root / "backend_override.tf").write_text(LOCAL_STATE)
    with EmbeddedAws.start() as aws:
        aws_variables = {
            "AWS_ACCESS_KEY_ID": "dummy",
            "AWS_SECRET_ACCESS_KEY": "dummy",
            "AWS_ENDPOINT_URL": aws.endpoint_url,
        }
        who.terraform("init", "-input=false", "-no-color")
        assert "is valid" in who.terraform("validate", "-no-color")
        who.terraform("plan", "-input=false", "-no-color", "-out=plan", **aws_variables)
        plan = json.loads(who.terraform("show", "-json", "plan"))
    creates = [c["address"] for c in plan["resource_changes"] if c["change"]["actions"] == ["create"]]
    assert len(creates) > 10
    assert list(who.root.glob("slipway*")) == []
