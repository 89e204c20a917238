"""Plans of root modules, as far as two plans of one configuration must agree."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.embedded_aws import EmbeddedAws
from generator.modules import all_modules
from generator.rehearsal.terraform_runs import Tools
from generator.terraform.child_environment import child_environment
from generator.terraform.diagnostic import Diagnostic
from generator.terraform.driver import Terraform
from generator.terraform.events import DiagnosticEvent, Event
from generator.terraform.failure import TerraformRunError
from generator.terraform.progress import SilentReporter
from generator.terraform.provider_proxy import ProviderProxy

ACCOUNT = "123456789012"
MODULES = Path(__file__).resolve().parents[3] / "modules"
# What a plan says of itself, as opposed to what it would do.
ABOUT = {"timestamp", "terraform_version", "format_version"}
REQUIRED = 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
PROVIDER = (
    REQUIRED + 'provider "aws" {\n  region            = "us-west-2"\n  s3_use_path_style = true\n  max_retries = 4\n}\n'
)


@dataclass(frozen=True)
class Planned:
    """The plan as JSON (empty when it failed) and what terraform said."""

    plan: dict[str, Any]
    diagnostics: list[Diagnostic]

    def resources(self) -> dict[str, dict[str, Any]]:
        """The planned values by address."""
        return {change["address"]: change["change"]["after"] for change in self.plan["resource_changes"]}


class _Listener(SilentReporter):
    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def event(self, event: Event) -> None:
        if isinstance(event, DiagnosticEvent):
            self.diagnostics.append(event.diagnostic)


@dataclass
class Bench:
    """One embedded AWS, and terraform on it."""

    tools: Tools
    aws: EmbeddedAws
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environment = child_environment(os.environ, self.tools.provider, embedded=self.aws.environment(ACCOUNT))

    def terraform(self, root: Path, proxy: ProviderProxy | None, reporter: SilentReporter | None = None) -> Terraform:
        environment = self.environment | (proxy.environment(root) if proxy is not None else {})
        return Terraform(
            root,
            binary=self.tools.binary,
            provider_source=self.tools.provider,
            environment=environment,
            reporter=reporter,
        )

    def plan(self, root: Path, proxy: ProviderProxy | None = None, *, init: bool = True) -> Planned:
        """Plan *root*, through *proxy* if there is one."""
        if init:
            self.terraform(root, proxy).init()
        listener = _Listener()
        terraform = self.terraform(root, proxy, listener)
        file = root / "plan"
        try:
            terraform.plan(out=file)
        except TerraformRunError:
            return Planned({}, _sorted(listener.diagnostics))
        plan = {key: value for key, value in terraform.show_plan(file).items() if key not in ABOUT}
        # Terraform keeps these in a map without an order.
        plan.get("relevant_attributes", []).sort(key=json.dumps)
        return Planned(plan, _sorted(listener.diagnostics))

    def plan_both_ways(self, root: Path, proxy: ProviderProxy) -> tuple[Planned, Planned]:
        """The plans of two equal copies of *root*: without the proxy, and through it."""
        copy = root.with_name(f"{root.name}-through-the-proxy")
        shutil.copytree(root, copy)
        return self.plan(root), self.plan(copy, proxy)


def _sorted(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    # Terraform walks its graph in no fixed order.
    return sorted(diagnostics, key=lambda diagnostic: diagnostic.model_dump_json())


def write_root(directory: Path, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "main.tf").write_text(text, encoding="utf-8")
    return directory


def module_root(project: Path, *names: str) -> Path:
    """A root module in the new directory *project* that calls the modules *names* as their examples do."""
    classes = all_modules()
    return calling_root(project, {name: classes[name].example for name in names})


def calling_root(project: Path, inputs: Mapping[str, Mapping[str, Any]]) -> Path:
    """A root module in the new directory *project* that calls modules with *inputs*, by the module's name."""
    shutil.copytree(MODULES, project / "modules")
    root = write_root(project / "roots" / "-".join(inputs), PROVIDER)
    calls = {name: {"source": f"../../modules/{name}", **_literal(given)} for name, given in inputs.items()}
    outputs = {name: {"value": f"${{module.{name}}}"} for name in inputs}
    (root / "calls.tf.json").write_text(json.dumps({"module": calls, "output": outputs}), encoding="utf-8")
    return root


def _literal(value: Any) -> Any:
    """*value* as Terraform's JSON syntax takes it, where strings are templates."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {key: _literal(item) for key, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, list | tuple) else value
