"""Small plans, written by hand."""

from __future__ import annotations

from typing import Any

from generator.policy.plan import Plan
from generator.policy.testing import plan_of


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
