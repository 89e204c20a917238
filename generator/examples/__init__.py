"""How each module is used: root modules that apply as they stand, emitted to ``modules/<name>/examples/``.

One file a module, of the module's name. Each defines `Basic`, the smallest use that makes sense, and `Complete`, with
every option that can stand together. The README of the module shows the first.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from generator.examples.example import Example

__all__ = ["Example", "all_examples", "built_examples"]
NAMES = ("Basic", "Complete")


def all_examples() -> dict[str, tuple[type[Example], ...]]:
    """Return the examples by the name of their module. Raises TypeError for a file without the two."""
    files = [info.name for info in iter_modules(__path__) if info.name != "example"]
    return {name: _examples(name) for name in files}


@cache
def built_examples(module: str) -> tuple[Example, ...]:
    """Return the examples of *module* with their calls and resources declared: once a process."""
    return tuple(example() for example in all_examples().get(module, ()))


def _examples(module: str) -> tuple[type[Example], ...]:
    python_module = import_module(f"{__name__}.{module}")
    found = [getattr(python_module, name, None) for name in NAMES]
    examples = tuple(e for e in found if isinstance(e, type) and issubclass(e, Example))
    if len(examples) != len(NAMES):
        raise TypeError(f"{python_module.__file__} must define {' and '.join(NAMES)}, each an Example")
    return examples
