"""The platform's rules, one file a topic."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from generator.errors import SlipwayError
from generator.policy.rule import Rule


@cache
def platform_rules() -> tuple[Rule, ...]:
    """Every rule of this folder, by id."""
    return collected(import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))


def collected(modules: object) -> tuple[Rule, ...]:
    """The rules of *modules*, by id. Raises SlipwayError when two have the same id."""
    found: dict[str, Rule] = {}
    for module in modules:  # type: ignore[attr-defined]
        for value in vars(module).values():
            if isinstance(value, Rule) and value.id in found and found[value.id] is not value:
                raise SlipwayError(f"two rules have the id {value.id}", cure="Give one of them another number.")
            if isinstance(value, Rule):
                found[value.id] = value
    return tuple(found[name] for name in sorted(found))
