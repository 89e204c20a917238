"""Types of what a resource's argument accepts: a Python value or an expression that yields one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, TypeVar

from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, Referenced

T = TypeVar("T")

Str: TypeAlias = str | Expr
Num: TypeAlias = int | float | Expr
Bool: TypeAlias = bool | Expr
Seq: TypeAlias = Sequence[T] | Expr
Map: TypeAlias = Mapping[str, T] | Expr
Blocks: TypeAlias = T | Dynamic[T] | Sequence[T | Dynamic[T]]


class Condition(TypedDict):
    """A precondition or postcondition."""

    condition: Expr
    error_message: Str


class Lifecycle(TypedDict, total=False):
    """The ``lifecycle`` block. *ignore_changes* names arguments, or is ``["all"]``."""

    create_before_destroy: bool
    prevent_destroy: bool
    ignore_changes: Sequence[str]
    replace_triggered_by: Sequence[Referenced]
    precondition: Sequence[Condition]
    postcondition: Sequence[Condition]


class Meta(TypedDict, total=False):
    """What every resource, data source and ephemeral resource takes besides its own arguments.

    *why* becomes the comment above the block; *skip* maps a checkov id to the reason for which it does not apply,
    written inside the block, where checkov looks for it.
    """

    count: Num
    for_each: Any
    provider: Expr
    depends_on: Sequence[Referenced]
    why: str
    skip: Mapping[str, str]


class ResourceMeta(Meta, total=False):
    """What every managed resource takes besides its own arguments."""

    lifecycle: Lifecycle
