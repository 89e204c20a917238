"""What a single stage reports, below the engine."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from runner.contract import RUN_LIMITS
from runner.errors import RunnerError
from runner.identity import identity
from runner.launcher import Launcher, Started, launcher
from runner.stage import Outcome, Stage, _Report, run_stage
from runner.workdir import work_directory
from tests.runner.service.load import wait_for


def run_words(*words: str) -> Outcome:
    with identity() as who, work_directory(who.uid) as directory:
        stage = Stage(words, directory, {"PATH": "/usr/bin:/bin"}, RUN_LIMITS)
        return run_stage(stage, launcher(), who)


class _OvertakenLauncher(Launcher):
    """As on a busy machine: the program has got as far as *file* before its runner goes on."""

    def __init__(self, file: Path) -> None:
        super().__init__(Path(f"/proc/self/fd/{launcher()._descriptor}").read_bytes())
        self._file = file

    def start(
        self, program: Sequence[str], options: Sequence[str], environment: Mapping[str, str], stdin: bytes
    ) -> Started:
        started = super().start(program, options, environment, stdin)
        wait_for(self._file.exists)
        return started


@pytest.mark.parametrize("deleted", ["", "rm big;"], ids=["named", "deleted"])
def test_what_a_program_writes_at_once_counts_as_its_own(deleted: str) -> None:
    limits = replace(RUN_LIMITS, disk_bytes=1 << 20)
    script = f"exec 9> big; printf %3000000d 0 >&9; {deleted} : > written; sleep 2"
    with identity() as who, work_directory(who.uid) as directory:
        stage = Stage(("/bin/sh", "-c", script), directory, {"PATH": "/usr/bin:/bin"}, limits)
        outcome = run_stage(stage, _OvertakenLauncher(directory / "written"), who)
    assert (outcome.stopped, outcome.signal) == ("disk", signal.SIGKILL)
    assert outcome.excess >= 3_000_000


@pytest.mark.parametrize("said", [b"exit x\n", b"\xff\n", b"pid 1\npid 2\n"])
def test_what_the_launcher_never_says_is_not_believed(said: bytes) -> None:
    with pytest.raises(RunnerError, match="not to be trusted"):
        _Report().feed(said)


def test_every_exit_code_comes_back_as_itself() -> None:
    outcomes = [run_words("/bin/sh", "-c", f"exit {code}") for code in range(256)]
    assert [outcome.exit_code for outcome in outcomes] == list(range(256))
    assert {outcome.signal for outcome in outcomes} == {None}


def test_every_signal_that_ends_a_process_comes_back_as_itself() -> None:
    ignored = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
    stopping = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
    numbers = sorted(signal.valid_signals() - ignored - stopping)
    outcomes = [run_words("/bin/sh", "-c", f"kill -{int(number)} $$") for number in numbers]
    assert [outcome.signal for outcome in outcomes] == numbers
    assert {outcome.exit_code for outcome in outcomes} == {None}


def test_program_that_cannot_be_executed_is_the_runners_error() -> None:
    with pytest.raises(RunnerError, match=r"exec: No such file or directory, ENOENT"):
        run_words("./absent")


def test_work_directory_that_is_gone_is_the_runners_error() -> None:
    with identity() as who:
        stage = Stage(("/bin/true",), Path("/absent"), {}, RUN_LIMITS)
        with pytest.raises(RunnerError, match=r"(chdir|namespaces): No such file or directory"):
            run_stage(stage, launcher(), who)


def test_options_the_launcher_does_not_know_are_refused() -> None:
    wrong = [
        ["cwd=/tmp", "cpus=1"],
        ["cwd=/tmp", "cpu=x"],
        ["cwd=/tmp", "uid=0"],
        ["cwd=/tmp", "layer=magic"],
        ["cwd=/tmp", "layer=cgroup"],
        ["cwd=/tmp", "cgroup=/sys/fs/cgroup"],
        ["cwd=/tmp", *["read=/usr"] * 33],
        ["cwd=/"],
        ["cwd=tmp"],
        ["cpu"],
        [],
    ]
    for options in wrong:
        started = launcher().start(["/bin/true"], options, {}, b"")
        try:
            report = Path(f"/proc/self/fd/{started.status}").read_bytes()
        finally:
            started.close()
            os.waitpid(started.pid, 0)
        assert report.startswith(b"fail options ")


def test_limits_are_in_force_before_the_program_starts() -> None:
    limits = replace(RUN_LIMITS, cpu_seconds=3, open_files=33, stack_bytes=2**20, file_size_bytes=2**21)
    with identity() as who, work_directory(who.uid) as directory:
        words = ("/bin/sh", "-c", "ulimit -St; ulimit -Ht; ulimit -n; ulimit -s; ulimit -f; ulimit -c; umask")
        outcome = run_stage(Stage(words, directory, {}, limits), launcher(), who)
    assert outcome.stdout.finish().text.split() == ["3", "4", "33", "1024", "4096", "0", "0077"]


def test_signals_ignored_by_the_runner_are_not_ignored_by_the_program() -> None:
    # Python ignores SIGPIPE, and exec would hand that down.
    outcome = run_words("/bin/sh", "-c", "grep -E 'Sig(Ign|Blk)' /proc/self/status")
    assert {line.split()[1] for line in outcome.stdout.finish().text.splitlines()} == {"0" * 16}


def test_launcher_that_is_no_program_is_the_runners_error() -> None:
    broken = Launcher(b"\x7fELF, but no more than that")
    with pytest.raises(RunnerError, match=r"launcher could not be started: Exec format error"):
        broken.start(["/bin/true"], [], {}, b"")
