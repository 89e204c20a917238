"""The user a program runs as: started as root, an unused uid of its own; otherwise the caller's.

RLIMIT_NPROC does not bind root, and only a uid that nobody else has makes "every process of this user" mean "every
process of this program". So as root there is no way around an own uid: without one, nothing is run.
"""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.errors import RunnerError, UncleanError
from runner.rootdir import root_directory

# Above the ranges of ordinary users and below 61184-65519, which systemd gives to services with DynamicUser.
SLOT_UIDS = range(61000, 61064)
SWEEP_SECONDS = 2.0


@dataclass(frozen=True)
class Identity:
    """*uid* is the program's own, used by nothing else on the machine; None means it shares the caller's.

    With *sole_user* the caller had no other process of that user when it started: what is not its own is the program's.
    """

    uid: int | None
    sole_user: bool = False

    @property
    def searchable(self) -> int | None:
        """The uid by which the program's processes can be told from all others; None if there is none."""
        return os.geteuid() if self.sole_user else self.uid

    def process_limit(self, wanted: int, *, own_namespace: bool = False) -> int:
        """RLIMIT_NPROC that leaves the program *wanted* tasks: the kernel counts all tasks of the user.

        The launcher is one of them, and so is process 1 of a user namespace, in which newer kernels count anew.
        """
        if self.uid is not None:
            return wanted
        if own_namespace and _counts_by_namespace():
            return wanted + 2
        return wanted + 1 + _count_tasks(os.getuid())

    def sweep(self) -> int:
        """Kills what is left of an own uid, process by process; returns how many were killed.

        Nothing happens under a shared uid: its processes cannot be told from the caller's. UncleanError if some stay.
        """
        # By pid: one that is slow to go is signalled again, and is still one.
        killed: set[int] = set()
        before: list[tuple[int, str]] = []
        if self.uid is None:
            return 0
        deadline = time.monotonic() + SWEEP_SECONDS
        while _has_processes(self.uid):
            found, whole = processes(self.uid)
            alive = [pid for pid, state in found if state not in "ZX"]
            # Zombies that nobody reaps. A program that forks and ends all the time is missed too, but makes more of
            # them, or has ended between the listing and the reading.
            if whole and not alive and found == before:
                return len(killed)
            before = found
            killed.update(pid for pid in alive if _kill(pid, self.uid))
            if time.monotonic() > deadline:
                raise UncleanError(f"processes of the program's user {self.uid} could not be ended: {alive}.")
        return len(killed)


@contextmanager
def identity(candidates: range = SLOT_UIDS, *, sole_user: bool = False) -> Iterator[Identity]:
    """The identity for one request, held until exit. As root the first of *candidates* that nobody uses or has locked;
    else the caller's, which may be a *sole_user*.

    RunnerError as root if there is none.
    """
    if os.geteuid() != 0:
        yield Identity(uid=None, sole_user=sole_user)
        return
    directory = root_directory()
    for uid in candidates:
        lock = _lock(directory / str(uid))
        if lock is None:
            continue
        try:
            if _is_unused(uid):
                yield Identity(uid=uid)
                return
        finally:
            os.close(lock)
    raise RunnerError(
        f"started as root, but no uid of {candidates.start}-{candidates.stop - 1} is free to run the program as.",
        cure="Wait for other runs to end, or start the runner as an ordinary user.",
    )


def _is_unused(uid: int) -> bool:
    if uid <= 0 or uid == os.getuid() or _has_processes(uid):
        return False
    for lookup in (pwd.getpwuid, grp.getgrgid):
        try:
            lookup(uid)
        except KeyError:
            continue
        return False
    return True


def _lock(path: Path) -> int | None:
    """A descriptor that holds the lock *path* until it is closed; None if another run holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _has_processes(uid: int) -> bool:
    """Whether any process, or unreaped zombie, has *uid* as its real user id; one system call."""
    try:
        os.getpriority(os.PRIO_USER, uid)
    except ProcessLookupError:
        return False
    return True


def processes(uid: int) -> tuple[list[tuple[int, str]], bool]:
    """(pid, state letter) of each process with *uid* among its real, effective, saved and file-system user ids; and
    whether every process of the machine was still there when it was looked at."""
    found = []
    whole = True
    for pid in _pids():
        status = _status(pid)
        whole = whole and bool(status)
        if status and uid in map(int, status["Uid"].split()):
            found.append((pid, status["State"][:1]))
    return found, whole


def _counts_by_namespace() -> bool:
    """Whether tasks are counted for each user namespace: since Linux 5.14."""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(filter(str.isdigit, minor)) or 0)) >= (5, 14)


def _count_tasks(uid: int) -> int:
    """Threads of all processes whose real user is *uid*, as RLIMIT_NPROC counts them."""
    statuses = (_status(pid) for pid in _pids())
    return sum(int(s.get("Threads", "1")) for s in statuses if s and int(s["Uid"].split()[0]) == uid)


def _kill(pid: int, uid: int) -> bool:
    """Kills *pid* if it still is a process of *uid*; the descriptor keeps the number from meaning another one."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        status = _status(pid)
        if not status or uid not in map(int, status["Uid"].split()):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _status(pid: int) -> dict[str, str]:
    """The fields of /proc/PID/status; empty if the process is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}
