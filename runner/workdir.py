"""The private directory of one request: made for one user, removed whatever the program left in it."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner import mounts
from runner.errors import RunnerError, UncleanError
from runner.usage import DiskUse


@contextmanager
def work_directory(owner: int | None, limit: DiskUse | None = None) -> Iterator[Path]:
    """A new directory, mode 0700, of user *owner* (None: the caller's), removed on exit.

    With *limit* it is a file system of its own, in memory, that holds no more than that. RunnerError if *owner* could
    not reach it, or if it cannot be removed.
    """
    path = Path(tempfile.mkdtemp(prefix="slipway-run-")).resolve()
    handle = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if owner is not None:
            _check_reachable(path.parent)
        if limit is not None:
            mounts.mount_temporary(path, limit)
        try:
            if owner is not None:
                os.chown(path, owner, owner)
            yield path
        finally:
            if limit is not None:
                mounts.unmount(path)
    finally:
        where = _current_path(handle)
        os.close(handle)
        if where is not None:
            remove_tree(where)


def _current_path(handle: int) -> Path | None:
    """Where the directory is now, which its owner may have moved; None if it is gone."""
    if os.fstat(handle).st_nlink == 0:
        return None
    return Path(f"/proc/self/fd/{handle}").readlink()


def remove_tree(path: Path) -> None:
    """Removes the directory *path* and all in it: however deep, whatever the modes, without following links.

    Subdirectories are moved up to *path* before they are emptied, so neither the depth of the tree nor the length of
    its paths matters and few descriptors are open at a time. RunnerError if something stays.
    """
    try:
        root = _open_directory(None, str(path))
        try:
            while entries := _entries(root):
                for entry in entries:
                    _remove_entry(root, entry)
        finally:
            os.close(root)
        path.rmdir()
    except OSError as error:
        raise UncleanError(f"the work directory {path} could not be removed: {error.strerror}.") from error


def _entries(directory: int) -> list[os.DirEntry[str]]:
    with os.scandir(directory) as entries:
        return list(entries)


def _remove_entry(root: int, entry: os.DirEntry[str]) -> None:
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.name, dir_fd=root)
        return
    inner = _open_directory(root, entry.name)
    try:
        for child in _entries(inner):
            if child.is_dir(follow_symlinks=False):
                _hoist(inner, child.name, root)
            else:
                os.unlink(child.name, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(entry.name, dir_fd=root)


def _hoist(source: int, name: str, root: int) -> None:
    os.close(_open_directory(source, name))  # a directory that moves must be writable: its ".." changes
    os.rename(name, secrets.token_hex(16), src_dir_fd=source, dst_dir_fd=root)


def _open_directory(parent: int | None, name: str) -> int:
    """A descriptor of the directory *name*, made accessible first; O_PATH opens what mode 000 would refuse."""
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        Path(f"/proc/self/fd/{handle}").chmod(0o700)  # fchmod refuses an O_PATH descriptor
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=handle)
    finally:
        os.close(handle)


def _check_reachable(directory: Path) -> None:
    for part in (directory, *directory.parents):
        if not part.stat().st_mode & stat.S_IXOTH:
            raise RunnerError(
                f"the program's user cannot enter {part}, in which its work directory would be.",
                cure="Set TMPDIR to a directory that every user may enter.",
            )
