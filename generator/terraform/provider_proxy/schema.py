"""A provider's schema: trimmed to some types, and kept on disk between runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from generator.terraform.provider_proxy.protocol import MAP_KEY, SCHEMA_MAPS
from generator.terraform.provider_proxy.wire import fields

# 5 MB each
KEPT_FILES = 4
DIGEST_SIZE = hashlib.sha256().digest_size


class ProviderSchema:
    """A GetProviderSchema response. Raises ValueError when *response* is none."""

    def __init__(self, response: bytes) -> None:
        self._always = b""
        # One name may be a resource's, a data source's and an ephemeral resource's.
        self._by_name: dict[str, bytes] = {}
        for field in fields(response):
            if field.number in SCHEMA_MAPS and isinstance(field.value, bytes):
                name = _key(field.value)
                self._by_name[name] = self._by_name.get(name, b"") + field.encoding
            else:
                self._always += field.encoding

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._by_name)

    def trimmed(self, names: Collection[str]) -> bytes:
        """The response with the types of *names* alone, and with all that is no type (provider, functions, ...)."""
        return self._always + b"".join(self._by_name[name] for name in sorted(self.names.intersection(names)))


def _key(entry: bytes) -> str:
    for field in fields(entry):
        if field.number == MAP_KEY and isinstance(field.value, bytes):
            return field.value.decode()
    raise ValueError("a map's entry has no key")


class SchemaCache:
    """The responses of some provider binaries in *directory*; an entry is one file, the oldest go.

    A cache that cannot be written or read only costs time: the provider is asked again.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def load(self, binary: Path) -> bytes | None:
        """The response of *binary* as it is now, None when there is none or the file is damaged."""
        try:
            stored = self._file(binary).read_bytes()
        except OSError:
            return None
        digest, response = stored[:DIGEST_SIZE], stored[DIGEST_SIZE:]
        return response if hashlib.sha256(response).digest() == digest else None

    def store(self, binary: Path, response: bytes) -> None:
        file = self._file(binary)
        with contextlib.suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._directory, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as new:
                    new.write(hashlib.sha256(response).digest() + response)
                Path(name).replace(file)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._remove_oldest()

    def _remove_oldest(self) -> None:
        # Also what a killed process left half-written: it is old one day.
        kept = sorted(self._directory.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[KEPT_FILES:]:
            file.unlink(missing_ok=True)

    def _file(self, binary: Path) -> Path:
        # The file's name holds the provider's version; a rebuilt binary of the same name differs in time or size.
        real = binary.resolve()
        status = real.stat()
        key = f"{real}\0{status.st_size}\0{status.st_mtime_ns}"
        return self._directory / hashlib.sha256(key.encode()).hexdigest()
