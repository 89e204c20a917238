"""Terraform expressions as Python values that fail loudly where Python cannot know the value.

An :class:`Expr` prints as ``${...}``, so an f-string is a Terraform template: ``f"{var.name}-vpc"``. It is not a
``str``: ``count.index`` and ``rule.format`` must be Terraform's attributes, not methods of a string.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from generator.hcl import template
from generator.hcl.layout import assignments, enclose, needs_lines, stacked

CONDITIONAL, OR, AND, EQUALITY, COMPARISON, SUM, PRODUCT, UNARY, ATOM = range(9)
KEYWORDS = frozenset({"for", "if", "null", "true", "false"})
# Numbers cross to CDKTN's Node as floats, which would round a larger integer without a word.
LARGEST_INTEGER = 2**53


class Referenced:
    """Anything that has an expression of its own: a resource, a data source, a module call, a variable."""

    __slots__ = ()

    def reference(self) -> Expr:
        raise NotImplementedError


class ReferencedObject(Referenced):
    """A resource, data source or module call: in text, in a loop or after ``in``, Python would take it for itself."""

    def __str__(self) -> NoReturn:
        raise TypeError(f"{self.reference().code} is an object, not text; use one of its attributes")

    def __iter__(self) -> NoReturn:
        raise TypeError(f"{self.reference().code} cannot be iterated in Python; use for_list() or for_map()")

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError(f"{self.reference().code} cannot be searched in Python; use fn.contains()")


class Expr(Referenced):
    """The source of a Terraform expression, for instance ``Expr("var.name")``.

    Operators build larger expressions. What needs the value in Python raises TypeError.
    """

    __slots__ = ("code", "level")

    code: str
    level: int

    def __init__(self, code: str, level: int = ATOM) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "level", level)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise TypeError(f"{self} cannot be assigned to: expressions do not change")

    def __str__(self) -> str:
        return "${" + self.code + "}"

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError(f"{self} cannot be formatted with {spec!r} in Python; use fn.format()")
        return str(self)

    def __repr__(self) -> str:
        return f"Expr({self.code!r})"

    def __hash__(self) -> int:
        return hash(self.code)

    def reference(self) -> Expr:
        return self

    # References

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("__"):
            raise AttributeError(name)
        return Expr(f"{_operand(self, ATOM)}.{name}")

    def __getitem__(self, key: object) -> Expr:
        if isinstance(key, slice):
            raise TypeError(f"{self} cannot be sliced in Python; use fn.slice()")
        if isinstance(key, int) and (isinstance(key, bool) or key < 0):
            raise TypeError(f"{self}[{key}] is not an index in Terraform; use fn.length() to count from the end")
        return Expr(f"{_operand(self, ATOM)}[{source(key)}]")

    @property
    def splat(self) -> Expr:
        """``self[*]``: the list of all elements, or of the one element that is not null."""
        return Expr(f"{_operand(self, ATOM)}[*]")

    # Operators

    def __add__(self, other: object) -> Expr:
        return _binary(self, "+", other, SUM)

    def __radd__(self, other: object) -> Expr:
        return _binary(other, "+", self, SUM)

    def __sub__(self, other: object) -> Expr:
        return _binary(self, "-", other, SUM)

    def __rsub__(self, other: object) -> Expr:
        return _binary(other, "-", self, SUM)

    def __mul__(self, other: object) -> Expr:
        return _binary(self, "*", other, PRODUCT)

    def __rmul__(self, other: object) -> Expr:
        return _binary(other, "*", self, PRODUCT)

    def __truediv__(self, other: object) -> Expr:
        return _binary(self, "/", other, PRODUCT)

    def __mod__(self, other: object) -> Expr:
        return _binary(self, "%", other, PRODUCT)

    def __gt__(self, other: object) -> Expr:
        return _binary(self, ">", other, COMPARISON)

    def __ge__(self, other: object) -> Expr:
        return _binary(self, ">=", other, COMPARISON)

    def __lt__(self, other: object) -> Expr:
        return _binary(self, "<", other, COMPARISON)

    def __le__(self, other: object) -> Expr:
        return _binary(self, "<=", other, COMPARISON)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return _binary(self, "==", other, EQUALITY)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return _binary(self, "!=", other, EQUALITY)

    def __and__(self, other: object) -> Expr:
        return _binary(self, "&&", other, AND)

    def __rand__(self, other: object) -> Expr:
        return _binary(other, "&&", self, AND)

    def __or__(self, other: object) -> Expr:
        return _binary(self, "||", other, OR)

    def __ror__(self, other: object) -> Expr:
        return _binary(other, "||", self, OR)

    def __invert__(self) -> Expr:
        return Expr(f"!{_operand(self, UNARY)}", UNARY)

    def __neg__(self) -> Expr:
        return Expr(f"-{_operand(self, UNARY)}", UNARY)

    def then(self, yes: object, otherwise: object) -> Expr:
        """The conditional ``self ? yes : otherwise``."""
        parts = _operand(self, OR), f"? {_operand(yes, OR)}", f": {_operand(otherwise, CONDITIONAL)}"
        return _joined(parts, CONDITIONAL)

    # What only a known value can do

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self} is neither true nor false in Python; use .then(), & or |")

    def __iter__(self) -> NoReturn:
        raise TypeError(f"{self} cannot be iterated in Python; use for_list() or for_map()")

    def __len__(self) -> NoReturn:
        raise TypeError(f"{self} has no length in Python; use fn.length()")

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError(f"{self} cannot be searched in Python; use fn.contains()")


null = Expr("null")
count = Expr("count")
each = Expr("each")


def plain(value: object) -> object:
    """Return *value* for CDKTN: every expression as its ``${...}`` text, in dicts and lists of any depth."""
    if isinstance(value, Referenced):
        return str(value.reference())
    if isinstance(value, Mapping):
        return {_key_text(k): plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(v) for v in value]
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if value is None:
        raise TypeError("None is no Terraform value; use null")
    raise TypeError(f"{value!r} ({type(value).__name__}) is no Terraform value")


def source(value: object) -> str:
    """Return *value* as the source of an expression; text is a template."""
    if isinstance(value, Referenced):
        return value.reference().code
    if isinstance(value, str):
        code = template.only_expression(value)
        return template.quote(value) if code is None else code
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return _list([source(v) for v in value])
    if value is None:
        raise TypeError("None is no Terraform value inside an expression; use null")
    if isinstance(value, int | float):
        return json.dumps(_number(value))
    raise TypeError(f"{value!r} ({type(value).__name__}) is no Terraform value")


def key(name: object) -> str:
    """Return the key of an object as Terraform writes it: bare, quoted or ``(expression)``."""
    if isinstance(name, Referenced):
        return f"({name.reference().code})"
    text = str(name)
    bare = text.isascii() and text.replace("_", "a").replace("-", "a").isalnum() and not text[0].isdigit()
    if bare and text[0] != "-" and text not in KEYWORDS:
        return text
    code = template.only_expression(text)
    return template.quote(text) if code is None else f"({code})"


def call(name: str, *arguments: object) -> Expr:
    """The function call ``name(arguments...)``; the typed functions are in ``generator.bindings.functions``."""
    return Expr(enclose(f"{name}(", [source(a) for a in arguments], ")"))


def for_list(
    items: object,
    body: Callable[..., object],
    *,
    names: Sequence[str] = ("item",),
    when: Callable[..., Expr] | None = None,
) -> Expr:
    """``[for item in items : body if when]``; *names* are the one or two names of the iteration."""
    arguments = [Expr(name) for name in names]
    parts = [f"for {', '.join(names)} in {source(items)} :", source(body(*arguments))]
    parts += [f"if {when(*arguments).code}"] if when else []
    return Expr(stacked("[", parts, "]") or f"[{' '.join(parts)}]")


def for_map(
    items: object,
    body: Callable[..., tuple[object, object]],
    *,
    names: Sequence[str] = ("key", "value"),
    when: Callable[..., Expr] | None = None,
) -> Expr:
    """``{ for key, value in items : k => v if when }``."""
    arguments = [Expr(name) for name in names]
    k, v = body(*arguments)
    parts = [f"for {', '.join(names)} in {source(items)} :", f"{source(k)} =>", _after_arrow(source(v))]
    parts += [f"if {when(*arguments).code}"] if when else []
    return Expr(stacked("{", parts, "}") or f"{{ {' '.join(parts)} }}")


def _after_arrow(code: str) -> str:
    # `terraform fmt` takes a minus after => for a subtraction.
    return f"({code})" if code.startswith("-") else code


def _binary(left: object, operator: str, right: object, level: int) -> Expr:
    for side in (left, right):
        _check_operand(side, operator, level)
    # Operators of one level group from the left; comparisons of comparisons are clearer with parentheses.
    left_level = level + 1 if level in (EQUALITY, COMPARISON) else level
    right_level = level if level in (AND, OR) else level + 1
    return _joined([f"{_operand(left, left_level)} {operator}", _operand(right, right_level)], level)


def _joined(parts: Sequence[str], level: int) -> Expr:
    lines = stacked("(", parts, ")")
    return Expr(lines) if lines else Expr(" ".join(parts), level)


def _check_operand(side: object, operator: str, level: int) -> None:
    if isinstance(side, Referenced):
        return
    if level in (AND, OR) and not isinstance(side, bool):
        raise TypeError(f"{operator} takes conditions, not {side!r}; put each comparison in parentheses")
    if level in (SUM, PRODUCT) and (isinstance(side, bool) or not isinstance(side, int | float)):
        raise TypeError(f"{operator} takes numbers, not {side!r}; join text with an f-string")


def _operand(value: object, level: int) -> str:
    code = source(value)
    own = value.reference().level if isinstance(value, Referenced) else ATOM
    return code if own >= level else f"({code})"


def _number(value: float) -> float:
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise TypeError(f"{value} is too large a number; write it as text or in an expression")
    if not math.isfinite(value):
        raise TypeError(f"{value} is no Terraform number")
    return value


def _key_text(name: object) -> str:
    return str(name.reference() if isinstance(name, Referenced) else name)


def _object(value: Mapping[object, object]) -> str:
    pairs = [(key(k), source(v)) for k, v in value.items()]
    if not pairs:
        return "{}"
    line = "{ " + ", ".join(f"{k} = {v}" for k, v in pairs) + " }"
    if not needs_lines([line]):
        return line
    return "{\n" + assignments(pairs, "  ") + "}"


def _list(items: Sequence[str]) -> str:
    return enclose("[", items, "]", trailing_comma=True)
