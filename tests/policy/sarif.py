"""What SARIF has to be: the schema of the standard, and what GitHub asks besides.

The standard allows any property in a bag, and no file, line or help at all. GITHUB says what Slipway promises: nothing
else may be in a file, for a word that is misspelt is a property that nobody reads.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STANDARD: dict[str, Any] = json.loads(
    (Path(__file__).parent / "schemas/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
)
TEXT = {"type": "string", "minLength": 1}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_MESSAGE = _object(["text"], text=TEXT, markdown=TEXT)
_RULE = _object(
    ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"],
    id=TEXT,
    name={"type": "string", "pattern": "^[A-Za-z0-9]+$"},
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    defaultConfiguration=_object(["level"], level={"enum": ["none", "note", "warning", "error"]}),
    properties=_object(
        ["security-severity", "tags"],
        **{
            "security-severity": {"type": "string", "pattern": r"^(10|[0-9])\.[0-9]$"},
            "precision": {"enum": ["very-high", "high", "medium", "low"]},
            "tags": {"type": "array", "items": TEXT, "uniqueItems": True, "maxItems": 20},
        },
    ),
)
_LOCATION = _object(
    ["physicalLocation"],
    physicalLocation=_object(
        ["artifactLocation", "region"],
        artifactLocation=_object(
            ["uri"],
            uri={"type": "string", "pattern": r"^(file:///)?[A-Za-z0-9._~%/-]+$"},
            uriBaseId={"const": "%SRCROOT%"},
        ),
        region=_object(["startLine"], startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations={"type": "array", "items": _object(["fullyQualifiedName"], fullyQualifiedName=TEXT, kind=TEXT)},
)
_RESULT = _object(
    ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations={"type": "array", "minItems": 1, "items": _LOCATION},
    partialFingerprints={"type": "object", "minProperties": 1, "additionalProperties": TEXT},
)
GITHUB = _object(
    ["$schema", "version", "runs"],
    **{
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": _object(
                ["tool", "results"],
                tool=_object(
                    ["driver"],
                    driver=_object(
                        ["name", "rules"],
                        name=TEXT,
                        semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$"},
                        rules={"type": "array", "items": _RULE, "maxItems": 25000},
                    ),
                ),
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                results={"type": "array", "items": _RESULT, "maxItems": 25000},
            ),
        },
    },
)
