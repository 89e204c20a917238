"""Plans kept between runs, by the content of all that they depend on."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import Location, SlipwayError
from generator.plan_tests.module_files import module_files

LIMIT = 500 * 1024 * 1024
"""Bytes that the cache may take; the entries that were not used for the longest time go first."""

ABANDONED = 3600.0  # seconds after which a half-written entry has no writer any more
PATTERN = "*.json.gz"


@dataclass(frozen=True)
class PlanCache:
    """Answers of plans (plan JSON, or an error's text) in *directory*, of which *limit* bytes are kept.

    One that is not *enabled* knows nothing and keeps nothing.
    """

    directory: Path
    limit: int = LIMIT
    enabled: bool = True

    def key(self, directories: Iterable[Path], variables: Mapping[str, Any], versions: Iterable[str]) -> str:
        """Return the key of a plan: content of the module and of all it calls, variables, and tools' versions."""
        digest = hashlib.sha256(json.dumps([variables, list(versions)], sort_keys=True).encode())
        for number, directory in enumerate(directories):
            for path in module_files(directory):
                content = path.read_bytes()
                digest.update(f"{number}/{path.relative_to(directory)}\0{len(content)}\0".encode())
                digest.update(content)
        return digest.hexdigest()

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the answer, or None when there is none (or only a part of one)."""
        file = self._file(key)
        if not self.enabled:
            return None
        try:
            answer = json.loads(gzip.decompress(file.read_bytes()))
            os.utime(file)
        except (OSError, EOFError, ValueError, zlib.error):
            return None
        return answer if isinstance(answer, dict) else None

    def put(self, key: str, answer: Mapping[str, Any]) -> None:
        """Keep an answer; several processes may do so at once. Raises SlipwayError when it cannot be written."""
        if not self.enabled:
            return
        packed = gzip.compress(json.dumps(answer).encode(), compresslevel=1, mtime=0)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._write(self._file(key), packed)
        except OSError as error:
            raise SlipwayError(
                f"the plan cache cannot be written: {error.strerror}",
                where=Location(self.directory),
                cure="Make room or give permission there, name another place in XDG_CACHE_HOME, or --no-plan-cache.",
            ) from error

    def trim(self) -> None:
        """Remove the oldest entries until the rest is within the limit, and what killed writers left."""
        entries = sorted(((s.st_mtime, s.st_size, p) for p, s in _stats(self.directory, PATTERN)), reverse=True)
        total = 0
        for _, size, path in entries:
            total += size
            if total > self.limit:
                path.unlink(missing_ok=True)
        for path, status in _stats(self.directory, ".*.part"):
            if status.st_mtime < time.time() - ABANDONED:
                path.unlink(missing_ok=True)

    def _write(self, file: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self.directory, prefix=".", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.directory / f"{key}.json.gz"


def default_directory() -> Path:
    """The user's cache directory for plans."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "slipway" / "plans"


def _stats(directory: Path, pattern: str) -> Iterable[tuple[Path, os.stat_result]]:
    for path in directory.glob(pattern):
        try:
            yield path, path.stat()
        except FileNotFoundError:
            # Another process trims too.
            continue
