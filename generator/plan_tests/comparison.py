"""Comparing a part of a plan with what a test expects of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final


class _Missing:
    """Stands for an attribute that is absent, null, or known only after the apply."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
ABSENT: Final = object()


def differences(expected: object, found: object, path: str = "") -> list[str]:
    """Return a line for each place where *found* is not what *expected* says; an empty list when all is.

    A mapping expects its keys and says nothing of others; a list expects the same elements in the same order; anything
    else expects an equal value. MISSING expects an attribute to be absent or null.
    """
    return list(_differences(expected, found, path))


def _differences(expected: object, found: object, path: str) -> Iterator[str]:
    if expected is MISSING:
        if found is not ABSENT and found is not None:
            yield f"{path}: expected MISSING, found {found!r}"
    elif found is ABSENT:
        yield f"{path}: expected {expected!r}, found MISSING"
    elif isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            yield from _differences(value, found.get(key, ABSENT), f"{path}.{key}" if path else str(key))
    elif _is_list(expected) and _is_list(found):
        yield from _lists(expected, found, path)  # type: ignore[arg-type]
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{path}: expected {expected!r}, found {found!r}"


def _lists(expected: Sequence[object], found: Sequence[object], path: str) -> Iterator[str]:
    if len(expected) != len(found):
        yield f"{path}: expected {len(expected)} elements {list(expected)!r}, found {len(found)} {list(found)!r}"
        return
    for index, (wanted, got) in enumerate(zip(expected, found, strict=True)):
        yield from _differences(wanted, got, f"{path}[{index}]")


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
