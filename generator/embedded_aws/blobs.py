"""Layers and image configurations pushed to the embedded registry, as files named by their digest."""

from __future__ import annotations

import hashlib
import re
import shutil
import uuid
from pathlib import Path
from typing import IO

_PART = 1024 * 1024  # bytes
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class BlobStore:
    """Content-addressed files under one directory. Which repository may see a blob is moto's business, not ours."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> str:
        """Store *content* and return its digest, `sha256:<hex>`."""
        digest = digest_of(content)
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(content)
            partial.replace(path)
        return digest

    def path(self, digest: str) -> Path:
        """Where the blob of *digest* is, if it is. Raises ValueError for what is not a digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is not a digest")
        return self._directory / digest.removeprefix("sha256:")

    def upload(self) -> Upload:
        """Begin a blob that comes in parts."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Upload(self, self._directory / f"{uuid.uuid4().hex}.partial")

    def clear(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)


class Upload:
    """A blob on its way. *size* is what came so far, in bytes."""

    def __init__(self, store: BlobStore, path: Path) -> None:
        self._store, self._path = store, path
        self._path.touch(mode=0o600)
        self._sha256 = hashlib.sha256()
        self.size = 0

    def add(self, content: IO[bytes]) -> None:
        with self._path.open("ab") as file:
            while part := content.read(_PART):
                file.write(part)
                self._sha256.update(part)
                self.size += len(part)

    def finish(self, digest: str) -> str:
        """Keep the blob, if *digest* is its own; return its own digest."""
        own = f"sha256:{self._sha256.hexdigest()}"
        if own == digest:
            self._path.replace(self._store.path(own))
        else:
            self._path.unlink()
        return own


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
