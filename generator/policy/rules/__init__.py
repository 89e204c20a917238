"""The platform's rules, one file a topic."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from generator.errors import Location, SlipwayError
from generator.policy.rule import Rule


@cache
def platform_rules() -> tuple[Rule, ...]:
    """Every rule of this folder, by id."""
    return collected(import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))


def all_rules(directory: Path | None) -> tuple[Rule, ...]:
    """The platform's rules and those of the Python files directly in *directory*, which are executed.

    Raises SlipwayError when a file cannot be loaded, holds no rule, or has an id that is taken.
    """
    if directory is None:
        return platform_rules()
    files = sorted(f for f in directory.glob("*.py") if not f.name.startswith(("_", "test_", "conftest")))
    if not files:
        raise SlipwayError("holds no rules", where=Location(directory), cure="slipway policy new NAME --rules DIR")
    own = [_loaded(file) for file in files]
    return collected([*(import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)), *own])


def collected(modules: Iterable[ModuleType]) -> tuple[Rule, ...]:
    """The rules of *modules*, by id. Raises SlipwayError when two have the same id."""
    found: dict[str, Rule] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Rule) and found.setdefault(value.id, value) is not value:
                raise SlipwayError(f"two rules have the id {value.id}", cure="Give one of them another number.")
    return tuple(found[name] for name in sorted(found))


def _loaded(file: Path) -> ModuleType:
    name = f"slipway_rules_{file.stem}"
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise SlipwayError("is no Python file", where=Location(file))
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        # Whatever is wrong with it, it is its author's to mend, and no fault of the scan.
        line = getattr(error, "lineno", None)
        raise SlipwayError(f"cannot be loaded: {error}", where=Location(file, line)) from error
    if not any(isinstance(value, Rule) for value in vars(module).values()):
        raise SlipwayError("holds no rule", where=Location(file), cure="A rule is a function with @rule(…) above it.")
    return module
