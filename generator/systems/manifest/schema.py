"""The manifest's JSON Schema, for completion and checks in editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.systems.manifest.checks.environments import ENVIRONMENT_NAME_LENGTH, RESERVED_ENVIRONMENTS
from generator.systems.manifest.environment import System
from generator.systems.manifest.fields import NAME_PATTERN
from generator.systems.manifest.load import SYSTEM_WIDE

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The JSON Schema (draft 7) of a manifest file.

    Nothing but `system` and `environments` is required, because overrides complete the base; what is missing after the
    merge is found when the manifest is loaded. Maps may be empty; null in place of a single value, which the loader
    takes as "keep", is marked, since it is mostly a value that was forgotten.
    """
    schema = System.model_json_schema()
    definitions = {name: _partial(definition) for name, definition in schema["$defs"].items()}
    properties = _own(schema["properties"])
    override = {key: value for key, value in properties.items() if key not in SYSTEM_WIDE}
    environments = {
        "description": "Each environment's name and what differs in it: maps merge, lists and values replace.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {
            "pattern": f"^{NAME_PATTERN}$",
            "maxLength": ENVIRONMENT_NAME_LENGTH,
            "not": {"enum": list(RESERVED_ENVIRONMENTS)},
        },
        "additionalProperties": {"$ref": "#/$defs/Override"},
    }
    definitions["Override"] = {
        "type": ["object", "null"],
        "description": "What differs in this environment.",
        "properties": override,
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Slipway manifest",
        "description": "A system and its environments: envs/<system>/system.yaml.",
        "type": "object",
        "required": ["system", "environments"],
        "properties": {**properties, "environments": environments},
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The JSON Schema as the text of a file; the same bytes every time."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _partial(definition: Mapping[str, Any]) -> Schema:
    """A model of which any part may be absent here and stand in the base or in an override."""
    kept = {key: value for key, value in definition.items() if key not in ("required", "title")}
    return {**kept, "type": ["object", "null"], "properties": _own(definition.get("properties", {}))}


def _own(properties: Mapping[str, Any]) -> Schema:
    return {name: _readable(schema) for name, schema in properties.items()}


def _readable(schema: Mapping[str, Any]) -> Schema:
    """A property's schema without pydantic's titles and nulls; draft 7 ignores what stands beside a $ref."""
    own = {key: value for key, value in schema.items() if key != "title"}
    forms = [form for form in own.pop("anyOf", ()) if form != {"type": "null"}]
    if len(forms) == 1:
        own = {**forms[0], **own}
    elif forms:
        own["anyOf"] = forms
    if isinstance(own.get("default"), (dict, list, type(None))):
        own.pop("default", None)
    if "$ref" in own:
        own = {"allOf": [{"$ref": own.pop("$ref")}], **own}
    if own.get("type") == "object":
        own["type"] = ["object", "null"]
        own["additionalProperties"] = False  # beside patternProperties: keys of another form are mistakes
    return own
