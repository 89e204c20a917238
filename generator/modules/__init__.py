"""The module set: one class a module, one file a class, emitted to the folder of the same name below `modules/`."""

from __future__ import annotations

from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules

from generator.hcl.module import Module


def all_modules() -> dict[str, type[Module]]:
    """Return every module class by its name, in the order of the names."""
    found: dict[str, type[Module]] = {}
    for info in iter_modules(__path__):
        if info.ispkg:
            continue
        python_module = import_module(f"{__name__}.{info.name}")
        classes = [
            c
            for c in vars(python_module).values()
            if isclass(c) and issubclass(c, Module) and c.__module__ == python_module.__name__
        ]
        if len(classes) != 1:
            raise TypeError(f"{python_module.__file__} must define one Module, not {len(classes)}")
        found[info.name] = classes[0]
    return found
