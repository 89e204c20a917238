"""The directory of a runner that is root: locks of the programs' users, and the launcher once it is built."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from runner.errors import RunnerError


def root_directory() -> Path:
    """A directory only root can enter. RunnerError if the name is taken by somebody else."""
    parent = Path("/run")  # where the Filesystem Hierarchy Standard puts the run-time files of root's programs
    if not os.access(parent, os.W_OK):
        parent = Path(tempfile.gettempdir())
    path = parent / "slipway-runner"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise RunnerError(f"{path} is not a directory of the runner's own.", cure="Remove it.")
    return path
