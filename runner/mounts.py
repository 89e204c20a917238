"""Mounts, in a mount namespace of the runner's own: nobody else sees them, and they end with it."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from runner.errors import RunnerError
from runner.usage import DiskUse

_NOSUID, _NODEV, _PRIVATE, _RECURSIVE = 2, 4, 1 << 18, 1 << 14
_DETACH = 2
_NEW_MOUNTS = 0x20000


def separate() -> None:
    """Gives this process a mount namespace of its own. RunnerError if that is refused.

    To be called before the process has threads: it is the calling thread that moves.
    """
    library = _library()
    if library.unshare(_NEW_MOUNTS) != 0 or library.mount(None, b"/", None, _PRIVATE | _RECURSIVE, None) != 0:
        raise RunnerError(f"a mount namespace was refused: {os.strerror(ctypes.get_errno())}.")


def are_separate() -> bool:
    """Whether this process has another mount namespace than the machine's first process, or is that process."""
    try:
        return os.getpid() == 1 or Path("/proc/self/ns/mnt").readlink() != Path("/proc/1/ns/mnt").readlink()
    except PermissionError:
        return False


def mount_temporary(path: Path, limit: DiskUse) -> None:
    """Mounts a file system in memory of at most *limit* on *path*. RunnerError if that is refused."""
    options = f"size={limit.bytes},nr_inodes={limit.files + 1},mode=700"
    if _library().mount(b"tmpfs", bytes(path), b"tmpfs", _NOSUID | _NODEV, options.encode()) != 0:
        raise RunnerError(f"no file system could be mounted on {path}: {os.strerror(ctypes.get_errno())}.")


def unmount(path: Path) -> None:
    """Takes the file system on *path* away, also while it is in use. RunnerError if that is refused."""
    if _library().umount2(bytes(path), _DETACH) != 0:
        raise RunnerError(f"{path} could not be unmounted: {os.strerror(ctypes.get_errno())}.")


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
    return library
