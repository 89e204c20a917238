"""The provider's schema is cut down to the types in use, without what provider 6 removed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.errors import SlipwayError
from generator.schema.prune import PROVIDER, dump, load, prune
from generator.schema.services import SERVICES, Types

TEXT = {"type": "string", "description": "Nobody reads it.", "description_kind": "plain"}


def full(**resources: Any) -> dict[str, Any]:
    """What `terraform providers schema -json` would say of a provider with these resources."""
    schemas = {name: {"version": 1, "block": block} for name, block in resources.items()}
    provider = {"version": 0, "block": {"attributes": {"region": {**TEXT, "optional": True}}}}
    return {
        "provider_schemas": {
            PROVIDER: {
                "provider": provider,
                "resource_schemas": schemas,
                "data_source_schemas": schemas,
                "ephemeral_resource_schemas": schemas,
            }
        }
    }


def chosen(*resources: str) -> dict[str, Types]:
    return {"service": Types(resources=resources)}


def test_only_the_chosen_types_are_kept() -> None:
    found = prune(full(aws_a={"attributes": {}}, aws_b={"attributes": {}}), chosen("a"))
    assert found["resource"] == {"aws_a": {"attributes": {}}}
    assert (found["data"], found["ephemeral"]) == ({}, {})


def test_each_kind_comes_from_its_own_section() -> None:
    types = {"service": Types(data_sources=("a",), ephemeral=("b",))}
    found = prune(full(aws_a={"attributes": {}}, aws_b={"attributes": {}}), types)
    assert (set(found["resource"]), set(found["data"]), set(found["ephemeral"])) == (set(), {"aws_a"}, {"aws_b"})


def test_only_what_is_read_is_kept_of_an_attribute() -> None:
    block = {"attributes": {"name": {**TEXT, "required": True, "sensitive": True}}}
    found = prune(full(aws_a=block), chosen("a"))
    assert found["resource"]["aws_a"]["attributes"] == {"name": {"type": "string", "required": True}}


def test_what_is_deprecated_is_left_out_at_any_depth() -> None:
    inner = {"attributes": {"new": TEXT, "old": {**TEXT, "deprecated": True}}}
    block = {
        "attributes": {"new": TEXT, "old": {**TEXT, "deprecated": True}},
        "block_types": {
            "kept": {"nesting_mode": "list", "min_items": 1, "block": inner},
            "gone": {"nesting_mode": "list", "block": {**inner, "deprecated": True}},
        },
    }
    found = prune(full(aws_a=block), chosen("a"))["resource"]["aws_a"]
    text = {"type": "string"}
    assert found == {
        "attributes": {"new": text},
        "block_types": {"kept": {"min_items": 1, "block": {"attributes": {"new": text}}}},
    }


def test_an_unknown_type_is_an_error_with_its_cure() -> None:
    with pytest.raises(SlipwayError, match=r"(?s)no type aws_b.*services\.py"):
        prune(full(aws_a={"attributes": {}}), chosen("b"))


def test_a_deprecated_type_is_an_error() -> None:
    with pytest.raises(SlipwayError, match="has deprecated aws_a"):
        prune(full(aws_a={"attributes": {}, "deprecated": True}), chosen("a"))


def test_the_schema_is_kept_with_a_line_for_each_type() -> None:
    pruned = prune(full(aws_a={"attributes": {}}, aws_b={"attributes": {"x": TEXT}}), chosen("a", "b"))
    text = dump(pruned)
    assert json.loads(text) == pruned
    assert sum(line.startswith('"aws') for line in text.splitlines()) == 3, text


def test_the_committed_schema_holds_the_types_of_the_services_and_no_other() -> None:
    kinds = {"resource": "resources", "data": "data_sources", "ephemeral": "ephemeral"}
    for kind, field in kinds.items():
        assert set(load()[kind]) == {f"aws_{name}" for types in SERVICES.values() for name in getattr(types, field)}
