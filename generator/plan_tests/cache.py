"""Plans kept between runs, by the content of all that they depend on."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 500 * 1024 * 1024
"""Bytes that the cache may take; the entries that were not used for the longest time go first."""

# What terraform reads of a module's directory, and files that templates and functions read.
IGNORED = frozenset({".terraform", ".terraform.lock.hcl", "examples", "README.md", "__pycache__"})


@dataclass(frozen=True)
class PlanCache:
    """Answers of plans (plan JSON, or an error's text) in *directory*."""

    directory: Path
    limit: int = LIMIT
    enabled: bool = True

    def key(self, directories: Iterable[Path], variables: Mapping[str, Any], versions: Iterable[str]) -> str:
        """Return the key of a plan: content of the module and of all it calls, variables, and tools' versions."""
        digest = hashlib.sha256(json.dumps([variables, list(versions)], sort_keys=True).encode())
        for number, directory in enumerate(directories):
            for path in sorted(_files(directory)):
                name = f"{number}/{path.relative_to(directory)}"
                digest.update(f"{name}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the answer, or None when there is none (or only half of one)."""
        if not self.enabled:
            return None
        file = self._file(key)
        try:
            answer: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
            os.utime(file)
        except (OSError, EOFError, ValueError):
            return None
        return answer

    def put(self, key: str, answer: Mapping[str, Any]) -> None:
        """Keep an answer; several processes may do so at once."""
        self.directory.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(json.dumps(answer).encode(), compresslevel=1, mtime=0)
        handle, name = tempfile.mkstemp(dir=self.directory, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
        Path(name).replace(self._file(key))

    def trim(self) -> None:
        """Remove the oldest entries until the rest is within the limit."""
        entries = sorted(((s.st_mtime, s.st_size, p) for p, s in _stats(self.directory)), reverse=True)
        total = 0
        for _, size, path in entries:
            total += size
            if total > self.limit:
                path.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.directory / f"{key}.json.gz"


def default_directory() -> Path:
    """The user's cache directory for plans."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "slipway" / "plans"


def _files(directory: Path) -> Iterable[Path]:
    for path in directory.iterdir():
        if path.name in IGNORED or ".tfstate" in path.name:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _stats(directory: Path) -> Iterable[tuple[Path, os.stat_result]]:
    for path in directory.glob("*.json.gz"):
        try:
            yield path, path.stat()
        except FileNotFoundError:
            continue
