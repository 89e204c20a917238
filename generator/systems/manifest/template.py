"""Text with placeholders such as ``{environment}`` or ``{bucket.traces}``, filled when an environment is composed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from generator.systems.manifest.problems import one_of

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_/-]+)*"
_PLACEHOLDER = re.compile(rf"\{{\{{({_NAME})\}}\}}|\{{({_NAME})\}}")


@dataclass(frozen=True)
class Placeholder:
    """``{name}``, or ``{name.argument}`` where the placeholder takes one, as ``{bucket.traces}`` does.

    An argument may have parts of its own, as in ``{database.main.host}``.
    """

    name: str
    argument: str | None = None

    def __str__(self) -> str:
        return f"{{{self.name}}}" if self.argument is None else f"{{{self.name}.{self.argument}}}"


@dataclass(frozen=True)
class Template:
    """Text split into literal parts and placeholders. ``{{name}}`` is the literal text ``{name}``.

    Braces that hold no name, as JSON's, are literal text.
    """

    parts: tuple[str | Placeholder, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """*text* split at its placeholders; never fails."""
        parts: list[str | Placeholder] = []

        def literal(piece: str) -> None:
            if piece and parts and isinstance(parts[-1], str):
                parts[-1] += piece
            elif piece:
                parts.append(piece)

        end = 0
        for match in _PLACEHOLDER.finditer(text):
            literal(text[end : match.start()])
            end = match.end()
            if match[1] is not None:
                literal(f"{{{match[1]}}}")
            else:
                name, _, argument = match[2].partition(".")
                parts.append(Placeholder(name, argument or None))
        literal(text[end:])
        return cls(tuple(parts))

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders in reading order, repeated ones included."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    def __str__(self) -> str:
        # Literal text that looks like a placeholder is escaped again.
        escaped = (_PLACEHOLDER.sub(r"{\g<0>}", part) if isinstance(part, str) else str(part) for part in self.parts)
        return "".join(escaped)

    def map(self, value: Callable[[Placeholder], str | Placeholder]) -> Template:
        """The template with each placeholder replaced by *value* of it; returning the placeholder keeps it."""
        parts: list[str | Placeholder] = []
        for part in self.parts:
            new = value(part) if isinstance(part, Placeholder) else part
            if isinstance(new, str) and parts and isinstance(parts[-1], str):
                parts[-1] += new
            elif new != "":
                parts.append(new)
        return Template(tuple(parts))

    def fill(self, values: Mapping[str, str]) -> Template:
        """The template with those placeholders replaced that *values* names: ``environment``, ``bucket.traces``."""
        return self.map(lambda placeholder: values.get(str(placeholder)[1:-1], placeholder))

    def render(self, values: Mapping[str, str]) -> str:
        """The text with every placeholder replaced. Raises KeyError for one that *values* does not name."""
        filled = self.fill(values)
        for placeholder in filled.placeholders:
            raise KeyError(str(placeholder)[1:-1])
        return "".join(str(part) for part in filled.parts)


class Placeholders:
    """Annotates a Template field with the placeholders it may hold; ``bucket.`` stands for ``{bucket.NAME}``.

    With *any_scalar* the JSON Schema also takes numbers, truth values and null, whose text is meant.
    """

    def __init__(self, *allowed: str, any_scalar: bool = False) -> None:
        self.allowed, self.any_scalar = allowed, any_scalar

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self._parse,
            core_schema.str_schema(strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": ["string", "number", "boolean", "null"] if self.any_scalar else "string"}

    def _parse(self, text: str) -> Template:
        template = Template.parse(text)
        for placeholder in template.placeholders:
            wanted = placeholder.name if placeholder.argument is None else f"{placeholder.name}."
            if wanted in self.allowed:
                continue
            written = str(placeholder)[1:-1]
            shown = [f"{name}NAME" if name.endswith(".") else name for name in self.allowed]
            raise PydanticCustomError(
                "unknown_placeholder",
                "holds the unknown placeholder {placeholder}",
                {"placeholder": f"{{{written}}}", "cure": one_of(written, shown)},
            )
        return template
