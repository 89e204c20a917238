"""Runs one program through the launcher and watches it: output, wall clock, what it left behind."""

from __future__ import annotations

import os
import select
import selectors
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runner.capture import Capture
from runner.contract import StageLimits
from runner.errors import RunnerError, UncleanError
from runner.home import Home, current_home
from runner.identity import Identity
from runner.launcher import Launcher, Started, describe
from runner.usage import DiskUse, Tree, used_below

# The launcher gives up on what it cannot kill after 2 s; then it is the launcher that does not answer.
_GRACE_SECONDS = 4.0
_CHUNK = 64 * 1024
# How long a program may be over a limit on all its processes before that is seen.
_TICK_SECONDS = 0.04
_TICKS_BETWEEN_DISKS = 4


@dataclass(frozen=True)
class Stage:
    """A program to run: *words* are its absolute or work-directory-relative path and arguments."""

    words: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    limits: StageLimits
    stdin: bytes = b""
    stop_at_output_limit: bool = True
    encoding: str = "utf-8"  # of the output
    home: Home = field(default_factory=current_home)


@dataclass(frozen=True)
class Outcome:
    """How it ended. Exactly one of *exit_code* (0-255) and *signal* is not None. *stopped* names the limit this runner
    enforced itself: "wall", "output", "memory", "disk" or "files", and *excess* what was measured for the last three;
    not *exact*, it counts memory that processes share for each of them. *killed* processes outlived the program.
    Times in seconds, memory in bytes."""

    exit_code: int | None
    signal: int | None
    stopped: str | None
    stdout: Capture
    stderr: Capture
    wall: float
    cpu: float
    peak_memory: int
    layers: tuple[str, ...]
    excess: int = 0
    exact: bool = True
    killed: int = 0


@dataclass
class _Report:
    """What the launcher has written so far; see launcher.c for the lines."""

    pid: int | None = None
    exit_code: int | None = None
    signal: int | None = None
    failure: tuple[str, int] | None = None
    cpu: float = 0.0
    peak_memory: int = 0
    killed: int = 0
    left: bool = False
    layers: list[str] = field(default_factory=lambda: ["scrubbed-environment", "memory-watch"])
    _rest: bytes = b""

    @property
    def ended(self) -> bool:
        """Whether the launcher said how the program ended, which it does last."""
        return (self.exit_code is None) != (self.signal is None)

    def feed(self, data: bytes) -> None:
        """RunnerError for what the launcher never says: where nothing hides it, a program may speak in its place."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                self._line(line.decode().split())
            except ValueError as error:
                raise RunnerError("the launcher was spoken for; its status is not to be trusted.") from error

    def _line(self, words: list[str]) -> None:
        match words:
            case ["pid", number]:
                if self.pid is not None:
                    raise ValueError("it has one program")
                self.pid = int(number)
            case ["layer", name]:
                self.layers.append(name)
            case ["fail", step, number]:
                self.failure = (step, int(number))
            case ["exit", number]:
                self.exit_code = int(number)
            case ["signal", number]:
                self.signal = int(number)
            case ["usage", microseconds, kilobytes]:
                self.cpu, self.peak_memory = int(microseconds) / 1e6, int(kilobytes) * 1024
            case ["killed", number]:
                self.killed = int(number)
            case ["left"]:
                self.left = True


def run_stage(stage: Stage, launcher: Launcher, who: Identity) -> Outcome:
    """Runs *stage* to its end, or to the first limit. Afterwards no process of it is left, as far as its identity
    allows to tell. RunnerError if it could not be started, or if its end could not be established."""
    # Before it starts: on a busy machine the program gets far before this process runs again.
    before = _disk_before(stage, who)
    started_at = time.monotonic()
    started = launcher.start(stage.words, _options(stage, who), stage.environment, stage.stdin)
    try:
        watch = _Watch(stage, started, started_at, _Usage(stage, started, who, before))
    except BaseException:
        started.close()
        os.waitpid(started.pid, 0)
        raise
    try:
        watch.until_finished()
    finally:
        try:
            watch.end()
        finally:
            swept = who.sweep()
    return watch.outcome(who, swept)


class _Watch:
    """The event loop over one launcher's pipes."""

    def __init__(self, stage: Stage, started: Started, started_at: float, usage: _Usage) -> None:
        self._stage, self._started, self._started_at, self._usage = stage, started, started_at, usage
        self._launcher = os.pidfd_open(started.pid)
        self._program: int | None = None
        self._report = _Report()
        self._stdout, self._stderr = (Capture(stage.limits.output_bytes, stage.encoding) for _ in range(2))
        self._stopped: str | None = None
        self._deadline = started_at + stage.limits.wall_seconds
        self._wall = 0.0
        self._finished = False

    def until_finished(self) -> None:
        """Reads until the launcher is done. RunnerError if it does not finish."""
        feeds = {
            self._started.stdout: self._into(self._stdout),
            self._started.stderr: self._into(self._stderr),
            self._started.status: self._take_status,
        }
        with selectors.DefaultSelector() as selector:
            for descriptor, feed in feeds.items():
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ, feed)
            while not self._finished:
                for key, _ in selector.select(self._patience()):
                    self._read(key, selector)
            self._wall = time.monotonic() - self._started_at
            self._stopped = self._stopped or self._usage.disk_limit()
            for key in list(selector.get_map().values()):  # nobody writes any more: what is in the pipes is all
                while self._read(key, selector):
                    pass

    def end(self) -> None:
        """Ends launcher and program in whatever state they are, and gives everything back."""
        self._started.stop()
        if not select.select([self._launcher], [], [], _GRACE_SECONDS)[0]:
            signal.pidfd_send_signal(self._launcher, signal.SIGKILL)
        os.waitpid(self._started.pid, 0)
        if not self._report.ended:
            self._kill_orphaned_program()
        self._started.close()
        for descriptor in (self._launcher, self._program):
            if descriptor is not None:
                os.close(descriptor)

    def outcome(self, who: Identity, swept: int) -> Outcome:
        """The outcome. RunnerError if the launcher reported a failure, or no ending."""
        report = self._report
        if report.failure is not None:
            raise RunnerError(f"{describe(*report.failure)}.")
        if not report.ended:
            raise RunnerError("the launcher ended without saying how the program did; somebody killed it.")
        if report.left and who.uid is None:  # an own uid has been swept
            raise UncleanError("processes of the program could not be ended.")
        return Outcome(
            exit_code=report.exit_code,
            signal=report.signal,
            stopped=self._stopped,
            excess=self._usage.excess,
            exact="disk-watch" in self._stage.home.layers,  # for which it must be able to look into the processes
            stdout=self._stdout,
            stderr=self._stderr,
            wall=self._wall,
            cpu=report.cpu,
            peak_memory=report.peak_memory,
            layers=tuple(report.layers),
            killed=report.killed + swept,
        )

    def _patience(self) -> float:
        """Seconds to the next thing to do; what is due now is done."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            if self._stopped is not None:
                raise RunnerError("the launcher did not end the program in time.")
            self._stop("wall")
            return _GRACE_SECONDS
        if self._stopped is not None:
            return left
        if limit := self._usage.limit_reached():
            self._stop(limit)
            return _GRACE_SECONDS
        return min(left, self._usage.until_next())

    def _stop(self, limit: str) -> None:
        self._stopped = limit
        self._deadline = time.monotonic() + _GRACE_SECONDS
        self._started.stop()

    def _read(self, key: selectors.SelectorKey, selector: selectors.BaseSelector) -> bool:
        """Passes on what is there; False when there is nothing now, or at the end of file."""
        try:
            data = os.read(key.fd, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            selector.unregister(key.fileobj)
            self._finished = self._finished or key.fd == self._started.status
            return False
        key.data(data)
        return True

    def _into(self, capture: Capture) -> Callable[[bytes], None]:
        def take(data: bytes) -> None:
            capture.feed(data)
            if capture.full and self._stage.stop_at_output_limit and self._stopped is None:
                self._stop("output")

        return take

    def _take_status(self, data: bytes) -> None:
        self._report.feed(data)
        if self._report.pid is not None and self._program is None:
            with suppress(ProcessLookupError):  # it may have ended already
                self._program = os.pidfd_open(self._report.pid)

    def _kill_orphaned_program(self) -> None:
        """Without its launcher the program may still run; its group is killed only while its leader certainly lives."""
        if self._program is None or self._report.pid is None or select.select([self._program], [], [], 0)[0]:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._report.pid, signal.SIGKILL)
        select.select([self._program], [], [], _GRACE_SECONDS)


class _Usage:
    """Looks from time to time at what all processes of the program use together. *before* is not the program's."""

    def __init__(self, stage: Stage, started: Started, who: Identity, before: DiskUse) -> None:
        self._limits, self._directory, self._given = stage.limits, stage.directory, started.given
        self._tree = Tree(started.pid, _stray_uid(stage, who))
        self._most = DiskUse(stage.limits.disk_bytes, stage.limits.files)
        self._before = before
        self._next = time.monotonic() + _TICK_SECONDS
        self._ticks = 0
        self.excess = 0

    def until_next(self) -> float:
        return max(0.0, self._next - time.monotonic())

    def limit_reached(self) -> str | None:
        """The limit that is passed, with *excess* set; None if there is none, or if it is too early to look again."""
        if time.monotonic() < self._next:
            return None
        self._ticks += 1
        limit = self._memory_limit()
        if limit is None and self._ticks % _TICKS_BETWEEN_DISKS == 0:
            limit = self.disk_limit()
        self._next = time.monotonic() + _TICK_SECONDS
        return limit

    def disk_limit(self) -> str | None:
        """Which of "disk" and "files" the program has more of than it may."""
        used = self._disk() - self._before
        for name, value, limit in (("disk", used.bytes, self._most.bytes), ("files", used.files, self._most.files)):
            if value > limit:
                self.excess = value
                return name
        return None

    def _memory_limit(self) -> str | None:
        used = self._tree.memory(self._limits.memory_bytes)
        if used <= self._limits.memory_bytes:
            return None
        self.excess = used
        return "memory"

    def _disk(self) -> DiskUse:
        named = used_below(self._directory, self._most + self._before)
        return named + self._tree.deleted_files(self._given)


def _stray_uid(stage: Stage, who: Identity) -> int | None:
    """The user by which processes of the program are found that nobody adopted; None where somebody adopts them."""
    adopted = {"adopted-orphans", "namespaces"} & set(stage.home.asked())
    return None if adopted else who.searchable


def _disk_before(stage: Stage, who: Identity) -> DiskUse:
    """What would be taken for the program's disk, though it has not started yet."""
    everything = DiskUse(sys.maxsize, sys.maxsize)
    return used_below(stage.directory, everything) + Tree(None, _stray_uid(stage, who)).deleted_files()


def _options(stage: Stage, who: Identity) -> list[str]:
    limits = stage.limits
    numbers = {
        "cpu": limits.cpu_seconds,
        "as": limits.address_space_bytes,
        "fsize": limits.file_size_bytes,
        "nproc": who.process_limit(limits.processes, own_namespace="user-namespace" in stage.home.asked()),
        "nofile": limits.open_files,
        "stack": limits.stack_bytes,
    }
    return [
        f"cwd={stage.directory}",
        *([] if who.uid is None else [f"uid={who.uid}"]),
        *(f"layer={name}" for name in stage.home.asked()),
        *(f"read={path}" for path in stage.home.readable),
        *(f"{name}={value}" for name, value in numbers.items()),
    ]
