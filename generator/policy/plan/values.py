"""Values of a plan: what is known, and the one value that stands for all that is known only after the apply."""

from __future__ import annotations

from typing import Any, Final


class Unknown:
    """Known only after the apply. It is neither true nor false: asking for its truth is a mistake of a rule."""

    def __bool__(self) -> bool:
        raise TypeError("this value is known only after the apply: compare it with UNKNOWN before anything else")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def is_known(value: Any) -> bool:
    """Whether *value* is known in every part."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, dict):
        return all(is_known(part) for part in value.values())
    if isinstance(value, list):
        return all(is_known(part) for part in value)
    return True


def merged(after: Any, unknown: Any) -> Any:
    """*after* with UNKNOWN in each place that *unknown*, which mirrors it, marks with True."""
    if unknown is True:
        return UNKNOWN
    if not _marks(unknown):
        return after
    if isinstance(unknown, dict):
        known = after if isinstance(after, dict) else {}
        return {name: merged(known.get(name), unknown.get(name)) for name in {**known, **unknown}}
    known_parts = after if isinstance(after, list) else []
    length = max(len(known_parts), len(unknown))
    return [merged(_at(known_parts, i), _at(unknown, i)) for i in range(length)]


def value_at(after: Any, unknown: Any, path: str) -> Any:
    """What stands at *path*, such as ``vpc_config.0.subnet_ids``; None where nothing does."""
    for step in path.split("."):
        if unknown is True or isinstance(after, Unknown):
            return UNKNOWN
        after, unknown = _step(after, step), _step(unknown, step)
    return merged(after, unknown)


def _marks(unknown: Any) -> bool:
    if isinstance(unknown, dict):
        return any(_marks(part) for part in unknown.values())
    if isinstance(unknown, list):
        return any(_marks(part) for part in unknown)
    return unknown is True


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdigit():
        return _at(value, int(step))
    return None


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else None
