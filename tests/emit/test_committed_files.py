"""The committed files are what their sources emit, the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from generator.synthesis import differences

PROGRAM = """
import json, sys
from pathlib import Path
from generator.synthesis import emit
json.dump(emit(Path(sys.argv[1])), sys.stdout)
"""


def test_check_holds(project: Path, emitted: dict[str, str]) -> None:
    assert "".join(difference.diff or difference.file for difference in differences(project, emitted)) == ""


def test_two_processes_with_different_hash_seeds_emit_the_same_bytes(project: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(project)],
            cwd=project,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(project)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    answers = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert len({sha256(answer).hexdigest() for answer in answers}) == 1
    assert len(answers[0]) > 10_000
