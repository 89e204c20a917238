"""Terraform on the embedded AWS: a private working copy of a root module, and a driver for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from generator.embedded_aws import EmbeddedAws
from generator.errors import Location, SlipwayError
from generator.terraform.binary import TerraformBinary, find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.configuration import read_blocks
from generator.terraform.driver import Terraform
from generator.terraform.override import embedded_aws_override
from generator.terraform.progress import Reporter
from generator.terraform.provider_mirror import ProviderSource, find_provider_mirror
from generator.terraform.provider_proxy import ProviderProxy, find_provider_binary
from generator.terraform.released import release_all
from generator.terraform.workspace import Workspace

# The provider builds its schema anew in each run, and Go's garbage collector goes through it again and again: a fifth
# of a run's CPU time, for 0.1 GB more.
COLLECTOR = {"GOGC": "400", "GOMEMLIMIT": "400MiB"}


@dataclass(frozen=True)
class Tools:
    """The terraform and the provider of this machine."""

    binary: TerraformBinary
    provider: ProviderSource

    @classmethod
    def find(cls) -> Tools:
        """Raises TerraformError when either is missing."""
        binary = find_terraform()
        return cls(binary, find_provider_mirror(platform=binary.platform))

    def environment(self, aws: EmbeddedAws, account_id: str) -> dict[str, str]:
        """The environment for terraform to use *account_id* of *aws*, and nothing else of AWS."""
        return COLLECTOR | child_environment(os.environ, self.provider, embedded=aws.environment(account_id))

    def proxy(self, environment: Mapping[str, str]) -> ProviderProxy:
        """A started proxy of the provider; *environment* is what terraform has."""
        return ProviderProxy.start(find_provider_binary(self.provider, self.binary), environment=environment)

    def describe(self) -> str:
        return f"terraform {self.binary.version}, {self.provider.describe()}"


@dataclass
class Stage:
    """Where root modules are applied: one embedded AWS, one directory for the working copies."""

    aws: EmbeddedAws
    tools: Tools
    project: Path
    directory: Path
    proxied: bool = False
    """Whether a provider proxy serves the runs: for plans alone. A rehearsal has the stock provider to itself."""
    released: bool = False
    """Whether plans are made as if every image were released: for plans alone, there is no such image."""
    running: list[Terraform] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def terraform(self, root_module: Path, account_id: str, reporter: Reporter) -> Terraform:
        """Return a driver for a copy of *root_module*, with the one override file of rehearsals in it."""
        if not any(root_module.glob("*.tf")):
            raise SlipwayError(
                "nothing was written there yet", where=Location(root_module), cure="Run `slipway synth`."
            )
        override = embedded_aws_override(read_blocks(root_module))
        # A copy of their own for each, modules included: roots are applied side by side.
        into = self.directory / account_id / root_module.name
        workspace = Workspace.copy(root_module, self.project, into, override)
        if self.released:
            release_all(workspace.directory, into)
        environment = self.tools.environment(self.aws, account_id)
        if self.proxied:
            environment |= self.stack.enter_context(self.tools.proxy(environment)).environment(workspace.directory)
        terraform = Terraform(
            workspace.directory,
            binary=self.tools.binary,
            provider_source=self.tools.provider,
            environment=environment,
            reporter=reporter,
            shown_dir=root_module,
        )
        self.running.append(terraform)
        return terraform

    def interrupt(self) -> None:
        """Stop every terraform that runs, as Ctrl-C would, and refuse to start another."""
        for terraform in self.running:
            terraform.interrupt()


def output_values(terraform: Terraform) -> dict[str, Any]:
    return {name: output.value for name, output in terraform.output().items()}
