"""Small plans, written by hand."""

from __future__ import annotations

from typing import Any

from generator.policy.plan import Plan
from generator.policy.rules import platform_rules
from generator.policy.testing import judged, outcomes, plan_of
from generator.policy.verdict import Outcome

FAIL, PASS, UNDECIDED, NONE = (
    {outcome} for outcome in (Outcome.FAIL, Outcome.PASS, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE)
)


def resource(address: str, after: dict[str, Any], unknown: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One entry of ``resource_changes``; *address* is ``type.name``, with a module and a key or without."""
    plain, _, key = address.partition("[")
    kind, name = plain.split(".")[-2:]
    found: dict[str, Any] = {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "change": {
            "actions": ["create"],
            "before": None,
            "after": after,
            "after_unknown": unknown or {},
            "after_sensitive": {},
        },
    }
    if module := ".".join(plain.split(".")[:-2]):
        found["module_address"] = module
    if key:
        found["index"] = key.strip('"]')
    found["change"].update(more)
    return found


def document(*resources: dict[str, Any], configuration: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": list(resources),
        "configuration": {"root_module": configuration or {}},
    }


def plan(*resources: dict[str, Any], configuration: dict[str, Any] | None = None) -> Plan:
    return plan_of(document(*resources, configuration=configuration))


def said(rule: str, *resources: dict[str, Any], configuration: dict[str, Any] | None = None) -> set[Outcome]:
    """The outcomes of *rule*."""
    return said_of(rule, plan(*resources, configuration=configuration))


def said_of(rule: str, given: Plan) -> set[Outcome]:
    """The outcomes of *rule* on the plan *given*."""
    (chosen,) = (r for r in platform_rules() if r.id == rule)
    return outcomes(judged(given, [chosen]))[rule]


def worst(rule: str, *resources: dict[str, Any], configuration: dict[str, Any] | None = None) -> set[Outcome]:
    """The outcomes of *rule* but pass, if there are any."""
    seen = said(rule, *resources, configuration=configuration)
    return seen - PASS or seen
