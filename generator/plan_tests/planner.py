"""Planning modules for tests: stock tftest and stock terraform, through a provider that serves only what is in use."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tftest import TerraformPlanOutput, TerraformTest, TerraformTestError

from generator.embedded_aws import EmbeddedAws
from generator.plan_tests.cache import PlanCache
from generator.rehearsal.terraform_runs import Tools
from generator.terraform.child_environment import child_environment
from generator.terraform.provider_proxy import ProviderProxy, find_provider_binary
from generator.terraform.workspace import Workspace, module_directories

ACCOUNT_ID = "123456789012"
VARIABLES_FILE = "plan-test.auto.tfvars.json"
BACKEND = re.compile(r'^\s*(backend\s+"|cloud\s*{)', re.MULTILINE)
# "on main.tf line 3", and of a variable's value "the validation rule at variables.tf:8,3-13".
PLACE = re.compile(r"\bon (\S+) line (\d+)|\bat (\S+?):(\d+),")


class PlanFailedError(AssertionError):
    """Terraform refused to plan. *message* is what it said, in one line; *places* are ``file:line``."""

    def __init__(self, stderr: str) -> None:
        # Terraform wraps its messages and draws a line beside them.
        self.message = " ".join(re.sub(r"[│╷╵]", " ", stderr).split())
        self.places = [":".join(part for part in found if part) for found in PLACE.findall(self.message)]
        super().__init__(self.message)

    def check(self, match: str, at: str = "") -> None:
        """Raises AssertionError unless terraform said *match*, and pointed at *at* (``file`` or ``file:line``)."""
        if " ".join(match.split()) not in self.message:
            raise AssertionError(f"expected an error with {match!r}; terraform said: {self.message}")
        if at and not any(place == at or place.startswith(f"{at}:") for place in self.places):
            raise AssertionError(f"expected the error at {at}; terraform points at {', '.join(self.places)}")


@dataclass
class Planner:
    """Plans modules, each plan once: *cache* keeps answers between runs.

    *root* holds every module that is called; *region* is where modules without a provider block are planned. The
    embedded AWS and the provider start with the first plan that is not in the cache.
    """

    root: Path
    cache: PlanCache
    region: str
    stack: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """End what was started, and trim the cache."""
        self.stack.close()
        self.cache.trim()

    def plan(self, module: Path, variables: Mapping[str, Any]) -> TerraformPlanOutput:
        """Return tftest's plan output. Raises PlanFailedError when terraform refuses, SlipwayError when it is missing."""
        directories = module_directories(module, self.root)
        key = self.cache.key(directories, variables, [*self._versions, self.region])
        answer = self.cache.get(key)
        if answer is None:
            answer = self._ask(module, variables, has_calls=len(directories) > 1)
            self.cache.put(key, answer)
        if "error" in answer:
            raise PlanFailedError(answer["error"])
        return TerraformPlanOutput(answer["plan"])

    def _ask(self, module: Path, variables: Mapping[str, Any], *, has_calls: bool) -> dict[str, Any]:
        """Plan in a private copy: ``{"plan": plan JSON}`` or ``{"error": what terraform said}``."""
        folder = Path(tempfile.mkdtemp(dir=self._work))
        try:
            copy = Workspace.copy(module, self.root, folder / "copy").directory
            test = TerraformTest(str(copy), binary=str(self._tools.binary.path))
            # Not what TerraformTest makes of it: that adds this process's environment.
            test.env = {**self._environment, **self._proxy.environment(copy)}
            (copy / VARIABLES_FILE).write_text(json.dumps(dict(variables)), encoding="utf-8")
            if has_calls or _has_backend(copy):
                test.execute_command("init", "-backend=false", "-input=false", "-no-color")
            return {"plan": dict(test.plan(output=True))}
        except TerraformTestError as error:
            return {"error": str(error.cmd_error or error)}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _versions(self) -> list[str]:
        return [str(self._tools.binary.version), str(self._tools.provider.version)]

    @cached_property
    def _tools(self) -> Tools:
        return Tools.find()

    @cached_property
    def _work(self) -> Path:
        return Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-plans-")))

    @cached_property
    def _environment(self) -> dict[str, str]:
        aws = self.stack.enter_context(EmbeddedAws.start())
        embedded = {**aws.environment(ACCOUNT_ID), "AWS_REGION": self.region}
        return child_environment(os.environ, self._tools.provider, embedded=embedded)

    @cached_property
    def _proxy(self) -> ProviderProxy:
        binary = find_provider_binary(self._tools.provider, self._tools.binary)
        return self.stack.enter_context(ProviderProxy.start(binary, environment=self._environment))


def _has_backend(directory: Path) -> bool:
    # Terraform plans a root module with a backend only after init, even one that keeps its state here.
    return any(BACKEND.search(file.read_text(encoding="utf-8")) for file in directory.glob("*.tf"))
