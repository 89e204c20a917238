"""Interrupted at any moment: the lock is released, the state holds what was done, no process is left."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from generator.terraform.events import OperationEvent
from generator.terraform.failure import TerraformInterruptedError
from generator.terraform.process import ChildProcess
from generator.terraform.progress import RichReporter
from tests.unit.terraform.conftest import MakeTerraform
from tests.unit.terraform.processes import running_in, wait_until, wait_until_none_is_in

# `first` is created at once; `second` then works for longer than any test waits, in a grandchild of terraform.
SLOW = """
variable "seconds" { default = 600 }
resource "terraform_data" "first" { input = "done" }
resource "terraform_data" "second" {
  input = terraform_data.first.output
  provisioner "local-exec" { command = "touch started; sleep ${var.seconds}; true" }
}
"""
QUICK = {"seconds": 0}


@contextmanager
def applying(workspace: Path, grace_seconds: float = 60) -> Iterator[subprocess.Popen[str]]:
    """Our program in a process of its own, in the middle of the apply."""
    command = [sys.executable, "-m", "tests.unit.terraform.interruptible", str(workspace), str(grace_seconds)]
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    program = subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until((workspace / "started").exists, "the slow provisioner runs")
        yield program
    finally:
        program.kill()
        program.communicate()
        wait_until_none_is_in(workspace)


@pytest.fixture
def workspace(make_terraform: MakeTerraform, tmp_path: Path) -> Path:
    make_terraform(SLOW, init=False)
    return tmp_path / "workspace"


def assert_usable(make_terraform: MakeTerraform, workspace: Path) -> None:
    terraform = make_terraform(SLOW)
    # `first` is kept, and `second`, tainted, is replaced.
    counts = terraform.apply(variables=QUICK).counts
    assert (counts.add, counts.destroy) == (1, 1)
    assert not terraform.plan(variables=QUICK).has_changes
    assert terraform.destroy(QUICK).counts.destroy == 2
    assert not (workspace / ".terraform.tfstate.lock.info").exists()


def test_ctrl_c_lets_terraform_release_its_lock(make_terraform: MakeTerraform, workspace: Path) -> None:
    with applying(workspace) as program:
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=60)
        assert program.returncode == 130, said
        assert not (workspace / ".terraform.tfstate.lock.info").exists()
        wait_until_none_is_in(workspace)
    assert "Traceback" not in said
    assert_usable(make_terraform, workspace)


def test_a_killed_program_takes_terraform_with_it(make_terraform: MakeTerraform, workspace: Path) -> None:
    with applying(workspace) as program:
        program.kill()
        program.wait()
        wait_until(lambda: not running_in(workspace), "terraform and its provisioner ended")
        assert not (workspace / ".terraform.tfstate.lock.info").exists()
    assert_usable(make_terraform, workspace)


def test_another_thread_can_interrupt(make_terraform: MakeTerraform, workspace: Path) -> None:
    shown = io.StringIO()
    terraform = make_terraform(SLOW, reporter=RichReporter(Console(file=shown, width=200), "seepp/test"))

    def stop() -> None:
        wait_until((workspace / "started").exists, "the slow provisioner runs")
        terraform.interrupt()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(TerraformInterruptedError, match="apply was interrupted"):
        terraform.apply()
    thread.join()
    assert "✗ seepp/test apply: interrupted after 1 of 2 changes" in shown.getvalue()
    wait_until_none_is_in(workspace)
    with pytest.raises(TerraformInterruptedError, match="plan was not started"):
        terraform.plan()
    assert_usable(make_terraform, workspace)


def test_an_exception_of_the_reporter_ends_terraform(make_terraform: MakeTerraform, workspace: Path) -> None:
    class Failing:
        def begin(self, command: str) -> None:
            pass

        def event(self, event: object) -> None:
            if isinstance(event, OperationEvent) and event.kind == "provision":
                raise RuntimeError("cannot draw")

        def end(self, succeeded: bool) -> None:
            assert not succeeded

    make_terraform(SLOW)
    terraform = make_terraform(SLOW, init=False, reporter=Failing())
    with pytest.raises(RuntimeError, match="cannot draw"):
        terraform.apply()
    wait_until_none_is_in(workspace)
    assert_usable(make_terraform, workspace)


STUBBORN = "trap '' INT; sleep 600 & touch started; echo ready; while true; do sleep 600; done"


def test_a_command_that_ignores_the_interruption_is_killed_with_its_group(tmp_path: Path) -> None:
    child = ChildProcess(["/bin/sh", "-c", STUBBORN], directory=tmp_path, environment={}, grace_seconds=0.2)
    finished = child.run(lambda _: child.interrupt())
    assert finished.exit_code == -signal.SIGKILL
    wait_until_none_is_in(tmp_path)


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    stubborn = tmp_path / "terraform"
    stubborn.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && echo \'{{"terraform_version": "1.12.0", "platform": "x_y"}}\' && exit\n'
        f'[ "$1" = init ] && exit\n{STUBBORN}\n'
    )
    stubborn.chmod(0o755)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLIPWAY_TERRAFORM", str(stubborn))
        with applying(workspace, grace_seconds=600) as program:
            program.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                program.wait(timeout=0.5)
            assert running_in(workspace)
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=60)
            assert program.returncode == 130
            wait_until_none_is_in(workspace)


def test_a_process_that_a_command_leaves_behind_is_ended(tmp_path: Path) -> None:
    lines: list[str] = []
    child = ChildProcess(
        ["/bin/sh", "-c", "sleep 600 >/dev/null 2>&1 & echo out; echo err >&2; exit 7"],
        directory=tmp_path,
        environment={},
    )
    finished = child.run(lines.append)
    assert (finished.exit_code, finished.stderr, lines) == (7, "err\n", ["out"])
    wait_until_none_is_in(tmp_path)


def test_an_interruption_before_the_start_is_not_lost(tmp_path: Path) -> None:
    child = ChildProcess(["sleep", "600"], directory=tmp_path, environment={})
    child.interrupt()
    assert child.run(print).exit_code != 0
    wait_until_none_is_in(tmp_path)


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
def test_nothing_is_left_whenever_ctrl_c_comes(workspace: Path, delay: float) -> None:
    command = [sys.executable, "-m", "tests.unit.terraform.interruptible", str(workspace), "60"]
    root = Path(__file__).parents[3]
    program = subprocess.Popen(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, stderr=subprocess.PIPE, text=True
    )
    try:
        program.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGINT)
    program.communicate(timeout=60)
    assert program.returncode != 0
    wait_until_none_is_in(workspace)
    assert not (workspace / ".terraform.tfstate.lock.info").exists()
