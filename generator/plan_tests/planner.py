"""Planning modules for tests: stock tftest and stock terraform, through a provider that serves only what is in use."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tftest import TerraformPlanOutput, TerraformTest, TerraformTestError

import generator
from generator.errors import SlipwayError, TerraformError
from generator.plan_tests.cache import PlanCache
from generator.plan_tests.failure import VARIABLES_FILE, PlanFailedError
from generator.plan_tests.module_files import copy_modules
from generator.plan_tests.temporary import temporary_directory
from generator.plan_tests.variables import check_variables, variables_text
from generator.terraform.binary import TerraformBinary, find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.configuration import Block, read_blocks
from generator.terraform.override import FILE_NAME, embedded_aws_override
from generator.terraform.provider_mirror import REGISTRY, ProviderSource, find_provider_mirror
from generator.terraform.provider_proxy import ProviderProxy, find_provider_binary
from generator.terraform.workspace import module_directories

if TYPE_CHECKING:
    from generator.embedded_aws import EmbeddedAws

ACCOUNT_ID = "123456789012"
PROVIDER_FILE = "slipway_plan_test_provider.tf"
PLAN_FILE = "slipway-plan-test.tfplan"
# What decides, besides terraform and the provider, how a plan comes out.
OWN_PACKAGES = ("embedded_aws", "plan_tests", "terraform")


@dataclass
class Planner:
    """Plans modules, each plan once: *cache* keeps answers between runs.

    *root* holds every module that is called; *region* is where modules without a provider block are planned. The
    embedded AWS and the provider start with the first plan that needs them and is not in the cache.
    """

    root: Path
    cache: PlanCache
    region: str
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.root = self.root.resolve()

    def close(self) -> None:
        """End what was started, and trim the cache."""
        self.stack.close()
        self.cache.trim()

    def plan(self, module: Path, variables: Mapping[str, Any]) -> TerraformPlanOutput:
        """Return tftest's plan output of *module*, a directory below the root.

        Raises PlanFailedError when terraform refuses to plan, and SlipwayError when there is no such module or
        variable, a variable's value is not JSON, or terraform, the provider or the embedded AWS fails.
        """
        module = module.resolve()
        if not module.is_dir():
            raise SlipwayError(f"there is no module {module}", cure="Give a directory below the tests' root directory.")
        if not module.is_relative_to(self.root):
            raise SlipwayError(f"{module} is not below {self.root}", cure="Run pytest from a directory above it.")
        if not any(module.glob("*.tf")):
            raise SlipwayError(f"{module} holds no Terraform configuration", cure="Give a directory with .tf files.")
        check_variables(module, variables)
        directories = module_directories(module, self.root)
        key = self.cache.key(directories, variables, [*self._versions, self.region])
        answer = self.cache.get(key)
        if answer is None:
            answer = self._ask(module, directories, variables)
            self.cache.put(key, answer)
        if "error" in answer:
            raise PlanFailedError(answer["error"])
        return TerraformPlanOutput(answer["plan"])

    def _ask(self, module: Path, directories: Sequence[Path], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Plan in a private copy: ``{"plan": plan JSON}`` or ``{"error": what terraform said}``."""
        folder = Path(tempfile.mkdtemp(dir=self._temporary))
        try:
            copy_modules(directories, self.root, folder)
            root_module = folder / module.relative_to(self.root)
            blocks = read_blocks(module)
            uses_aws = any(_uses_aws(directory) for directory in directories)
            (root_module / FILE_NAME).write_text(embedded_aws_override(blocks), encoding="utf-8")
            if uses_aws and not _has_default_provider(blocks):
                (root_module / PROVIDER_FILE).write_text(self._provider_block, encoding="utf-8")
            (root_module / VARIABLES_FILE).write_text(variables_text(variables), encoding="utf-8")
            return self._plan(root_module, uses_aws=uses_aws)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _plan(self, root_module: Path, *, uses_aws: bool) -> dict[str, Any]:
        test = TerraformTest(str(root_module), binary=str(self._terraform.path))
        try:
            # Each time the files changed, the proxy reads which types they name; init brings registry modules.
            test.env = self._environment(root_module, uses_aws=uses_aws)
            _execute(test, "init", "-input=false", "-no-color")
            test.env = self._environment(root_module, uses_aws=uses_aws)
        except TerraformTestError as error:
            # Not kept: a registry may be reached next time.
            raise PlanFailedError(_said(error)) from error
        try:
            # Not tftest's plan(output=True): it never removes the file of the plan.
            options = ("-input=false", "-no-color", "-lock=false", f"-var-file={VARIABLES_FILE}", f"-out={PLAN_FILE}")
            _execute(test, "plan", *options)
        except TerraformTestError as error:
            if uses_aws:
                # An error of the machinery, which these raise, is not one of the module.
                self._aws.health()
                self._environment(root_module, uses_aws=True)
            return {"error": _said(error)}
        return {"plan": json.loads(_execute(test, "show", "-no-color", "-json", PLAN_FILE))}

    def _environment(self, root_module: Path, *, uses_aws: bool) -> dict[str, str]:
        """Nothing of the caller's shell that would change a plan: neither AWS_* nor TF_VAR_* variables."""
        return (
            {**self._aws_environment, **self._proxy.environment(root_module)} if uses_aws else self._plain_environment
        )

    @cached_property
    def _plain_environment(self) -> dict[str, str]:
        base = {name: value for name, value in os.environ.items() if not name.startswith("TF_VAR_")}
        return child_environment(base, self._provider, embedded={})

    @cached_property
    def _aws_environment(self) -> dict[str, str]:
        return {**self._plain_environment, **self._aws.environment(ACCOUNT_ID), "AWS_REGION": self.region}

    @property
    def _provider_block(self) -> str:
        return f'provider "aws" {{\n  region = "{self.region}"\n  max_retries = 4\n  s3_use_path_style = true\n}}\n'

    @cached_property
    def _versions(self) -> list[str]:
        return planned_with(self._terraform, self._provider)

    @cached_property
    def _terraform(self) -> TerraformBinary:
        return find_terraform()

    @cached_property
    def _provider(self) -> ProviderSource:
        return find_provider_mirror(platform=self._terraform.platform)

    @cached_property
    def _temporary(self) -> Path:
        return self.stack.enter_context(temporary_directory())

    @cached_property
    def _aws(self) -> EmbeddedAws:
        # Imported here: it takes as long as a dozen plans that are in the cache.
        from generator.embedded_aws import EmbeddedAws

        return self.stack.enter_context(EmbeddedAws.start())

    @cached_property
    def _proxy(self) -> ProviderProxy:
        binary = find_provider_binary(self._provider, self._terraform)
        return self.stack.enter_context(ProviderProxy.start(binary, environment=self._aws_environment))


def planned_with(terraform: TerraformBinary, provider: ProviderSource) -> list[str]:
    """The versions of all that a plan depends on, besides the module: another one of any plans anew."""
    tools = [str(terraform.version), *_provider_versions(provider)]
    return [*tools, version("moto"), version("tftest"), _own_digest()]


def _execute(test: TerraformTest, command: str, *arguments: str) -> str:
    """Run terraform, and return what it printed. Raises TerraformTestError when it refuses."""
    with _without_log():
        done = test.execute_command(command, *arguments)
    if done.retcode != 0:
        raise TerraformError(f"terraform {command} ended with exit code {done.retcode}", cure=done.err.strip())
    return str(done.out)


@contextmanager
def _without_log() -> Iterator[None]:
    """Keep tftest from logging what terraform prints: what matters of it is in the error."""
    logger = logging.getLogger("tftest")
    logger.addFilter(_nothing)
    try:
        yield
    finally:
        logger.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _said(error: TerraformTestError) -> str:
    return str(error.cmd_error or error)


def _uses_aws(directory: Path) -> bool:
    # Any mention will do: to start the provider for nothing costs seconds, not to start it would cost the plan.
    # A module of a registry may use it unseen.
    files = [file for pattern in ("*.tf", "*.tf.json") for file in directory.glob(pattern)]
    if any("aws" in file.read_text(encoding="utf-8", errors="replace") for file in files):
        return True
    sources = (block.strings.get("source", "") for block in read_blocks(directory) if block.type == "module")
    return any(not source.startswith(("./", "../")) for source in sources)


def _has_default_provider(blocks: Sequence[Block]) -> bool:
    return any(b.type == "provider" and b.labels == ("aws",) and "alias" not in b.strings for b in blocks)


def _provider_versions(source: ProviderSource) -> list[str]:
    if source.version is not None:
        return [str(source.version)]
    # From the registry comes the newest; what was downloaded is what is used.
    assert source.cache is not None
    return sorted(folder.name for folder in source.cache.glob(f"{REGISTRY}/hashicorp/aws/*"))


def _own_digest() -> str:
    """A digest of this program, as far as plans depend on it: another version of it plans anew."""
    digest = hashlib.sha256()
    for package in OWN_PACKAGES:
        for file in sorted((Path(generator.__file__).parent / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
