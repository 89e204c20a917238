"""The inventory of a plan: everything that it makes, kept beside a case so that nothing changes unseen."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from generator.files import replace_files
from generator.plan_tests.comparison import differences
from generator.plan_tests.summary import PlanSummary, managed_resources

MARK = "# Generated below by pytest --update-inventory: everything that the plan makes."
KEY = "inventory"
SENSITIVE = "(sensitive)"
# The provider's default tags say nothing of the module.
LEFT_OUT = "tags_all"

Inventory = Mapping[str, Any]


def inventory(plan: Mapping[str, Any]) -> Inventory:
    """``{"counts": by type, "values": by address}`` of a plan, without what is empty; sensitive values are masked."""
    values = {
        resource["address"]: _shown(resource.get("values", {}), resource.get("sensitive_values", {}))
        for resource in sorted(managed_resources(plan), key=lambda resource: str(resource["address"]))
    }
    return {"counts": dict(PlanSummary.of(plan).counts), "values": values}


def inventory_differences(kept: Inventory, plan: Mapping[str, Any]) -> list[str]:
    """Return a line for each place where a plan makes more, less or something else than *kept* holds."""
    return differences(kept, inventory(plan), exact=True)


def write_inventory(file: Path, plan: Mapping[str, Any]) -> None:
    """Put the inventory of *plan* at the end of the case *file*, in place of the one there.

    What a person wrote above stays as it is. Raises SlipwayError when the file cannot be written.
    """
    stream = io.StringIO()
    yaml = YAML()
    yaml.width = 120
    yaml.dump({KEY: inventory(plan)}, stream)
    kept = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line == MARK or line.startswith(f"{KEY}:"):
            break
        kept.append(line)
    text = "\n".join(kept).rstrip()
    replace_files({file: f"{text}\n\n{MARK}\n{stream.getvalue()}"})


def _shown(values: Mapping[str, Any], sensitive: Any) -> dict[str, Any]:
    return {
        key: _masked(value, sensitive.get(key) if isinstance(sensitive, Mapping) else sensitive)
        for key, value in sorted(values.items())
        if value not in (None, [], {}) and key != LEFT_OUT
    }


def _masked(value: Any, sensitive: Any) -> Any:
    if sensitive is True:
        return SENSITIVE
    if isinstance(value, Mapping) and isinstance(sensitive, Mapping):
        return {key: _masked(item, sensitive.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *[None] * (len(value) - len(sensitive))]
        return [_masked(item, mark) for item, mark in zip(value, marks, strict=True)]
    return value
