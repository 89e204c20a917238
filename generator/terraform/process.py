"""One terraform process: its own process group, streamed output, an interruption that lets it finish cleanly."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from generator.errors import TerraformError

KEPT_ERROR_LINES = 200
GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Finished:
    """How the process ended: its exit code (negative for a signal) and the last lines of its standard error."""

    exit_code: int
    stderr: str


class ChildProcess:
    """Runs one command to its end. Use once.

    An interruption (KeyboardInterrupt in the thread that called `run`, or `interrupt` from any thread) sends the
    command one SIGINT and waits *grace_seconds* for it, as terraform needs to store the state and release its lock;
    a second KeyboardInterrupt, or the end of that time, kills the whole group. When this program itself is killed,
    a guard process does the same. However `run` ends, no process of the group is left.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._command, self._directory, self._environment = list(command), directory, dict(environment)
        self._grace_seconds = grace_seconds
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._interrupted = False
        self._killer: threading.Timer | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def run(self, on_line: Callable[[str], None]) -> Finished:
        """Run the command and give each line of its standard output (without the line end) to *on_line*.

        Raises TerraformError when the command cannot be started; an exception of *on_line* ends the command first.
        """
        kept: deque[str] = deque(maxlen=KEPT_ERROR_LINES)
        try:
            with held_interrupts():
                process, stdout, stderr = self._start()
                self._reader = threading.Thread(target=kept.extend, args=(stderr,), daemon=True)
                self._reader.start()
                self._guard = _start_guard(process, stdout, self._grace_seconds)
            for line in stdout:
                on_line(line.rstrip("\r\n"))
        except KeyboardInterrupt:
            self._wind_down(on_line)
            raise
        except BaseException:
            self._wind_down(lambda _: None)
            raise
        finally:
            self._end()
        return Finished(process.returncode, "".join(kept))

    def interrupt(self) -> None:
        """Ask the command to stop (once; further calls do nothing). Safe from any thread, before, during and after."""
        with self._lock:
            if self._interrupted:
                return
            self._interrupted = True
            if self._process is not None and self._process.returncode is None:
                self._send_interrupt(self._process)

    def _start(self) -> tuple[subprocess.Popen[str], IO[str], IO[str]]:
        with self._lock:
            try:
                # A group of its own: a terminal's Ctrl-C then reaches only us, and terraform hears of it exactly
                # once (twice would make it give up at once, state and lock in the air).
                process = subprocess.Popen(
                    self._command,
                    cwd=self._directory,
                    encoding="utf-8",
                    env=self._environment,
                    errors="replace",
                    process_group=0,
                    stderr=subprocess.PIPE,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                )
            except OSError as error:
                raise TerraformError(f"{self._command[0]} cannot be started in {self._directory}: {error}") from error
            self._process = process
            if self._interrupted:
                self._send_interrupt(process)
        assert process.stdout is not None
        assert process.stderr is not None
        return process, process.stdout, process.stderr

    def _send_interrupt(self, process: subprocess.Popen[str]) -> None:
        # Only terraform itself: it tells its providers and provisioners in order.
        # Not Popen.send_signal, which reaps a process that has just ended; `_end` must be the one to do that.
        os.kill(process.pid, signal.SIGINT)
        self._killer = threading.Timer(self._grace_seconds, self._kill, args=(process,))
        self._killer.daemon = True
        self._killer.start()

    def _wind_down(self, on_line: Callable[[str], None]) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        try:
            self.interrupt()
            for line in process.stdout:
                on_line(line.rstrip("\r\n"))
        except BaseException:
            self._kill(process)
            raise

    def _end(self) -> None:
        """Wait for the process, then leave nothing of it: no member of its group, no guard, no open file."""
        process = self._process
        if process is None:
            return
        try:
            # Leave the process unreaped until its group is killed, so that the number cannot belong to another group.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            with held_interrupts():
                self._kill(process)
                with self._lock:
                    if self._killer is not None:
                        self._killer.cancel()
                    process.wait()
                if self._guard is not None:
                    _stop_guard(self._guard)
                if self._reader is not None:
                    self._reader.join()
                for stream in (process.stdout, process.stderr):
                    if stream is not None:
                        stream.close()

    def _kill(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _start_guard(process: subprocess.Popen[str], stdout: IO[str], grace_seconds: float) -> subprocess.Popen[bytes]:
    """Start the helper that ends the command's group when this program is killed (see `process_guard`)."""
    descriptor = stdout.fileno()
    script = Path(__file__).with_name("process_guard.py")
    arguments = [str(process.pid), str(descriptor), str(grace_seconds)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(script), *arguments],
        pass_fds=(descriptor,),
        process_group=0,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )


def _stop_guard(guard: subprocess.Popen[bytes]) -> None:
    guard.kill()
    guard.wait()
    if guard.stdin is not None:
        guard.stdin.close()


@contextlib.contextmanager
def held_interrupts() -> Iterator[None]:
    """Put a Ctrl-C off until the end of the block, which must be short and must not be left half done.

    Python delivers signals to the main thread only; elsewhere there is nothing to hold.
    """
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return
    held: list[FrameType | None] = []
    # A handler in Python, not a blocked signal: a child inherits the latter and would never hear of an interruption.
    signal.signal(signal.SIGINT, lambda _, frame: held.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if held:
            previous(signal.SIGINT, held[0])
