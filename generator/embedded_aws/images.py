"""Building a small container image and pushing it with the ECR API alone: no Docker, no registry protocol."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_IN_MEMORY = 32 * 1024 * 1024  # bytes of layer kept in memory before it goes to a file


def push_image(
    client_ecr: Any,
    repository: str,
    tag: str,
    files: Mapping[str, bytes | Path],
    *,
    cmd: list[str],
    working_dir: str = "/var/task",
    architecture: str = "amd64",
    env: Mapping[str, str] | None = None,
) -> str:
    """Push a one-layer image of *files* and return its digest (`sha256:...`). Equal input gives an equal digest.

    *files* maps a path, absolute or relative to *working_dir*, to its content; a Path keeps its executable bit.
    *client_ecr* is boto3's, of any ECR. Raises botocore's ClientError, and OSError for an unreadable file.
    Source: Docker image manifest version 2, schema 2; OCI image configuration.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        layer: IO[bytes] = spool
        diff_id = _write_layer(layer, files, working_dir)
        layer_entry = {"mediaType": LAYER_TYPE, **_upload(client_ecr, repository, layer)}
    config = _json(
        {
            "architecture": architecture,
            "os": "linux",
            "config": {
                "Cmd": cmd,
                "WorkingDir": working_dir,
                "Env": [f"{name}={value}" for name, value in sorted((env or {}).items())],
            },
            "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        }
    )
    config_entry = {"mediaType": CONFIG_TYPE, **_upload(client_ecr, repository, io.BytesIO(config))}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config_entry, "layers": [layer_entry]}
    answer = client_ecr.put_image(
        repositoryName=repository,
        imageTag=tag,
        imageManifest=_json(manifest).decode(),
        imageManifestMediaType=MANIFEST_TYPE,
    )
    return str(answer["image"]["imageId"]["imageDigest"])


def _write_layer(output: IO[bytes], files: Mapping[str, bytes | Path], working_dir: str) -> str:
    """Write a tar.gz without times and owners to *output*. Returns the digest of the tar within."""
    base = PurePosixPath(working_dir)
    entries = sorted((str(base / name).lstrip("/"), content) for name, content in files.items())
    with gzip.GzipFile(fileobj=output, mode="wb", mtime=0, filename="") as compressed:
        hashing = _Hashing(compressed)
        with tarfile.open(fileobj=hashing, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for directory in _directories([name for name, _ in entries], base):
                archive.addfile(_member(directory, 0o755, tarfile.DIRTYPE))
            for name, content in entries:
                _add(archive, name, content)
        return "sha256:" + hashing.sha256.hexdigest()


def _directories(names: list[str], base: PurePosixPath) -> list[str]:
    parents = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    parents |= {str(path).lstrip("/") for path in (base, *base.parents)}
    return sorted(parents - {".", ""})


def _add(archive: tarfile.TarFile, name: str, content: bytes | Path) -> None:
    if isinstance(content, bytes):
        member = _member(name, 0o644)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        return
    with content.open("rb") as source:
        mode = content.stat().st_mode
        member = _member(name, 0o755 if mode & 0o100 else 0o644)
        member.size = source.seek(0, io.SEEK_END)
        source.seek(0)
        archive.addfile(member, source)


def _member(name: str, mode: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.type = mode, kind
    return member


def _upload(client_ecr: Any, repository: str, content: IO[bytes]) -> dict[str, Any]:
    """Upload *content* from its beginning, unless the repository has it. Returns {"digest": ..., "size": bytes}."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    digest = "sha256:" + _sha256(content)
    known = client_ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])["layers"]
    if not any(layer["layerAvailability"] == "AVAILABLE" for layer in known):
        content.seek(0)
        upload = client_ecr.initiate_layer_upload(repositoryName=repository)
        first = 0
        while part := content.read(upload["partSize"]):
            client_ecr.upload_layer_part(
                repositoryName=repository,
                uploadId=upload["uploadId"],
                partFirstByte=first,
                partLastByte=first + len(part) - 1,
                layerPartBlob=part,
            )
            first += len(part)
        client_ecr.complete_layer_upload(repositoryName=repository, uploadId=upload["uploadId"], layerDigests=[digest])
    return {"size": size, "digest": digest}


def _sha256(content: IO[bytes]) -> str:
    sha256 = hashlib.sha256()
    while chunk := content.read(1 << 20):
        sha256.update(chunk)
    return sha256.hexdigest()


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


class _Hashing(io.RawIOBase):
    """Passes what is written on, and hashes it."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return int(self._output.write(data))
