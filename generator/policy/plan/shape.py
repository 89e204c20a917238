"""Whether a plan's document has the shape that everything after it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Terraform nests no modules so deep; a forged plan may, and Python would not.
DEPTH = 100


def wrong_part(document: dict[str, Any]) -> str | None:
    """The first part of *document* that no plan has so, by its path; None when there is none."""
    configuration, planned = document.get("configuration"), document.get("planned_values")
    for name, part in (("configuration", configuration), ("planned_values", planned)):
        if part is not None and not isinstance(part, dict):
            return name
    configured = _configured((configuration or {}).get("root_module"), "configuration.root_module", 0)
    values = _planned((planned or {}).get("root_module"), "planned_values.root_module", 0)
    return next(configured, None) or next(values, None)


def holds_resources(document: dict[str, Any]) -> bool:
    """Whether the values that are planned are those of resources."""
    root = (document.get("planned_values") or {}).get("root_module") or {}
    return bool(root.get("resources") or root.get("child_modules"))


def _configured(module: Any, path: str, depth: int) -> Iterator[str]:
    if module is None:
        return
    if not isinstance(module, dict) or depth > DEPTH:
        yield path
        return
    yield from _list_of_maps(module, "resources", path)
    for resource in module.get("resources") or []:
        yield from _maps(resource, ("expressions", "for_each_expression"), f"{path}.resources")
    yield from _maps(module, ("outputs", "variables", "module_calls"), path)
    for name, output in (module.get("outputs") or {}).items():
        if output is not None and not isinstance(output, dict):
            yield f"{path}.outputs.{name}"
        else:
            yield from _maps(output or {}, ("expression",), f"{path}.outputs.{name}")
    for name, call in (module.get("module_calls") or {}).items():
        place = f"{path}.module_calls.{name}"
        if not isinstance(call, dict):
            yield place
        else:
            yield from _maps(call, ("expressions", "for_each_expression"), place)
            yield from _configured(call.get("module"), f"{place}.module", depth + 1)


def _planned(module: Any, path: str, depth: int) -> Iterator[str]:
    if module is None:
        return
    if not isinstance(module, dict) or depth > DEPTH:
        yield path
        return
    yield from _list_of_maps(module, "resources", path)
    for resource in module.get("resources") or []:
        yield from _maps(resource, ("values",), f"{path}.resources")
    yield from _list_of_maps(module, "child_modules", path)
    for child in module.get("child_modules") or []:
        yield from _planned(child, f"{path}.child_modules", depth + 1)


def _list_of_maps(module: dict[str, Any], name: str, path: str) -> Iterator[str]:
    found = module.get(name)
    if found is not None and not (isinstance(found, list) and all(isinstance(part, dict) for part in found)):
        yield f"{path}.{name}"


def _maps(node: dict[str, Any], names: tuple[str, ...], path: str) -> Iterator[str]:
    yield from (f"{path}.{n}" for n in names if node.get(n) is not None and not isinstance(node[n], dict))
