"""Layers and image configurations pushed to the embedded registry, as files named by their digest."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

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

    def clear(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
