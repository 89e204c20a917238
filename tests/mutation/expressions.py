"""The changes of an expression that a test should notice: one literal, element, operand or branch other than it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from tests.mutation.hcl import Node

# Other values of the same kind, where one more letter would be refused or would mean the same.
OTHER = {
    "Allow": "Deny",
    "Deny": "Allow",
    "Enabled": "Disabled",
    "Disabled": "Enabled",
    "true": "false",
    "false": "true",
    "tcp": "udp",
    "-1": "tcp",
    "0.0.0.0/0": "10.0.0.0/8",
    "::/0": "fd00::/8",
    "*": "none",
}
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "&&": "||", "||": "&&"}
ARITHMETIC = {"+": "-", "-": "+", "*": "+", "/": "*", "%": "+"}
# Functions of which one argument less is a call as well, with another answer.
VARIADIC = frozenset({"coalesce", "coalescelist", "compact", "concat", "max", "merge", "min", "setunion"})
SHOWN = 40  # characters of the source


@dataclass(frozen=True)
class Edit:
    """``source[start:end]`` becomes one of *replacements*. *what* says so in words, *path* which keys lead there."""

    start: int
    end: int
    replacements: tuple[str, ...]
    what: str
    path: tuple[str, ...] = ()


def edits(node: Node, source: str) -> Iterator[Edit]:
    """Every change of *node*, an expression of *source*."""
    if node.kind in _EDITS:
        yield from _EDITS[node.kind](node, source)
    else:
        for part in node.parts:
            yield from edits(part, source)


def deleted(start: int, end: int, what: str) -> Edit:
    return Edit(start, end, ("",), what)


def is_literal(node: Node) -> bool:
    """Whether *node* is a boolean, a number or a string without a template."""
    return node.kind == "number" or _is_bool(node) or (node.kind == "string" and not node.parts)


def _is_bool(node: Node) -> bool:
    return node.kind == "name" and node.text in ("true", "false")


def _name(node: Node, source: str) -> Iterator[Edit]:
    if _is_bool(node):
        yield _replaced(node, source, "false" if node.text == "true" else "true")


def _number(node: Node, source: str) -> Iterator[Edit]:
    number = float(node.text) if "." in node.text else int(node.text)
    others = (number - 1, number * 2) if number >= 1 else ()
    yield _replaced(node, source, str(number + 1), *map(str, others))


def _string(node: Node, source: str) -> Iterator[Edit]:
    text = node.text[1:-1]
    if other := OTHER.get(text):
        yield _replaced(node, source, f'"{other}"')
    else:
        yield Edit(node.start, node.end, (f'"{text}x"', f'"x{text}"'), f"{_shown(node.text)} with x added")
    for part in node.parts:
        yield from edits(part, source)


def _heredoc(node: Node, source: str) -> Iterator[Edit]:
    position = node.start + node.text.index("\n") + 1
    for line in node.text.splitlines(keepends=True)[1:-1]:
        if line.strip() and not line.lstrip().startswith(("#", "%{")):
            yield deleted(position, position + len(line), f"without the line {_shown(line.strip())}")
        position += len(line)


def _list(node: Node, source: str) -> Iterator[Edit]:
    yield from _without_each(node.parts, node.end - 1, source)
    for part in node.parts:
        if not is_literal(part):
            yield from edits(part, source)


def _object(node: Node, source: str) -> Iterator[Edit]:
    removals = list(_without_each(node.parts, node.end - 1, source))
    for item, removal in zip(node.parts, removals, strict=True):
        if not is_literal(item.parts[1]):
            yield removal
        key = _text(item.parts[0], source).strip('"')
        for edit in edits(item.parts[1], source):
            yield replace(edit, path=(key, *edit.path))


def _call(node: Node, source: str) -> Iterator[Edit]:
    if node.text in VARIADIC and len(node.parts) > 1:
        yield from _without_each(node.parts, node.end - 1, source)
    for part in node.parts:
        yield from edits(part, source)


def _conditional(node: Node, source: str) -> Iterator[Edit]:
    condition, yes, no = node.parts
    swapped = f"{_text(no, source)} : {_text(yes, source)}"
    yield Edit(yes.start, no.end, (swapped,), f"branches of {_shown(_text(condition, source))} swapped")
    # To negate the whole condition is to swap the branches.
    if condition.text in ("&&", "||"):
        yield from _operator(condition, source)
    yield from edits(yes, source)
    yield from edits(no, source)


def _binary(node: Node, source: str) -> Iterator[Edit]:
    yield from _operator(node, source)
    for part in node.parts:
        # Another literal than the one compared with is a comparison that never holds: the operator's mutant.
        if node.text not in NEGATED or not is_literal(part):
            yield from edits(part, source)


def _operator(node: Node, source: str) -> Iterator[Edit]:
    left, right = node.parts
    other = NEGATED.get(node.text) or ARITHMETIC[node.text]
    start = source.index(node.text, left.end, right.start)
    yield Edit(start, start + len(node.text), (other,), f"{_shown(_text(node, source))}: {node.text} is {other}")


def _unary(node: Node, source: str) -> Iterator[Edit]:
    yield deleted(node.start, node.start + 1, f"{_shown(_text(node, source))} without {node.text}")
    if node.text == "-":
        yield from edits(node.parts[0], source)


def _if(node: Node, source: str) -> Iterator[Edit]:
    yield Edit(node.start, node.end, ("true",), f"whether or not {_shown(_text(node, source))}")
    yield Edit(node.start, node.end, ("false",), f"never if {_shown(_text(node, source))}")


def _access(node: Node, source: str) -> Iterator[Edit]:
    # An index names an element: another one is seldom there.
    yield from edits(node.parts[0], source)


_EDITS: Mapping[str, Callable[[Node, str], Iterator[Edit]]] = {
    "access": _access,
    "binary": _binary,
    "call": _call,
    "conditional": _conditional,
    "heredoc": _heredoc,
    "if": _if,
    "list": _list,
    "name": _name,
    "number": _number,
    "object": _object,
    "string": _string,
    "unary": _unary,
}


def _without_each(parts: tuple[Node, ...], end: int, source: str) -> Iterator[Edit]:
    """One removal a part, with the comma after it; *end* is where the closing bracket stands."""
    for index, part in enumerate(parts):
        stop = parts[index + 1].start if index + 1 < len(parts) else end
        comma = source.find(",", part.end, stop)
        last_end = parts[index - 1].end if index and comma < 0 else part.start
        start = last_end if source[last_end : part.start].lstrip().startswith(",") else part.start
        yield deleted(start, part.end if comma < 0 else comma + 1, f"without {_shown(_text(part, source))}")


def _replaced(node: Node, source: str, *replacements: str) -> Edit:
    return Edit(node.start, node.end, replacements, f"{_shown(_text(node, source))} is {_shown(replacements[0])}")


def _text(node: Node, source: str) -> str:
    return source[node.start : node.end]


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
