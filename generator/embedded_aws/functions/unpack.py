"""Unpacking image layers into a directory, without ever writing outside it."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

MAX_UNPACKED = (
    10 * 1024**3
)  # bytes; Lambda's limit for an image, https://docs.aws.amazon.com/lambda/latest/dg/limits.html
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


class BadLayerError(Exception):
    """A layer that is not a tar archive, or that would write outside the image's directory."""


def unpack_layers(layers: Iterable[Path], root: Path) -> None:
    """Apply the *layers* (tar or tar.gz), lowest first, to the existing empty directory *root*.

    Regular files, directories, links within the image and whiteouts (OCI image layer specification) are understood.
    Owners are not kept, nor set-uid bits. Raises BadLayerError; *root* is then to be thrown away.
    """
    budget = MAX_UNPACKED
    for layer in layers:
        try:
            with tarfile.open(layer) as archive:
                for member in archive:
                    budget -= member.size
                    if budget < 0:
                        raise BadLayerError(f"the image is larger than {MAX_UNPACKED} bytes")
                    _apply(archive, member, root)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise BadLayerError(f"cannot unpack layer {layer.name}: {error}") from error


def _apply(archive: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    parts = _parts(member.name)
    if not parts:
        return
    parent = _real_directory(root, parts[:-1])
    name = parts[-1]
    if name == _OPAQUE:
        for child in parent.iterdir():
            _remove(child)
        return
    if name.startswith(_WHITEOUT):
        _remove(parent / name.removeprefix(_WHITEOUT))
        return
    target = parent / name
    if member.isdir():
        _make_directory(target, member.mode)
        return
    _remove(target)
    if member.isreg():
        _write(archive, member, target)
    elif member.issym():
        _check_link(PurePosixPath(*parts[:-1]), member.linkname, member.name)
        target.symlink_to(member.linkname)
    elif member.islnk():
        source_parts = _parts(member.linkname)
        source = _real_directory(root, source_parts[:-1]) / source_parts[-1]
        if not stat.S_ISREG(source.lstat().st_mode):
            raise BadLayerError(f"{member.name} is a hard link to what is not a file: {member.linkname}")
        target.hardlink_to(source)
    else:
        raise BadLayerError(f"{member.name} is neither file, directory nor link")


def _parts(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    parts = tuple(part for part in path.parts if part not in ("/", "."))
    if path.is_absolute() or ".." in parts:
        raise BadLayerError(f"{name} points outside the image")
    return parts


def _real_directory(root: Path, parts: tuple[str, ...]) -> Path:
    """The directory of *parts* under *root*, made where missing. A symbolic link on the way is refused."""
    directory = root
    for part in parts:
        directory = directory / part
        try:
            mode = directory.lstat().st_mode
        except FileNotFoundError:
            _make_directory(directory, 0o755)
            continue
        if not stat.S_ISDIR(mode):
            raise BadLayerError(f"{'/'.join(parts)} passes through what is not a directory: {part}")
    return directory


def _make_directory(target: Path, mode: int) -> None:
    if not (target.is_dir() and not target.is_symlink()):
        _remove(target)
        target.mkdir()
    target.chmod((mode & 0o777) | 0o700)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise BadLayerError(f"{member.name} has no content")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with source, os.fdopen(descriptor, "wb") as output:
        shutil.copyfileobj(source, output)
        os.fchmod(output.fileno(), member.mode & 0o777)


def _check_link(directory: PurePosixPath, target: str, name: str) -> None:
    depth = len(directory.parts)
    if PurePosixPath(target).is_absolute():
        raise BadLayerError(f"{name} is a link to an absolute path: {target}")
    for part in PurePosixPath(target).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            raise BadLayerError(f"{name} is a link out of the image: {target}")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
