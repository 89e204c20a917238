"""Writing in a child process under limits: little space, or a user who may not write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65534

# Imports come before the limits, which would stop the interpreter's own files.
PROGRAM = """
import json, os, resource, sys
from pathlib import Path
from generator.errors import SlipwayError
from generator.files import replace_files
from generator.synthesis import write_files

request = json.load(sys.stdin)
if request["user"] is not None:
    os.setgroups([])
    os.setgid(request["user"])
    os.setuid(request["user"])
if request["bytes"] is not None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (request["bytes"], request["bytes"]))
try:
    if request["root"]:
        write_files(Path(request["root"]), request["files"])
    else:
        replace_files({Path(name): text for name, text in request["files"].items()})
except SlipwayError as error:
    print(error)
"""


def complaint(
    files: Mapping[str, str], *, root: Path | None = None, most_bytes: int | None = None, unprivileged: bool = False
) -> str:
    """Write *files* (below *root* by `write_files`, else by `replace_files`) and return the error, "" for none.

    *most_bytes* limits the size of a file, as a disk without space would; *unprivileged* gives up root's rights.
    """
    request = {
        "files": dict(files),
        "root": str(root or ""),
        "bytes": most_bytes,
        "user": NOBODY if unprivileged and os.geteuid() == 0 else None,
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(request),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def contents(directory: Path) -> dict[str, str]:
    """The text of every file below *directory*, hidden ones too."""
    return {
        str(file.relative_to(directory)): file.read_text(encoding="utf-8")
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }
