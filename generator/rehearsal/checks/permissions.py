"""What a role may do in effect: its statements, tried as IAM tries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


def may(statements: Iterable[Statement], action: str, resource: str) -> bool:
    """Whether *statements* let their role do *action* on *resource*, at least in some context.

    Conditions only narrow: one is taken to hold in an Allow, and not to hold in a Deny. So what this denies is denied.
    """
    effects = {
        statement["Effect"]
        for statement in statements
        if _matches(statement.get("Action"), action)
        and _matches(statement.get("Resource"), resource)
        and not (statement["Effect"] == "Deny" and statement.get("Condition"))
    }
    return effects == {"Allow"}


def _matches(patterns: Any, value: str) -> bool:
    found = [patterns] if isinstance(patterns, str) else patterns or ()
    # IAM knows * and ?, and takes brackets literally.
    return any(fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in found)
