"""Building blocks of the manifest's models: the base class, short forms, and types of single values."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from generator.systems.manifest.problems import shown


class Model(BaseModel):
    """Base of every manifest model: immutable, no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        # A key written without a value (`traces:`) names the thing and takes every default.
        if data is None:
            return {}
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


class ShortForm:
    """Annotates a field that may also be written in a short form, which *expand* turns into the long one.

    *schemas* are the JSON Schemas of the short forms; *expand* passes the long form through unchanged.
    """

    def __init__(self, expand: Callable[[Any], Any], *schemas: JsonSchemaValue) -> None:
        self.expand, self.schemas = expand, schemas

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long = handler(schema)
        forms = long["anyOf"] if set(long) == {"anyOf"} else [long]
        return {"anyOf": [*self.schemas, *(form for form in forms if form != {"type": "null"})]}


def wrong(what: str, cure: str) -> PydanticCustomError:
    """An error about the value under validation: *what* completes the sentence "<path> ...", *cure* says what to do.

    Without a cure, the field's description stands there.
    """
    return PydanticCustomError("manifest", "{what}", {"what": what, "cure": cure})


class Form:
    """Annotates a text that must match *pattern* as a whole and have at most *longest* characters.

    *rule* says the same to a person. The pattern also stands in the JSON Schema, so it uses what Python and JavaScript
    share.
    """

    def __init__(self, pattern: str, rule: str, *, longest: int) -> None:
        self.pattern, self.rule, self.longest = pattern, rule, longest

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{self.pattern}$", "maxLength": self.longest}

    def _check(self, text: str) -> str:
        if len(text) > self.longest:
            raise wrong(f"is {len(text)} characters long", f"Shorten it: AWS leaves room for {self.longest}.")
        if re.fullmatch(self.pattern, text) is None:
            raise wrong(f"has the wrong form: {shown(text)}", self.rule)
        return text


_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value)
    if not value or match is None:
        raise wrong(
            f"is not a duration: {shown(value)}", "Write whole seconds, as 30, or a duration, as 30s, 1m30s or 2h."
        )
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


class Seconds:
    """Annotates a whole number of seconds from *least* to *most*, also written as a duration such as 90s or 1m30s."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.int_schema(strict=True, ge=self.least, le=self.most)
        return core_schema.no_info_before_validator_function(_seconds, number)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        duration = {"type": "string", "pattern": r"^(?=.)(\d+h)?(\d+m)?(\d+s)?$"}
        return {"anyOf": [{"type": "integer", "minimum": self.least, "maximum": self.most}, duration]}


def _network(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        interface = ipaddress.IPv4Interface(value)
    except ValueError:
        raise wrong(f"is not an IPv4 CIDR: {shown(value)}", "Write it as 10.0.0.0/16.") from None
    if "/" not in value:
        raise wrong(f'has no prefix length: "{value}"', f"Write it as {value}/16.")
    if interface.ip != interface.network.network_address:
        raise wrong(f'has bits set outside its prefix: "{value}"', f"Write {interface.network}.")
    if not 16 <= interface.network.prefixlen <= 28:
        raise wrong(f"is a /{interface.network.prefixlen}", "AWS allows networks from /16 to /28.")
    return interface.network


Cidr = Annotated[
    ipaddress.IPv4Network,
    BeforeValidator(_network),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$", "examples": ["10.0.0.0/16"]}),
]
"""An IPv4 network of the size AWS allows for VPCs and subnets, /16 to /28."""


def _whole(value: Any) -> Any:
    # A Literal takes what is equal, and true equals 1, 14.0 equals 14.
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(f"must be a whole number, not {shown(value)}", "")
    return value


WHOLE = BeforeValidator(_whole)
"""Annotates a Literal of numbers: no truth value and no fraction stands for one of them."""

Days = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    WHOLE,
]
"""Retention in days: CloudWatch Logs takes these and no others (PutRetentionPolicy)."""

Platform = Literal["linux/x86_64", "linux/amd64", "linux/arm64"]
"""Operating system and CPU architecture; linux/amd64 is another name of linux/x86_64."""

NAME_PATTERN = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
NAME_RULE = "Write lower-case letters, digits and single hyphens, a letter first."
Name = Annotated[str, Form(NAME_PATTERN, NAME_RULE, longest=40)]
"""A name that becomes part of AWS names: lower-case letters, digits and single hyphens."""

RepositoryName = Annotated[
    str,
    Form(
        r"[a-z0-9]+([._/-][a-z0-9]+)*",
        "Write lower-case letters and digits, with single . _ - / between them, and no tag: releases name the image.",
        longest=256,
    ),
]
"""A name that ECR accepts for a repository."""


def architecture(platform: Platform) -> Literal["x86_64", "arm64"]:
    """The CPU architecture of *platform*, in Lambda's spelling."""
    return "arm64" if platform == "linux/arm64" else "x86_64"
