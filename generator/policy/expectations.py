"""Comparing a plan with what policy.yaml expects: tables of an environment, which are no rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.policy.findings import Finding
from generator.policy.plan import Plan, Resource, is_known
from generator.policy.platform import matches
from generator.policy.redaction import without
from generator.policy.settings import Expected, Settings
from generator.policy.verdict import Outcome, Severity

RULE = "EXPECT-001"
COUNT = "count()"


def expected(
    plan: Plan, settings: Settings, target: str, environment: str, secrets: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Yield a finding for each value that *settings* expect of *environment*; *secrets* are shown in none."""
    for entry in settings.expectations.get(environment, ()):
        found = [r for r in plan if r.mode == "managed" and matches(r.address, entry.pattern)]
        for path, value in entry.values.items():
            if path == COUNT:
                yield _compared(entry, target, entry.pattern, path, len(found), value, secrets)
            elif not found:
                yield _of(entry, target, entry.pattern, Outcome.FAIL, "Nothing in the plan has this address.", path)
            else:
                yield from (_value(entry, target, resource, path, value, secrets) for resource in found)


def _value(entry: Expected, target: str, resource: Resource, path: str, value: Any, secrets: frozenset[str]) -> Finding:
    if resource.is_sensitive(path):
        message = f"{path} is secret: nothing can be expected of it."
        return _of(entry, target, resource.address, Outcome.FAIL, message, path)
    return _compared(entry, target, resource.address, path, resource.get(path), value, secrets)


def _compared(
    entry: Expected, target: str, address: str, path: str, found: Any, value: Any, secrets: frozenset[str]
) -> Finding:
    if not is_known(found):
        return _of(entry, target, address, Outcome.UNDECIDED, f"{path} is known only after the apply.", path)
    if _same(found, value):
        return _of(entry, target, address, Outcome.PASS, "", path)
    message = f"{path} is {_shown(found, secrets)}, and {_shown(value, secrets)} is expected."
    return _of(entry, target, address, Outcome.FAIL, message, path)


def _same(found: Any, value: Any) -> bool:
    if isinstance(found, list) and isinstance(value, list | tuple):
        # Terraform's sets come in its own order.
        return sorted(map(_written, found)) == sorted(map(_written, value))
    if isinstance(found, str) and isinstance(value, int) and not isinstance(value, bool):
        return found == str(value)
    return bool(found == value and isinstance(found, bool) == isinstance(value, bool))


def _written(value: Any) -> str:
    return json.dumps(value, default=list)


def _shown(value: Any, secrets: frozenset[str]) -> str:
    # Before it is cut: the first half of a secret is not found again.
    text = without(_written(value), secrets)
    return text if len(text) <= 80 else text[:77] + "..."


def _of(entry: Expected, target: str, address: str, outcome: Outcome, message: str, path: str) -> Finding:
    return Finding(
        target=target,
        rule=RULE,
        title="The environment is what its table says",
        severity=Severity.HIGH,
        outcome=outcome,
        address=address,
        message=message,
        attribute=path,
        remediation="Change the manifest, or the table in policy.yaml when what the environment is to be has changed.",
        document="policy.yaml",
        source="expectation",
        where=entry.where,
    )
