"""The committed environments are plain Terraform: no tool of ours is needed to plan them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.terraform.binary import find_terraform
from generator.terraform.provider_mirror import find_provider_mirror

LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'


@pytest.mark.parametrize("environment", ["account", "test", "prod"])
def test_init_validate_and_plan_need_terraform_alone(environment: str, project: Path, tmp_path: Path) -> None:
    for folder in ("modules", "envs"):
        shutil.copytree(project / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    directory = tmp_path / "envs/seepp" / environment
    (directory / "backend_override.tf").write_text(LOCAL_STATE)
    terraform = find_terraform()
    source = find_provider_mirror(platform=terraform.platform)
    from_mirror = [f"-plugin-dir={source.plugin_dir}"] if source.plugin_dir else []
    with EmbeddedAws.start() as aws:
        # Nothing of this project's: neither its path nor its Python's.
        variables = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "AWS_ACCESS_KEY_ID": "dummy",
            "AWS_SECRET_ACCESS_KEY": "dummy",
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "CHECKPOINT_DISABLE": "1",
        }

        def run(*arguments: str) -> str:
            done = subprocess.run(
                [str(terraform.path), *arguments],
                cwd=directory,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"terraform {arguments[0]}: {done.stdout}{done.stderr}"
            return done.stdout

        run("init", "-input=false", "-no-color", *from_mirror)
        assert "is valid" in run("validate", "-no-color")
        run("plan", "-input=false", "-no-color", "-out=plan")
        plan = json.loads(run("show", "-json", "plan"))
    creates = [c["address"] for c in plan["resource_changes"] if c["change"]["actions"] == ["create"]]
    assert len(creates) > 10
    assert list(directory.glob("slipway*")) == []
