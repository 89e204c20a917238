"""A program that applies the configuration in a directory, for the tests that interrupt it: DIRECTORY GRACE_SECONDS."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console

from generator.terraform.binary import find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.progress import ProgressDisplay
from generator.terraform.provider_mirror import ProviderSource


def main(directory: Path, grace_seconds: float) -> int:
    source = ProviderSource(None, None, None, "the configuration needs no provider")
    environment = child_environment(os.environ, source)
    with ProgressDisplay(Console(stderr=True)) as display:
        terraform = Terraform(
            directory,
            binary=find_terraform(),
            provider_source=source,
            environment=environment,
            reporter=display.reporter("test"),
            grace_seconds=grace_seconds,
        )
        try:
            terraform.init()
            terraform.apply()
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
