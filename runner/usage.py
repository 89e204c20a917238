"""What a program and all its processes use together: memory and disk, which the kernel limits one by one only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
BLOCK = 512  # what st_blocks counts, whatever the file system's own blocks are
# A path is taken up anew after so many directories, since the kernel takes only 4096 bytes at a time.
_LEVELS = 15
# Where everybody may write, and a program therefore too, unless it has a file system of its own.
SCRATCH = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
_GONE = (FileNotFoundError, ProcessLookupError)


@dataclass(frozen=True)
class Tree:
    """The processes below the launcher *root*, if it runs; with *uid*, also those of that user that nobody adopted."""

    root: int | None
    uid: int | None = None

    def pids(self) -> set[int]:
        """The processes there are now."""
        below = set() if self.root is None else _descendants(self.root)
        if self.uid is None:
            return below
        others = _descendants(os.getpid()) - below  # of this runner, which may run several programs at a time
        return below | (set(_of_user(self.uid)) - others - {os.getpid()})

    def memory(self, enough: int) -> int:
        """Bytes of memory in use. Shared pages are counted once, but only beyond *enough*: that costs more."""
        pids = self.pids()
        resident = sum(_resident(pid) for pid in pids)
        return resident if resident <= enough else sum(_proportional(pid) for pid in pids)

    def deleted_files(self, known: tuple[int, int] | None = None) -> DiskUse:
        """Files without a name that the processes hold open; but for the one that is *known*."""
        found: dict[tuple[int, int], int] = {}
        for pid in self.pids():
            for entry in _names(f"/proc/{pid}/fd"):
                with suppress(*_GONE, PermissionError):
                    file = os.stat(f"/proc/{pid}/fd/{entry}")  # noqa: PTH116 - as fast as it gets
                    if stat.S_ISREG(file.st_mode) and file.st_nlink == 0 and (file.st_dev, file.st_ino) != known:
                        found[file.st_dev, file.st_ino] = file.st_blocks * BLOCK
        return DiskUse(sum(found.values()), len(found))


@dataclass(frozen=True)
class DiskUse:
    """Space and files (directories and links too) in use."""

    bytes: int = 0
    files: int = 0

    def __add__(self, other: DiskUse) -> DiskUse:
        return DiskUse(self.bytes + other.bytes, self.files + other.files)

    def __sub__(self, other: DiskUse) -> DiskUse:
        return DiskUse(self.bytes - other.bytes, self.files - other.files)


def used_below(directory: Path, enough: DiskUse) -> DiskUse:
    """What is in *directory*, however deep; counting ends beyond *enough*."""
    total, files = 0, 0
    for found in walk(directory):
        total, files = total + found.st_blocks * BLOCK, files + 1
        if total > enough.bytes or files > enough.files:
            break
    return DiskUse(total, files)


def owned_below(directory: Path, uid: int, enough: int) -> list[Path]:
    """Entries directly in *directory* that belong to *uid*; at most *enough*."""
    found = []
    with suppress(FileNotFoundError, PermissionError), os.scandir(directory) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_uid == uid:
                    found.append(Path(entry.path))
            if len(found) == enough:
                break
    return found


def walk(directory: Path) -> Iterator[os.stat_result]:
    """Each entry below *directory*, without following links; deeper than a path may be long, and while it changes."""
    anchors: list[int] = []
    try:
        with suppress(FileNotFoundError, PermissionError):
            anchors.append(os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        waiting = [(anchor, ".", 0) for anchor in anchors]
        while waiting:
            anchor, name, level = waiting.pop()
            while anchors[-1] != anchor:  # depth first: what is above on the stack has been walked
                os.close(anchors.pop())
            with suppress(*_GONE, PermissionError, NotADirectoryError):
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=anchor)
                if level == _LEVELS:
                    anchors.append(inner)
                    anchor, name, level = inner, ".", 0
                try:
                    for entry in _scan(inner):
                        with suppress(*_GONE):
                            yield entry.stat(follow_symlinks=False)
                            if entry.is_dir(follow_symlinks=False):
                                waiting.append((anchor, f"{name}/{entry.name}", level + 1))
                finally:
                    if inner not in anchors:
                        os.close(inner)
    finally:
        for anchor in anchors:
            os.close(anchor)


def _scan(descriptor: int) -> list[os.DirEntry[str]]:
    with os.scandir(descriptor) as entries:
        return list(entries)


def _children(pid: int) -> Iterator[int]:
    for task in _names(f"/proc/{pid}/task"):
        yield from map(int, _read(f"/proc/{pid}/task/{task}/children").split())


def _descendants(root: int) -> set[int]:
    found: set[int] = set()
    waiting = [root]
    while waiting:
        for child in _children(waiting.pop()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _of_user(uid: int) -> Iterable[int]:
    for name in _names("/proc"):
        if name.isdigit():
            with suppress(*_GONE):
                if os.stat(f"/proc/{name}").st_uid == uid:  # noqa: PTH116
                    yield int(name)


def _resident(pid: int) -> int:
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * PAGE if len(fields) > 1 else 0


def _proportional(pid: int) -> int:
    """A process that hides its memory map is counted as if it shared nothing."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return _resident(pid)


def _names(directory: str) -> list[str]:
    with suppress(*_GONE, PermissionError):
        return os.listdir(directory)  # noqa: PTH208
    return []


def _read(path: str) -> bytes:
    with suppress(*_GONE, PermissionError):
        return Path(path).read_bytes()
    return b""
