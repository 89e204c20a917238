"""Comparing a part of a plan with what a test expects of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final


class _Missing:
    """Stands for an attribute that is absent, null, or known only after the apply."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
ABSENT: Final = object()
LONGEST = 300  # characters of a value that are shown


def differences(expected: object, found: object, path: str = "", *, exact: bool = False) -> list[str]:
    """Return a line for each place where *found* is not what *expected* says; an empty list when all is.

    A mapping expects its keys and says nothing of others, unless *exact*; a list expects the same elements in the same
    order; anything else expects an equal value of the same kind (``true`` is not ``1``). A mapping or list that meets
    a string of JSON, such as a policy, is compared with what it says. MISSING expects an attribute to be absent or
    null.
    """
    return list(_differences(expected, found, path, exact))


def _differences(expected: object, found: object, path: str, exact: bool) -> Iterator[str]:
    if expected is MISSING:
        if found is not ABSENT and found is not None:
            yield f"{path}: expected MISSING, found {_shown(found)}"
    elif found is ABSENT:
        yield f"{path}: expected {_shown(expected)}, found MISSING"
    elif not exact and isinstance(found, str) and (decoded := _decoded(expected, found)) is not None:
        yield from _differences(expected, decoded, path, exact)
    elif isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            yield from _differences(value, found.get(key, ABSENT), _joined(path, key), exact)
        if exact:
            for key in found.keys() - expected.keys():
                yield f"{_joined(path, key)}: expected MISSING, found {_shown(found[key])}"
    elif _is_list(expected) and _is_list(found):
        yield from _lists(expected, found, path, exact)  # type: ignore[arg-type]
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{path}: expected {_shown(expected)}, found {_shown(found)}"


def _decoded(expected: object, found: str) -> object:
    """What the JSON in *found* says, when *expected* is a mapping or list and so is that; otherwise None."""
    if not isinstance(expected, Mapping) and not _is_list(expected):
        return None
    try:
        said: object = json.loads(found)
    except ValueError:
        return None
    return said if isinstance(said, dict | list) else None


def _lists(expected: Sequence[object], found: Sequence[object], path: str, exact: bool) -> Iterator[str]:
    if len(expected) != len(found):
        yield f"{path}: expected {len(expected)} elements {_shown(expected)}, found {len(found)} {_shown(found)}"
        return
    for index, (wanted, got) in enumerate(zip(expected, found, strict=True)):
        yield from _differences(wanted, got, f"{path}[{index}]", exact)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _joined(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
