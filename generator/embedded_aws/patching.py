"""Replacing what moto gets wrong: small decorators every module under `fixes` uses."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Method = Callable[..., Any]
T = TypeVar("T")


def around(owner: Any, name: str) -> Callable[[Method], None]:
    """Decorate `wrapper(original, *args, **kwargs)`: it replaces `owner.name` and receives what was there.

    Raises AttributeError when *owner* has no such attribute, so that a moto which renames it fails at start, not later.
    """

    def install(wrapper: Method) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def replacement(*args: Any, **kwargs: Any) -> Any:
            return wrapper(original, *args, **kwargs)

        setattr(owner, name, replacement)

    return install


def adds(owner: Any, name: str) -> Callable[[Method], None]:
    """Decorate a function that becomes `owner.name`, an operation moto lacks.

    Raises TypeError when *owner* has one of its own by now: the fix is then out of date.
    """

    def install(method: Method) -> None:
        if name in vars(owner):
            raise TypeError(f"{owner.__name__}.{name} exists in this moto: drop the fix")
        setattr(owner, name, method)

    return install


def arguments(function: Method, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The arguments of a call by name, defaults included. *function* is the unbound original."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.arguments


def state(backend: Any, name: str, make: Callable[[], T]) -> T:
    """Own state kept on a moto backend: one per account and region, and gone when moto resets the backend."""
    return backend.__dict__.setdefault(f"_slipway_{name}", make())  # type: ignore[no-any-return]
