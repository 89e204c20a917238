"""A compiled program that is to be recorded and checked, and the files that it finds where it runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runner.contract import StageLimits
from runner.identity import Identity
from runner.usage import DiskUse


@dataclass(frozen=True)
class Program:
    """A compiled program, its source's file name and text, its stdin, and the limits it runs under. *memcheck* says
    whether to look for memory errors too; *deadline* is of time.monotonic. *arguments* are its command line's, and
    *files* (name → content) stand in the directory it runs in, which with *disk* is a file system of that size."""

    content: bytes
    source: str
    code: str
    stdin: bytes
    limits: StageLimits
    memcheck: bool = False
    deadline: float | None = None
    arguments: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    disk: DiskUse | None = None

    def room(self, more: int) -> DiskUse | None:
        """*disk* with *more* bytes, and a few files, for what stands beside the program."""
        return None if self.disk is None else self.disk + DiskUse(len(self.content) + more, 64)


def put(directory: Path, name: str, content: bytes, who: Identity) -> None:
    """Makes the file *name* in *directory*, which must be new and the runner's own, and gives it to *who*."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for parent in path.parents:
        if parent == directory:
            break
        give(parent, who)
    path.write_bytes(content)
    give(path, who)


def give(path: Path, who: Identity) -> None:
    """Makes *who* the owner of *path*."""
    if who.uid is not None:
        os.chown(path, who.uid, who.uid, follow_symlinks=False)
