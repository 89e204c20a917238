"""The shape of a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from generator.policy.platform import Platform
from generator.policy.verdict import Severity, Verdict

Decidable = Literal["first plan", "rehearsed plan"]
Check = Callable[[Platform], Iterable[Verdict]]
ID = re.compile(r"[A-Z][A-Z0-9]*-\d{3,}")


@dataclass(frozen=True)
class Rule:
    """One rule. *check* yields a verdict for each resource that the rule is about; none: it does not apply.

    *document* is where the demand comes from; *decidable* the earliest plan that holds all the values it asks for.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    document: str
    remediation: str
    decidable: Decidable
    check: Check
    topic: str

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise ValueError(f"{self.id}: the id of a rule is capital letters, a hyphen and three digits")
        for name in ("title", "rationale", "document", "remediation"):
            if not getattr(self, name):
                raise ValueError(f"{self.id}: a rule needs a {name}")


def rule(
    id: str,  # noqa: A002 - a rule's own word
    title: str,
    *,
    severity: Severity,
    rationale: str,
    document: str,
    remediation: str,
    decidable: Decidable = "first plan",
) -> Callable[[Check], Rule]:
    """Make a rule of the check below it; its topic is the file that it stands in."""

    def made(check: Check) -> Rule:
        topic = check.__module__.rsplit(".", 1)[-1].replace("_", " ")
        return Rule(id, title, severity, rationale, document, remediation, decidable, check, topic)

    return made
