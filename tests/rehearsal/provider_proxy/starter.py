"""Starts a proxy and plans for ever; run in a process of its own, to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from generator.terraform.provider_proxy import ProviderProxy


def main(terraform: str, provider: str, root: str) -> None:
    with ProviderProxy.start(Path(provider), environment=os.environ) as proxy:
        environment = os.environ | proxy.environment(Path(root))
        print(environment["TF_REATTACH_PROVIDERS"], flush=True)
        while subprocess.run([terraform, "plan"], cwd=root, env=environment, capture_output=True, check=True):
            print("planned", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
