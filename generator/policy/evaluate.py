"""Trying every rule on a plan."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator

from generator.errors import Location
from generator.policy.findings import Finding
from generator.policy.platform import Platform
from generator.policy.rule import Rule
from generator.policy.verdict import Outcome, Verdict

Locate = Callable[[str, str], Location | None]
"""The file and line of a resource, by its address and the argument."""


def nowhere(_address: str, _attribute: str) -> None:
    """Of a plan alone nobody knows the files."""
    return


def evaluate(platform: Platform, rules: Iterable[Rule], target: str, locate: Locate = nowhere) -> Iterator[Finding]:
    """Yield what *rules* say of *platform*; a rule that has nothing to say is not applicable, one that throws is an
    error."""
    for rule in rules:
        found = False
        seen: set[tuple[str, str, str, str]] = set()
        try:
            for verdict in rule.check(platform):
                found = True
                finding = _finding(rule, verdict, target, locate)
                mark = (finding.address, finding.attribute, finding.outcome, finding.message)
                # Two tasks with one role say the same of it.
                if mark not in seen:
                    seen.add(mark)
                    yield finding
        except Exception as error:
            # Whatever a rule does wrong, it must not look like a pass.
            yield _error(rule, target, error)
            found = True
        if not found:
            yield _of(rule, target, Outcome.NOT_APPLICABLE, "")


def _finding(rule: Rule, verdict: Verdict, target: str, locate: Locate) -> Finding:
    if not isinstance(verdict, Verdict):
        raise TypeError(f"it yields {type(verdict).__name__}, and not a Verdict")
    address = verdict.resource.address
    silent = verdict.outcome is Outcome.PASS
    return Finding(
        target=target,
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        outcome=verdict.outcome,
        address=address,
        message=verdict.message,
        attribute=verdict.attribute,
        remediation=rule.remediation,
        document=rule.document,
        where=None if silent else locate(address, verdict.attribute),
    )


def _error(rule: Rule, target: str, error: Exception) -> Finding:
    # Of the message only the type: what a rule chokes on may be a secret.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
    return _of(rule, target, Outcome.ERROR, f"The rule failed with {type(error).__name__} at {place}.")


def _of(rule: Rule, target: str, outcome: Outcome, message: str) -> Finding:
    return Finding(
        target=target,
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        outcome=outcome,
        address="",
        message=message,
        remediation=rule.remediation,
        document=rule.document,
    )
