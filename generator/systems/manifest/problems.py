"""What is wrong with a manifest: problems by path, and the errors shown to a person by file and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from generator.errors import ManifestError

Path = tuple[str | int, ...]
"""Where a value stands in the manifest: map keys and list positions, from the outside in."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong at *path* of one environment, and what to do.

    *at_key* means the key itself, not the value under it.
    """

    path: Path
    what: str
    cure: str
    at_key: bool = False


class ManifestErrors(ManifestError):  # noqa: N818 (it carries several)
    """Every error found in one manifest, sorted by line. *where* is the first error's place."""

    def __init__(self, errors: Iterable[ManifestError]) -> None:
        self.errors = tuple(sorted(errors, key=_position))
        if not self.errors:
            raise ValueError("ManifestErrors needs at least one error")
        first = self.errors[0]
        super().__init__(first.what, where=first.where, cure=first.cure)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def _position(error: ManifestError) -> tuple[int, int, str]:
    if error.where is None:
        return (0, 0, error.what)
    return (error.where.line or 0, error.where.column or 0, error.what)


def dotted(path: Path) -> str:
    """*path* as a person writes it: ``services.web.command[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """*value* as a sentence names it: text in quotation marks and cut, a map or a list by its kind."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str):
        return f'"{value if len(value) <= 60 else value[:57] + "..."}"'
    if isinstance(value, bool):
        return str(value).lower()
    return "empty" if value is None else str(value)


def printable(text: str) -> str:
    """*text* on one line with control characters escaped, so that a manifest cannot steer a terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The member of *known* that *word* most likely means, or None."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def one_of(word: str, known: Iterable[str]) -> str:
    """A cure for an unknown *word*: the nearest known one, else the list of all."""
    names = sorted(known)
    if (close := nearest(word, names)) is not None:
        return f'Did you mean "{close}"?'
    return f"Known here: {', '.join(names)}." if names else "None is declared yet: declare it first."
