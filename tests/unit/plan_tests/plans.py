"""Plans in Terraform's JSON format, as small as a test needs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Mapping[str, Any]]


def resource(address: str, values: Mapping[str, Any], sensitive: Mapping[str, Any] | None = None) -> dict[str, Any]:
    kind = address.split("[")[0].split(".")[-2]
    return {
        "address": address,
        "mode": "data" if address.startswith("data.") else "managed",
        "type": kind,
        "values": dict(values),
        "sensitive_values": dict(sensitive or {}),
    }


def plan_of(
    values: Values, *, called: Values | None = None, outputs: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A plan with resources *values* by address, those of a called module, and *outputs* (given as Terraform does)."""
    root: dict[str, Any] = {"resources": [resource(address, v) for address, v in values.items()]}
    if called:
        root["child_modules"] = [{"resources": [resource(address, v) for address, v in called.items()]}]
    return {"planned_values": {"root_module": root, "outputs": dict(outputs or {})}}
