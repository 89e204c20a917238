"""``dynamic`` blocks: nested blocks made for each element of a collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from generator.hcl.expression import Expr, plain

T = TypeVar("T")


@dataclass(frozen=True)
class Dynamic(Generic[T]):
    """One block of *content* for each element of *for_each*.

    *content* gets the iterator (``.key``, ``.value``), which is called like the block unless *iterator* says otherwise;
    a dynamic block inside one of the same name needs its own.
    """

    for_each: object
    content: Callable[[Expr], T]
    iterator: str = ""


def block_arguments(values: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments and blocks of one block in Terraform's JSON form.

    None is left out, expressions become templates, and dynamic blocks of any depth move below the key ``dynamic``.
    """
    arguments: dict[str, object] = {}
    dynamics: dict[str, object] = {}
    for name, value in values.items():
        if value is None:
            continue
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        if found := [i for i in items if isinstance(i, Dynamic)]:
            dynamics[name] = [_render(name, d) for d in found]
            if fixed := [i for i in items if not isinstance(i, Dynamic)]:
                arguments[name] = _nested(fixed)
        else:
            arguments[name] = _nested(value)
    return {**arguments, "dynamic": dynamics} if dynamics else arguments


def _render(name: str, dynamic: Dynamic[Any]) -> dict[str, object]:
    iterator = dynamic.iterator or name
    rendered: dict[str, object] = {"for_each": plain(dynamic.for_each)}
    if iterator != name:
        rendered["iterator"] = iterator
    return {**rendered, "content": block_arguments(dynamic.content(Expr(iterator)))}


def _nested(value: object) -> object:
    if isinstance(value, Mapping):
        return block_arguments(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_nested(v) for v in value]
    return plain(value)
