"""An image function's files: found in the registry, unpacked once a digest."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from generator.embedded_aws.blobs import BlobStore
from generator.embedded_aws.functions.unpack import BadLayerError, unpack_layers

# Lambda's names of architectures -> OCI's.
ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}


@dataclass(frozen=True)
class Image:
    """An unpacked image and what its configuration says about running it."""

    digest: str
    root: Path
    architecture: str
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    working_directory: str = "/var/task"

    def path(self, absolute: str) -> Path:
        """Where the absolute path of the image is on this machine. Raises BadLayerError for one outside the image."""
        path = (self.root / absolute.lstrip("/")).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise BadLayerError(f"{absolute} is outside the image")
        return path


class ImageCache:
    """Unpacked images under one directory, one folder a digest."""

    def __init__(self, blobs: BlobStore, directory: Path) -> None:
        self._blobs = blobs
        self._directory = directory
        self._lock = threading.Lock()

    def get(self, digest: str, manifest: str) -> Image:
        """The image of *manifest* (JSON, its digest is *digest*), unpacked at the first call. Raises BadLayerError."""
        document = json.loads(manifest)
        config = json.loads(self._blobs.path(document["config"]["digest"]).read_bytes())
        layers = [self._blobs.path(layer["digest"]) for layer in document["layers"]]
        root = self._directory / digest.removeprefix("sha256:")
        with self._lock:
            if not root.exists():
                self._unpack(layers, root)
        settings = config.get("config") or {}
        return Image(
            digest=digest,
            root=root,
            architecture=config.get("architecture", "amd64"),
            entrypoint=settings.get("Entrypoint") or [],
            command=settings.get("Cmd") or [],
            environment=dict(item.split("=", 1) for item in settings.get("Env") or [] if "=" in item),
            working_directory=settings.get("WorkingDir") or "/var/task",
        )

    def clear(self) -> None:
        with self._lock:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _unpack(self, layers: list[Path], root: Path) -> None:
        # A handler that drops to another user still reads its own code: hence 0755.
        self._directory.mkdir(mode=0o755, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=self._directory))
        try:
            unpack_layers(layers, partial)
            partial.chmod(0o755)
            partial.rename(root)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
