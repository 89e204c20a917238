"""Cut the provider's schema (13.6 MB) down to the types in use, and keep it beside the bindings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from generator.errors import SlipwayError
from generator.schema.services import Types

PROVIDER = "registry.terraform.io/hashicorp/aws"
SECTIONS = {
    "resource": "resource_schemas",
    "data": "data_source_schemas",
    "ephemeral": "ephemeral_resource_schemas",
}

Schemas = Mapping[str, Mapping[str, Mapping[str, Any]]]


def prune(full: Mapping[str, Any], services: Mapping[str, Types]) -> dict[str, Any]:
    """Return ``{"resource"|"data"|"ephemeral"|"provider": {type: block}}`` of ``terraform providers schema -json``.

    Raises SlipwayError for a type that the provider does not have, or has deprecated.
    """
    provider = full["provider_schemas"][PROVIDER]
    pruned: dict[str, Any] = {"provider": {"aws": _read(provider["provider"]["block"])}}
    for kind, section in SECTIONS.items():
        known = provider.get(section, {})
        pruned[kind] = {name: _block(known, name) for name in sorted(type_names(kind, services))}
    return pruned


def dump(pruned: Mapping[str, Any]) -> str:
    """Return the pruned schema as JSON with a line for each type, so that a change is readable."""
    sections = []
    for kind in sorted(pruned):
        lines = [f"{json.dumps(name)}: {json.dumps(block, sort_keys=True)}" for name, block in pruned[kind].items()]
        sections.append(f"{json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


@cache
def load() -> Schemas:
    """Return the committed pruned schema."""
    text = resources.files("generator.bindings").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: Schemas = json.loads(text)
    return loaded


def type_names(kind: str, services: Mapping[str, Types]) -> set[str]:
    chosen = {"resource": "resources", "data": "data_sources", "ephemeral": "ephemeral"}[kind]
    return {f"aws_{name}" for types in services.values() for name in getattr(types, chosen)}


def _block(known: Mapping[str, Any], name: str) -> Any:
    if name not in known:
        raise SlipwayError(f"the provider has no type {name}", cure="Correct it in generator/schema/services.py.")
    block = known[name]["block"]
    if block.get("deprecated"):
        raise SlipwayError(f"the provider has deprecated {name}", cure="Choose its successor.")
    return _read(block)


def _read(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the bindings and the writer read of a block; most of the bytes are texts nobody reads.

    Provider 6 removed what 5.100 calls deprecated, so it is left out and no module can use it.
    """
    attributes = {
        name: {k: v for k, v in attribute.items() if k in ("type", "required", "optional", "computed")}
        for name, attribute in block.get("attributes", {}).items()
        if not attribute.get("deprecated")
    }
    nested = {
        name: {"min_items": found.get("min_items", 0), "block": _read(found["block"])}
        for name, found in block.get("block_types", {}).items()
        if not found["block"].get("deprecated")
    }
    return {"attributes": attributes, "block_types": nested} if nested else {"attributes": attributes}
