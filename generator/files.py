"""Writing files so that a reader, or an error, never meets half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from generator.errors import Location, SlipwayError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def replace_files(files: Mapping[Path, str]) -> None:
    """Write *files*, making directories as needed.

    Every text is on disk before the first file is replaced, and each is replaced at once: an error leaves the files as
    they were. Raises SlipwayError when the disk is full or a file cannot be written.
    """
    written: dict[Path, Path] = {}
    try:
        for target, text in files.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            target.parent.mkdir(parents=True, exist_ok=True)
            written[target] = _temporary(target, text)
        for target, temporary in written.items():
            temporary.replace(target)
    except OSError as error:
        raise _cannot_write(error, target) from error
    finally:
        for temporary in written.values():
            temporary.unlink(missing_ok=True)


def _temporary(target: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        temporary.chmod(0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _cannot_write(error: OSError, target: Path) -> SlipwayError:
    if error.errno in FULL:
        return SlipwayError("no space left to write this", where=Location(target), cure="Free some and run it again.")
    return SlipwayError(
        f"cannot be written: {error.strerror}", where=Location(target), cure="Check the directory's owner and mode."
    )
