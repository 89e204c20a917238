"""What a rule says of a resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from generator.policy.plan import Resource, is_known


class Severity(StrEnum):
    """How bad it is when a rule fails, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What became of a rule. A rule that throws is an error, never a pass."""

    FAIL = "fail"
    ERROR = "error"
    UNDECIDED = "undecided"
    PASS = "pass"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Verdict:
    """What a rule says of *resource*. *message* says why, in a sentence without any secret; *attribute* is the
    argument that decides, such as ``idle_timeout``."""

    outcome: Outcome
    resource: Resource
    message: str = ""
    attribute: str = ""


def judge(truth: bool | None, resource: Resource, message: str, attribute: str = "", unknown: str = "") -> Verdict:
    """A verdict from *truth*: None is a value known only after the apply. *message* is what is wrong when it fails."""
    if truth is None:
        place = f"{attribute} is" if attribute else "what decides is"
        return Verdict(Outcome.UNDECIDED, resource, unknown or f"{place} known only after the apply.", attribute)
    return Verdict(Outcome.PASS if truth else Outcome.FAIL, resource, "" if truth else message, attribute)


def known(test: Callable[..., bool], *values: Any) -> bool | None:
    """What *test* says of *values*; None when a part of one is known only after the apply."""
    return test(*values) if all(is_known(value) for value in values) else None


def every(truths: list[bool | None]) -> bool | None:
    """Whether all hold; None when it depends on what is unknown."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def some(truths: list[bool | None]) -> bool | None:
    """Whether one holds; None when it depends on what is unknown."""
    if any(truth is True for truth in truths):
        return True
    return None if any(truth is None for truth in truths) else False


def negated(truth: bool | None) -> bool | None:
    """Not *truth*; what is unknown stays so."""
    return None if truth is None else not truth
