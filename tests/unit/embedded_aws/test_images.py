"""Images built for the registry: reproducible, and what the ECR API wants."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from generator.embedded_aws.images import push_image


class Registry:
    """An ECR API in memory: what a client was asked for, as bytes."""

    def __init__(self, part_size: int = 10_000_000) -> None:
        self.part_size = part_size
        self.parts: list[tuple[int, int]] = []
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, str] = {}
        self._upload = b""

    def batch_check_layer_availability(self, repositoryName: str, layerDigests: list[str]) -> Any:  # noqa: N803
        known = [{"layerDigest": d, "layerAvailability": "AVAILABLE"} for d in layerDigests if d in self.blobs]
        return {"layers": known, "failures": []}

    def initiate_layer_upload(self, repositoryName: str) -> Any:  # noqa: N803
        self._upload = b""
        return {"uploadId": "u", "partSize": self.part_size}

    def upload_layer_part(self, layerPartBlob: bytes, partFirstByte: int, partLastByte: int, **_: Any) -> None:  # noqa: N803
        assert partFirstByte == len(self._upload)
        assert partLastByte == partFirstByte + len(layerPartBlob) - 1
        self.parts.append((partFirstByte, partLastByte))
        self._upload += layerPartBlob

    def complete_layer_upload(self, layerDigests: list[str], **_: Any) -> None:  # noqa: N803
        assert layerDigests == ["sha256:" + hashlib.sha256(self._upload).hexdigest()]
        self.blobs[layerDigests[0]] = self._upload

    def put_image(self, imageTag: str, imageManifest: str, **_: Any) -> Any:  # noqa: N803
        self.manifests[imageTag] = imageManifest
        digest = "sha256:" + hashlib.sha256(imageManifest.encode()).hexdigest()
        return {"image": {"imageId": {"imageDigest": digest}}}

    def layer(self, tag: str) -> bytes:
        return self.blobs[json.loads(self.manifests[tag])["layers"][0]["digest"]]

    def config(self, tag: str) -> Any:
        return json.loads(self.blobs[json.loads(self.manifests[tag])["config"]["digest"]])


def test_equal_files_give_an_equal_digest_whatever_their_times_and_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for directory, stamp in ((one, 1), (two, 2)):
        directory.mkdir()
        (directory / "a").write_bytes(b"a")
        (directory / "a").touch()
        os.utime(directory / "a", (stamp, stamp))
    registry = Registry()
    first = push_image(registry, "r", "1", {"a": one / "a", "b": b"b"}, cmd=["h"])
    second = push_image(registry, "r", "2", {"b": b"b", "a": two / "a"}, cmd=["h"])
    assert first == second
    assert len(registry.blobs) == 2  # a layer and a configuration, pushed once


def test_layer_holds_the_files_and_their_directories(tmp_path: Path) -> None:
    script = tmp_path / "run"
    script.write_bytes(b"#!")
    script.chmod(0o700)
    registry = Registry()
    push_image(registry, "r", "1", {"handler.py": b"h", "bin/run": script, "/opt/tool": b"t"}, cmd=["h"])
    with tarfile.open(fileobj=io.BytesIO(registry.layer("1"))) as archive:
        members = {member.name: member for member in archive}
        names = ["opt", "opt/tool", "var", "var/task", "var/task/bin", "var/task/bin/run", "var/task/handler.py"]
        assert sorted(members) == names
        assert [members[name].mode for name in ("var/task/handler.py", "var/task/bin/run")] == [0o644, 0o755]
        assert {(member.uid, member.gid, member.mtime) for member in archive} == {(0, 0, 0)}


def test_configuration_names_the_command_and_the_uncompressed_layer() -> None:
    registry = Registry()
    push_image(registry, "r", "1", {"a": b"a"}, cmd=["h.h"], working_dir="/w", architecture="arm64", env={"A": "1"})
    config = registry.config("1")
    assert config["architecture"] == "arm64"
    assert config["config"] == {"Cmd": ["h.h"], "WorkingDir": "/w", "Env": ["A=1"]}
    tar = gzip.decompress(registry.layer("1"))
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(tar).hexdigest()]


def test_manifest_gives_sizes_and_media_types() -> None:
    registry = Registry()
    push_image(registry, "r", "1", {"a": b"a"}, cmd=["h"])
    manifest = json.loads(registry.manifests["1"])
    assert manifest["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    for part in (manifest["config"], *manifest["layers"]):
        assert part["size"] == len(registry.blobs[part["digest"]])


def test_large_layer_goes_in_parts() -> None:
    registry = Registry(part_size=1000)
    content = base64.b64encode(hashlib.shake_256(b"noise").digest(3000))  # hardly compressible
    push_image(registry, "r", "1", {"a": content}, cmd=["h"])
    assert len(registry.parts) > 3
    with tarfile.open(fileobj=io.BytesIO(registry.layer("1"))) as archive:
        member = archive.extractfile("var/task/a")
        assert member is not None
        assert member.read() == content


def test_missing_file_pushes_nothing(tmp_path: Path) -> None:
    registry = Registry()
    with pytest.raises(FileNotFoundError):
        push_image(registry, "r", "1", {"a": tmp_path / "absent"}, cmd=["h"])
    assert registry.blobs == {}
