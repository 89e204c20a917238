"""A module applied to the embedded AWS by stock terraform with the stock provider, as a caller applies it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.rehearsal.terraform_runs import Tools
from generator.terraform.driver import Terraform
from generator.terraform.workspace import module_directories
from tests.rehearsal.embedded_aws.cloud import Cloud

MODULES = Path(__file__).resolve().parents[3] / "modules"
PROVIDER = """
terraform {{
  required_providers {{
    aws = {{
      source = "hashicorp/aws"
    }}
  }}
}}

provider "aws" {{
  region            = "{region}"
  max_retries       = 4
  s3_use_path_style = true
  default_tags {{
    tags = {{ System = "example" }}
  }}
}}
"""


@dataclass(frozen=True)
class Applied:
    """A root module with one call, `module.this`. *directory* holds it."""

    terraform: Terraform
    directory: Path
    module: str

    def call(self, inputs: Mapping[str, Any]) -> None:
        """Write the call. Strings of *inputs* are templates: they may name the supporting resources."""
        written = {
            "module": {"this": {"source": f"../modules/{self.module}", **inputs}},
            "output": {"this": {"value": "${module.this}"}},
        }
        (self.directory / "call.tf.json").write_text(json.dumps(written, indent=2), encoding="utf-8")

    def init_and_apply(self) -> dict[str, Any]:
        """Apply for the first time."""
        self.terraform.init()
        return self.apply()

    def apply(self) -> dict[str, Any]:
        """Apply, assert that a plan is then empty, and return the module's outputs."""
        self.terraform.apply()
        plan = self.terraform.plan()
        assert plan.changes == (), plan.changes
        assert not plan.has_changes
        outputs: dict[str, Any] = self.terraform.output()["this"].value
        return outputs


@contextmanager
def applied(cloud: Cloud, directory: Path, module: str, resources: str = "") -> Iterator[Applied]:
    """A root module below *directory* for a call of *module*, beside *resources* in HCL. Destroyed at the end.

    The modules that *module* calls stand beside it.
    """
    for used in module_directories(MODULES / module, MODULES.parent):
        shutil.copytree(used, directory / "modules" / used.name)
    root = directory / "root"
    root.mkdir()
    (root / "main.tf").write_text(PROVIDER.format(region=cloud.region) + resources, encoding="utf-8")
    tools = Tools.find()
    terraform = Terraform(
        root,
        binary=tools.binary,
        provider_source=tools.provider,
        environment=tools.environment(cloud.aws, cloud.account),
    )
    try:
        yield Applied(terraform, root, module)
    finally:
        terraform.destroy()
