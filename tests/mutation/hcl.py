"""A syntax tree of HCL with the places of its parts, as far as mutants need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.mutation.tokens import Token, template_end, tokens

PRECEDENCE = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("==", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    *kind* is string, heredoc, number, name, call, list, object, item, for, if, conditional, binary, unary, group or
    access. *text* is an operator, a literal's source, or a function's name; *parts* are its operands in order: of a
    conditional the condition and both values, of an item (``key = value``) key and value.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    parts: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Attribute:
    """``name = value`` in a body; the end is that of the value."""

    name: str
    start: int
    value: Node


@dataclass(frozen=True)
class Block:
    """``type "label" … { body }``."""

    type: str
    labels: tuple[str, ...]
    start: int
    end: int
    attributes: tuple[Attribute, ...] = ()
    blocks: tuple[Block, ...] = ()


def parse(source: str) -> list[Block]:
    """The top-level blocks of *source*. Raises ValueError for what it cannot read."""
    return list(_Parser(source, 0, len(source)).body("")[1])


@dataclass
class _Parser:
    source: str
    start: int
    stop: int
    position: int = 0
    depth: int = 0
    """Inside brackets a new line is a space."""
    found: list[Token] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found = list(tokens(self.source, self.start, self.stop))

    # Bodies

    def body(self, closing: str) -> tuple[tuple[Attribute, ...], tuple[Block, ...]]:
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        while True:
            self._skip_lines()
            if self.now.text == closing:
                return tuple(attributes), tuple(blocks)
            name = self._take()
            if self.now.text == "=":
                self._take()
                attributes.append(Attribute(name.text, name.start, self.expression()))
            else:
                blocks.append(self._block(name))

    def _block(self, name: Token) -> Block:
        labels = []
        while self.now.text != "{":
            labels.append(self._take().text.strip('"'))
        self._take()
        attributes, blocks = self.body("}")
        return Block(name.text, tuple(labels), name.start, self._take().end, attributes, blocks)

    # Expressions

    def expression(self) -> Node:
        condition = self._binary(1)
        if self.now.text != "?":
            return condition
        self._take()
        yes = self.expression()
        self._expect(":")
        no = self.expression()
        return Node("conditional", condition.start, no.end, "?", (condition, yes, no))

    def _binary(self, level: int) -> Node:
        left = self._unary()
        while (found := PRECEDENCE.get(self.now.text, 0)) >= level and self.now.kind == "sign":
            operator = self._take()
            right = self._binary(found + 1)
            left = Node("binary", left.start, right.end, operator.text, (left, right))
        return left

    def _unary(self) -> Node:
        if self.now.kind == "sign" and self.now.text in ("!", "-"):
            operator = self._take()
            operand = self._unary()
            return Node("unary", operator.start, operand.end, operator.text, (operand,))
        return self._accesses(self._primary())

    def _accesses(self, node: Node) -> Node:
        while self.now.kind == "sign" and self.now.text in (".", "["):
            if self._take().text == ".":
                last = self._take()
                node = Node("access", node.start, last.end, last.text, (node,))
                continue
            with self._brackets():
                index = () if self.now.text == "*" else (self.expression(),)
                if not index:
                    self._take()
                node = Node("access", node.start, self.now.end, "[]", (node, *index))
            self._expect("]")
        return node

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "string":
            return Node("string", token.start, token.end, token.text, tuple(self._templates(token)))
        if token.kind in ("number", "heredoc"):
            return Node(token.kind, token.start, token.end, token.text)
        if token.kind == "name":
            return self._call(token) if self.now.text == "(" else Node("name", token.start, token.end, token.text)
        if token.text == "(":
            with self._brackets():
                inner = self.expression()
                self._skip_lines()
                end = self.now.end
            self._expect(")")
            return Node("group", token.start, end, "()", (inner,))
        if token.text in ("[", "{"):
            return self._collection(token)
        raise ValueError(f"unexpected {token.text!r} at {token.start}")

    def _call(self, name: Token) -> Node:
        self._take()
        arguments = []
        with self._brackets():
            while self.now.text != ")":
                arguments.append(self.expression())
                if self.now.text in (",", "..."):
                    self._take()
            end = self.now.end
        self._expect(")")
        return Node("call", name.start, end, name.text, tuple(arguments))

    def _collection(self, opening: Token) -> Node:
        closing = {"[": "]", "{": "}"}[opening.text]
        with self._brackets():
            if self.now.text == "for":
                parts = tuple(self._for())
            elif opening.text == "[":
                parts = tuple(self._elements())
            else:
                parts = tuple(self._items())
            kind = "for" if self._is_for(opening) else {"[": "list", "{": "object"}[opening.text]
            end = self.now.end
        self._expect(closing)
        return Node(kind, opening.start, end, opening.text, parts)

    def _is_for(self, opening: Token) -> bool:
        after = next(t for t in self.found if t.start >= opening.end and t.kind != "newline")
        return after.text == "for"

    def _for(self) -> Iterator[Node]:
        while self._take().text != "in":
            continue
        yield self.expression()
        self._expect(":")
        yield self.expression()
        if self.now.text == "=>":
            self._take()
            yield self.expression()
        if self.now.text == "...":
            self._take()
        if self.now.text == "if":
            self._take()
            condition = self.expression()
            yield Node("if", condition.start, condition.end, "if", (condition,))

    def _elements(self) -> Iterator[Node]:
        while self.now.text != "]":
            yield self.expression()
            if self.now.text == ",":
                self._take()

    def _items(self) -> Iterator[Node]:
        while self.now.text != "}":
            key = self.expression()
            if self._take().text not in ("=", ":"):
                raise ValueError(f"no item of an object at {key.start}")
            value = self.expression()
            yield Node("item", key.start, value.end, "=", (key, value))
            if self.now.text == ",":
                self._take()

    def _templates(self, token: Token) -> Iterator[Node]:
        """The expressions inside a string's templates; a directive (``%{if}``) is left alone."""
        position = token.start + 1
        while position < token.end - 1:
            if self.source[position] == "\\":
                position += 2
            elif self.source.startswith(("$${", "%%{"), position):
                position += 3
            elif self.source.startswith("${", position):
                end = template_end(self.source, position + 2)
                inner = _Parser(self.source, position + 2, end - 1, depth=1)
                yield inner.expression()
                position = end
            elif self.source.startswith("%{", position):
                position = template_end(self.source, position + 2)
            else:
                position += 1

    # Tokens

    @property
    def now(self) -> Token:
        if self.depth:
            self._skip_lines()
        return self.found[self.position]

    def _take(self) -> Token:
        token = self.now
        self.position += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._take()
        if token.text != text:
            raise ValueError(f"expected {text!r}, found {token.text!r} at {token.start}")

    def _skip_lines(self) -> None:
        while self.found[self.position].kind == "newline":
            self.position += 1

    def _brackets(self) -> _Depth:
        return _Depth(self)


@dataclass
class _Depth:
    parser: _Parser

    def __enter__(self) -> None:
        self.parser.depth += 1

    def __exit__(self, *_: object) -> None:
        self.parser.depth -= 1
