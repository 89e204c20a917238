"""The service's own description, with examples that are true: a test sends them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from runner import parsing
from runner.contract import Status
from runner.languages import LANGUAGES
from runner.limits import StageLimits, camel

HELLO = {"language": "c", "code": '#include <stdio.h>\nint main(void) { puts("hello"); }\n'}
ECHO = {
    "language": "python",
    "code": "print(input().upper())",
    "stdin": "quiet\n",
    "limits": {"run": {"wallSeconds": 2.5}},
}
EXAMPLES = {"c": HELLO, "python": ECHO}


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Code runner",
            "version": "1",
            "description": "Compiles and runs one untrusted program a request, and says what happened.",
        },
        "security": [{}, {"token": []}],
        "paths": {
            "/run": {"post": _run()},
            "/health": {"get": _plain("Whether it takes programs.", "503 while it shuts down.")},
            "/limits": {"get": _plain("Limits, languages and the isolation in force.")},
            "/metrics": {"get": _plain("Counters in Prometheus' text format.", kind="text/plain")},
            "/openapi.json": {"get": _plain("This document.")},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Request": _request(), "Limits": _limits(), "Result": _result()},
        },
    }


def _run() -> dict[str, Any]:
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Result"}}}}
    texts = {
        "400": "The request is malformed; `error` says where.",
        "401": "The token is missing.",
        "413": "The body is too large.",
        "429": "Too many wait; `Retry-After` says for how many seconds.",
        "500": "The runner is at fault.",
        "503": "It shuts down.",
    }
    return {
        "summary": "Run a program",
        "description": "200 whatever the program does: `status` says how it ended.",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Request"},
                    "examples": {name: {"value": value} for name, value in EXAMPLES.items()},
                }
            },
        },
        "responses": {
            "200": {
                "description": "The result.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Result"}}},
            },
            **{code: {"description": text, **refusal} for code, text in texts.items()},
        },
    }


def _plain(summary: str, more: str = "", *, kind: str = "application/json") -> dict[str, Any]:
    schema = {"type": "string"} if kind == "text/plain" else {"type": "object"}
    return {
        "summary": summary,
        "responses": {"200": {"description": more or summary, "content": {kind: {"schema": schema}}}},
    }


def _request() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["code"],
        "additionalProperties": False,
        "properties": {
            "code": {**text, "description": f"The program; at most {parsing.MAX_CODE_BYTES} bytes as UTF-8."},
            "language": {"enum": list(LANGUAGES), "default": "cpp"},
            "stdin": {**text, "default": ""},
            "files": {"type": "object", "additionalProperties": text, "maxProperties": parsing.MAX_FILES},
            "args": {"type": "array", "items": text, "maxItems": parsing.MAX_ARGS},
            "encoding": {"enum": list(parsing.ENCODINGS), "default": "utf-8"},
            "trace": {"type": "boolean", "default": False},
            "memcheck": {"type": "boolean", "default": True},
            "limits": {
                "type": "object",
                "additionalProperties": False,
                "properties": {stage: {"$ref": "#/components/schemas/Limits"} for stage in ("compile", "run")},
            },
        },
    }


def _limits() -> dict[str, Any]:
    numbers = {camel(item.name): {"type": "number", "exclusiveMinimum": 0} for item in fields(StageLimits)}
    return {"type": "object", "additionalProperties": False, "properties": numbers}


def _result() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["success", "status", "error"],
        "properties": {
            "success": {"type": "boolean"},
            "status": {"enum": [str(status) for status in Status]},
            "error": {"type": ["string", "null"]},
            **{name: {"type": "string"} for name in ("ccStdout", "ccStderr", "stdout", "stderr")},
            "exitCode": {"type": ["integer", "null"], "minimum": 0, "maximum": 255},
            "signal": {"type": ["string", "null"]},
            "trace": {"type": ["object", "null"]},
            "limit": {"type": ["object", "null"]},
            **{name: {"type": "object"} for name in ("timings", "output", "limits", "isolation")},
        },
    }
