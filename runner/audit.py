"""What a program left behind: looked for after its end, removed, and told in the answer."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runner.contract import Leftovers
from runner.errors import UncleanError
from runner.usage import SCRATCH, owned_below
from runner.workdir import remove_tree

_KINDS = ("shm", "msg", "sem")
_REMOVE = 0  # IPC_RMID
_MOST = 10_000


@dataclass(frozen=True)
class Audit:
    """Finds files in the places where everybody may write, and System V objects, that belong to user *uid* and are new.

    Only for a user of whom it is known that nothing but the program makes such things meanwhile.
    """

    uid: int
    files: frozenset[Path]
    objects: frozenset[tuple[str, int]]

    @classmethod
    def begin(cls, uid: int, *, keep: Path | None = None) -> Audit:
        """What *uid* has now; with *keep*, that path alone is its own, and all else is left from before."""
        if keep is not None:
            return cls(uid, frozenset({keep}), frozenset())
        return cls(uid, frozenset(_files(uid)), frozenset(_objects(uid)))

    def finish(self, processes: int) -> Leftovers:
        """Removes what is new and counts it. UncleanError if something of it stays."""
        files = [path for path in _files(self.uid) if path not in self.files]
        objects = [found for found in _objects(self.uid) if found not in self.objects]
        for path in files:
            _remove_file(path)
        for kind, number in objects:
            _remove_object(kind, number)
        left = set(_files(self.uid)) - self.files or set(_objects(self.uid)) - self.objects
        if left:
            raise UncleanError(f"the program left what cannot be removed: {sorted(map(str, left))[:5]}.")
        return Leftovers(processes, len(files), len(objects))


def clean(uid: int | None, directory: Path) -> None:
    """Removes what a program of user *uid*, if it has one of its own, left anywhere but in *directory*."""
    if uid is not None:
        Audit.begin(uid, keep=directory).finish(0)


def _files(uid: int) -> list[Path]:
    return [path for directory in SCRATCH for path in owned_below(directory, uid, _MOST)]


def _remove_file(path: Path) -> None:
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            path.unlink()


def _objects(uid: int) -> Iterator[tuple[str, int]]:
    for kind in _KINDS:
        with suppress(FileNotFoundError):  # a kernel without System V objects
            header, *lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            names = header.split()
            for line in lines:
                row = dict(zip(names, line.split(), strict=False))
                if uid in (int(row["uid"]), int(row["cuid"])):
                    yield kind, int(row[f"{'msq' if kind == 'msg' else kind}id"])


def _remove_object(kind: str, number: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    words = (number, 0, _REMOVE) if kind == "sem" else (number, _REMOVE, None)
    getattr(library, f"{kind}ctl")(*words)  # whether it is gone is looked at afterwards


def audited_user(uid: int | None, home_name: str) -> int | None:
    """The user to audit: the program's own; in Lambda the shared one, since nothing else runs there as it."""
    return uid if uid is not None else os.geteuid() if home_name == "lambda" else None
