"""Type constraints of variables, written as `terraform fmt` lays them out."""

from __future__ import annotations

from collections.abc import Mapping

from generator.hcl.expression import source
from generator.hcl.layout import INDENT, assignments


def object_of(attributes: Mapping[str, str]) -> str:
    """``object({...})`` with one attribute a line."""
    return "object({\n" + assignments(list(attributes.items()), INDENT) + "})"


def map_of(element: str) -> str:
    return f"map({element})"


def list_of(element: str) -> str:
    return f"list({element})"


def set_of(element: str) -> str:
    return f"set({element})"


def optional(type_: str, default: object = None) -> str:
    """``optional(type, default)``; without a default the attribute is null when left out."""
    return f"optional({type_})" if default is None else f"optional({type_}, {source(default)})"


def one_line(attributes: Mapping[str, str]) -> str:
    """``object({...})`` with all attributes on one line, for what is short and stands inside another type."""
    return "object({ " + ", ".join(f"{name} = {type_}" for name, type_ in attributes.items()) + " })"
