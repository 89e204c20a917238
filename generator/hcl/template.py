"""Strings as Terraform reads them: literal text, interpolations and their quoting."""

from __future__ import annotations

import re
from dataclasses import dataclass

OPENERS = ("${", "%{")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNREMARKABLE = re.compile(r'[^"\\{}$%]*')


@dataclass(frozen=True)
class Part:
    """One stretch of a template: *text* with its ``${`` and ``}`` when it is an interpolation or directive."""

    text: str
    is_expression: bool


def literal(text: str) -> str:
    """Return *text* so that Terraform takes every character as it stands, whatever template follows it."""
    # A last $ before an interpolation would make `$${`, which is an escape.
    start = text.rstrip("$%")
    end = f'${{"{text[len(start) :]}"}}' if len(start) < len(text) else ""
    return start.replace("${", "$${").replace("%{", "%%{") + end


def split(text: str) -> list[Part]:
    """Split a template into literal and expression parts.

    ``$${`` and ``%%{`` are literal text. Raises ValueError for an interpolation that never closes.
    """
    parts: list[Part] = []
    start = position = 0
    while (position := _next_opener(text, position)) >= 0:
        if text[position - 1 : position] == text[position]:
            position += 2
            continue
        end = _closing(text, position)
        if start < position:
            parts.append(Part(text[start:position], is_expression=False))
        parts.append(Part(text[position:end], is_expression=True))
        start = position = end
    if start < len(text):
        parts.append(Part(text[start:], is_expression=False))
    return parts


def only_expression(text: str) -> str | None:
    """Return the code of a template that is nothing but one ``${...}``, else None."""
    if not text.startswith("${"):
        return None
    parts = split(text)
    return parts[0].text[2:-1].strip() if len(parts) == 1 else None


def quote(text: str) -> str:
    """Return *text* as a quoted template; interpolations stay code."""
    return '"' + "".join(p.text if p.is_expression else _escape(p.text) for p in split(formatted(text))) + '"'


def formatted(text: str) -> str:
    """Return a template with its interpolations as `terraform fmt` leaves them."""
    return "".join(_interpolation(part.text) if part.is_expression else part.text for part in split(text))


def _interpolation(text: str) -> str:
    # `terraform fmt` takes a minus or a brace right after the opener for something else.
    return f"${{({text[2:-1]})}}" if text.startswith(("${-", "${{")) else text


def _next_opener(text: str, start: int) -> int:
    return min((i for opener in OPENERS if (i := text.find(opener, start)) >= 0), default=-1)


def _closing(text: str, opener: int) -> int:
    """Return the index after the brace that closes the interpolation at *opener*; braces and quotes nest."""
    closers, position = ["}"], opener + 2
    while closers:
        position = _UNREMARKABLE.match(text, position).end()  # type: ignore[union-attr]  # it also matches nothing
        if position >= len(text):
            raise ValueError(f"the interpolation that starts at {text[opener : opener + 30]!r} never closes")
        char = text[position]
        if closers[-1] == '"':
            if char == "\\":
                position += 1
            elif char == '"':
                closers.pop()
            elif text.startswith(OPENERS, position) and text[position - 1] != char:
                closers.append("}")
                position += 1
        elif char == '"':
            closers.append('"')
        elif char == "{":
            closers.append("}")
        elif char == "}":
            closers.pop()
        position += 1
    return position


def _escape(text: str) -> str:
    # HCL knows \n \r \t \" \\ and \uNNNN; JSON's \b and \f would be refused.
    return "".join(ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in text)
