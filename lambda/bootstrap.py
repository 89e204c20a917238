"""What the Lambda image starts: gives Lambda's Python runtime an environment that is worth nothing to a program.

The environment a process was started with stays readable in /proc whatever it unsets later, so the runtime is started a
second time, by exec, without the function's credentials. The key for signing goes through a pipe that is read once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

# The role's credentials: the runner calls nothing of AWS.
SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
KEY, KEY_DESCRIPTOR = "RUNNER_SIGNING_KEY", "RUNNER_SIGNING_KEY_FD"
MOST_KEY_BYTES = 4096  # what a pipe always takes without a reader


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """*environment* without secrets; where it has a key, with the number of a descriptor to read it from instead."""
    kept = {name: value for name, value in environment.items() if name not in (*SECRETS, KEY, KEY_DESCRIPTOR)}
    key = environment.get(KEY, "").encode()
    if key:
        if len(key) > MOST_KEY_BYTES:
            raise SystemExit(f"{KEY} has {len(key)} bytes; at most {MOST_KEY_BYTES} are taken")
        read, write = os.pipe()
        os.write(write, key)
        os.close(write)
        os.set_inheritable(read, True)
        kept[KEY_DESCRIPTOR] = str(read)
    return kept


def main(arguments: Sequence[str]) -> None:
    """Becomes the runtime, which is told the handler."""
    os.execve(sys.executable, [sys.executable, "-m", "awslambdaric", *arguments], scrubbed(os.environ))


if __name__ == "__main__":
    main(sys.argv[1:])
