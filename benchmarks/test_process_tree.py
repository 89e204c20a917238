"""What the benchmark measures is what happened, and nothing is left running.

`measure` collects every child of its process, so each test calls it in a process of its own.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

MEASURE = """
import json, os, sys
from dataclasses import asdict
from pathlib import Path
from benchmarks import process_tree

process_tree.LIMIT_SECONDS = float(sys.argv[2])
process_tree.adopt_orphans()
result = {}
try:
    result = asdict(process_tree.measure([sys.executable, "-c", sys.argv[1]], directory=Path(), environment=os.environ))
except process_tree.BenchmarkError as error:
    result["error"] = str(error)
result["left"] = process_tree.descendants(os.getpid())
print(json.dumps(result))
"""

BURN = "import time\nwhile time.process_time() < 0.5: pass"
# Its parent ends first, as jsii's Python does before its Node.
ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"
HOLD = "import time; held = b'x' * 200_000_000; time.sleep(1)"
CHILD_HOLDS = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}])"
SLEEPING_CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '600']); "


def measured(program: str, limit: float = 60) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, program, str(limit)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("program", [BURN, ORPHAN], ids=["own", "orphan"])
def test_processor_time_counts_every_process(program: str) -> None:
    assert measured(program)["cpu_seconds"] >= 0.5


def test_memory_counts_every_process() -> None:
    assert measured(CHILD_HOLDS)["peak_bytes"] > 200_000_000 > measured("pass")["peak_bytes"]


def test_time_is_that_of_the_command_itself() -> None:
    assert measured("import time; time.sleep(0.5)")["seconds"] >= 0.5


def test_failed_command_is_an_error_that_shows_its_output() -> None:
    error = measured("import sys; print('no such module'); sys.exit(3)")["error"]
    assert "exit code 3" in error
    assert "no such module" in error


def test_command_over_the_limit_is_ended_with_its_children() -> None:
    result = measured(SLEEPING_CHILD + "import time; time.sleep(600)", limit=0.5)
    assert "not done after" in result["error"]
    assert result["left"] == []


def test_orphans_over_the_limit_are_ended() -> None:
    result = measured(SLEEPING_CHILD, limit=0.5)
    assert "not done after" in result["error"]
    assert result["left"] == []


def test_interrupt_leaves_nothing_running(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = (
        f"import pathlib, subprocess; child = subprocess.Popen(['sleep', '600']); "
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid)); child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", MEASURE, program, "60"], cwd=ROOT, stderr=subprocess.DEVNULL) as run:
        while not (pid_file.exists() and pid_file.read_text()):
            assert run.poll() is None
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        assert run.wait(30) != 0
    assert not Path("/proc", pid_file.read_text()).exists()
