"""Image layers never write outside the image's directory."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from pathlib import Path

import pytest

from generator.embedded_aws.functions import unpack
from generator.embedded_aws.functions.unpack import BadLayerError, unpack_layers


def layer(tmp_path: Path, *entries: tuple[str, bytes, str | bytes], name: str = "layer", mode: int = 0o644) -> Path:
    """A layer of (name, tar type, content or link target)."""
    path = tmp_path / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for entry, kind, value in entries:
            member = tarfile.TarInfo(entry)
            member.type, member.mode = kind, mode
            if isinstance(value, bytes):
                member.size = len(value)
                archive.addfile(member, io.BytesIO(value))
            else:
                member.linkname = value
                archive.addfile(member)
    return path


def file(name: str, content: bytes = b"x") -> tuple[str, bytes, bytes]:
    return name, tarfile.REGTYPE, content


def link(name: str, target: str) -> tuple[str, bytes, str]:
    return name, tarfile.SYMTYPE, target


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / "images" / "root"
    directory.mkdir(parents=True)
    return directory


def test_files_directories_and_links_are_unpacked(tmp_path: Path, root: Path) -> None:
    entries: list[tuple[str, bytes, str | bytes]] = [
        ("var/task", tarfile.DIRTYPE, ""),
        file("./var/task/handler.py", b"code"),
        link("var/task/link", "handler.py"),
        link("var/up", "../var/task"),
        ("var/hard", tarfile.LNKTYPE, "var/task/handler.py"),
    ]
    unpack_layers([layer(tmp_path, *entries)], root)
    for name in ("var/task/handler.py", "var/task/link", "var/up/handler.py", "var/hard"):
        assert (root / name).read_bytes() == b"code"


def test_later_layer_replaces_and_removes(tmp_path: Path, root: Path) -> None:
    first = layer(tmp_path, file("a", b"1"), file("b"), file("d/one"), file("d/two"), link("l", "a"), name="first")
    second = layer(
        tmp_path, file("a", b"2"), file(".wh.b", b""), file("d/.wh..wh..opq", b""), file("d/new"), file("l", b"own"),
        name="second",
    )  # fmt: skip
    unpack_layers([first, second], root)
    assert (root / "a").read_bytes() == b"2"
    assert not (root / "b").exists()
    assert [entry.name for entry in (root / "d").iterdir()] == ["new"]
    assert not (root / "l").is_symlink()


def test_set_uid_bits_are_dropped(tmp_path: Path, root: Path) -> None:
    unpack_layers([layer(tmp_path, file("sudo"), mode=0o6755)], root)
    assert stat.S_IMODE((root / "sudo").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "entries",
    [
        [file("../escaped")],
        [file("/escaped")],
        [file("a/../../escaped")],
        [("../escaped", tarfile.DIRTYPE, "")],
        [link("out", "../..")],
        [link("out", "/")],
        [link("a/b/out", "../../../escaped")],
        [link("up", "."), link("up/../out", "..")],
        [link("d", "."), file("d/escaped")],
        [link("one", "two"), link("two", "."), file("one/x")],
        [("h", tarfile.LNKTYPE, "../escaped")],
        [("h", tarfile.LNKTYPE, "/etc/passwd")],
        [link("s", "x"), ("h", tarfile.LNKTYPE, "s")],
        [("h", tarfile.LNKTYPE, "absent")],
        [("null", tarfile.CHRTYPE, "")],
        [("pipe", tarfile.FIFOTYPE, "")],
        [file("f"), file("f/under-a-file")],
        [file("../.wh.escaped")],
    ],
)
def test_layer_that_leaves_the_image_or_is_no_file_is_refused(
    tmp_path: Path, root: Path, entries: list[tuple[str, bytes, str | bytes]]
) -> None:
    outside = {path for path in tmp_path.rglob("*") if root not in path.parents}
    bad = layer(tmp_path, *entries)
    with pytest.raises(BadLayerError):
        unpack_layers([bad], root)
    assert {path for path in tmp_path.rglob("*") if root not in path.parents} == outside | {bad}


def test_whiteout_removes_a_link_not_what_it_points_to(tmp_path: Path, root: Path) -> None:
    first = layer(tmp_path, file("d/kept"), link("l", "d"), name="first")
    unpack_layers([first, layer(tmp_path, file(".wh.l", b""), name="second")], root)
    assert (root / "d/kept").exists()
    assert not os.path.lexists(root / "l")


def test_broken_archive_is_refused(tmp_path: Path, root: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x1f\x8b not gzip")
    with pytest.raises(BadLayerError):
        unpack_layers([broken], root)


def test_truncated_archive_is_refused(tmp_path: Path, root: Path) -> None:
    whole = layer(tmp_path, file("a", os.urandom(100_000)))
    whole.write_bytes(whole.read_bytes()[:5000])
    with pytest.raises(BadLayerError):
        unpack_layers([whole], root)


def test_image_over_the_limit_is_refused_before_it_is_written(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MAX_UNPACKED", 1000)
    with pytest.raises(BadLayerError, match="larger than"):
        unpack_layers([layer(tmp_path, file("bomb", b"0" * 2000))], root)
    assert not (root / "bomb").exists()
