"""What of an expression is written out: values, and variables and locals that hold them. The rest is UNKNOWN."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from generator.policy.plan.values import UNKNOWN, Unknown, is_known
from generator.policy.source.hcl import HclError, tokens

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
PATH = re.compile(r"(var|local|each)((?:\.[A-Za-z_][\w-]*)+)")
CALL = re.compile(r"(jsonencode|toset|tolist|tomap)\((.*)\)", re.DOTALL)
KEY = re.compile(r'\s*(?:"([^"\\$%]*)"|([A-Za-z_][\w-]*))\s*[=:](?!=)', re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
Names = Callable[[str, str], Any]
"""The value of a name: ``("var", "cidr")``; UNKNOWN when it is not written out."""


def evaluate(text: str, names: Names) -> Any:
    """The value of the expression *text*; UNKNOWN in each part that only Terraform can tell."""
    text = text.strip()
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    if NUMBER.fullmatch(text):
        return float(text) if re.search(r"[.eE]", text) else int(text)
    if path := PATH.fullmatch(text):
        return _followed(path, names)
    try:
        if call := CALL.fullmatch(text):
            return _called(call.group(1), call.group(2), names)
        if _is_whole(text, "string"):
            return _string(text[1:-1], names)
        if _is_whole(text, "["):
            parts = _parts(text[1:-1], newlines=False)
            return UNKNOWN if _is_loop(parts) else [evaluate(part, names) for part in parts]
        if _is_whole(text, "{"):
            return _object(_parts(text[1:-1], newlines=True), names)
    except HclError:
        return UNKNOWN
    return UNKNOWN


def _followed(path: re.Match[str], names: Names) -> Any:
    first, *rest = path.group(2)[1:].split(".")
    value = names(path.group(1), first)
    for step in rest:
        if not isinstance(value, dict) or step not in value:
            return UNKNOWN
        value = value[step]
    return value


def _called(function: str, argument: str, names: Names) -> Any:
    value = evaluate(argument, names)
    if function == "jsonencode":
        return json.dumps(value) if is_known(value) else UNKNOWN
    return value


def _string(text: str, names: Names) -> Any:
    if "%{" in text or "$${" in text:
        return UNKNOWN
    found, position = "", 0
    while position < len(text):
        if text.startswith("${", position):
            end = _template_end(text, position + 2)
            part = evaluate(text[position + 2 : end], names)
            if isinstance(part, Unknown | dict | list) or part is None:
                return UNKNOWN
            found += str(part).lower() if isinstance(part, bool) else str(part)
            position = end + 1
        elif text[position] == "\\" and position + 1 < len(text):
            found += ESCAPES.get(text[position + 1], text[position + 1])
            position += 2
        else:
            found += text[position]
            position += 1
    return found


def _template_end(text: str, start: int) -> int:
    depth = 0
    for token in tokens(text[start:]):
        if token.text == "}" and depth == 0:
            return start + token.start
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
    return len(text)


def _object(parts: list[str], names: Names) -> Any:
    if _is_loop(parts):
        return UNKNOWN
    found: dict[str, Any] = {}
    for part in parts:
        key = KEY.match(part)
        if key is None:
            return UNKNOWN
        found[key.group(1) if key.group(1) is not None else key.group(2)] = evaluate(part[key.end() :], names)
    return found


def _is_loop(parts: list[str]) -> bool:
    return bool(parts) and re.match(r"for\b", parts[0].strip()) is not None


def _is_whole(text: str, kind: str) -> bool:
    """Whether *text* is one string, or one pair of brackets with what is between."""
    found = [token for token in tokens(text) if token.kind not in ("newline", "end")]
    if kind == "string":
        return len(found) == 1 and found[0].kind == "string"
    depth = 0
    for number, token in enumerate(found):
        if number == 0 and token.text != kind:
            return False
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0:
            return number == len(found) - 1
    return False


def _parts(text: str, *, newlines: bool) -> list[str]:
    """What commas, and *newlines* where they do, divide outside of all brackets."""
    parts: list[str] = []
    depth, start, end = 0, None, 0
    for token in tokens(text):
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        divides = token.text == "," or (newlines and token.kind == "newline")
        if token.kind == "end" or (depth == 0 and divides):
            # From the first token to the last: comments are none.
            if start is not None:
                parts.append(text[start:end])
            start = None
        elif token.kind != "newline":
            start, end = token.start if start is None else start, token.end
    return parts
