"""A full disk, a missing permission and the like as errors for a person."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.errors import TerraformError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn an OSError inside into a TerraformError that names the file it is about, else *place*."""
    try:
        yield
    except BrokenPipeError:
        # Nobody reads our own output any more: not a matter of storage, and click ends quietly on it.
        raise
    except OSError as error:
        file = error.filename or place
        if error.errno in FULL:
            raise TerraformError(f"No space left to write {file}.", cure="Make room there and run again.") from error
        cure = "Give this user the permission, or choose another directory." if error.errno in REFUSED else ""
        raise TerraformError(f"{file}: {error.strerror or error}.", cure=cure) from error
