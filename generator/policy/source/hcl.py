"""Reads the structure of Terraform's files: blocks, arguments, their lines and what they refer to. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from generator.errors import Location, SlipwayError

TOKEN = re.compile(
    r"""
    (?P<skip>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<heredoc><<-?(?P<tag>[A-Za-z_][\w-]*)[ \t]*\r?\n.*?^[ \t]*(?P=tag)[ \t]*(?=\r?$))
  | (?P<plain>"[^"\\$%\n]*")
  | (?P<string>")
  | (?P<name>[A-Za-z_][\w-]*)
  | (?P<newline>\n)
  | (?P<open>[{(\[]) | (?P<close>[})\]])
  | (?P<assign>=(?![=>]))
  | (?P<other>=[=>]|[^\s"{}()\[\]=\#/<A-Za-z_,]+|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
# Heads of references: what else has a dot, such as an object of a `for`, is none.
REFERENCE = re.compile(
    r"(?<![\w.-])((?:var|local|each|module|data|self|count)\.[A-Za-z_][\w-]*|[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*)"
    r"((?:\[[^\[\]]*\]|\.[A-Za-z_*][\w-]*|\.\d+)*)"
)
FILE_LIMIT = 8 << 20
# What Terraform calls its own blocks takes so many labels.
LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0, "terraform": 0}
CLOSING = {"{": "}", "(": ")", "[": "]"}


@dataclass(frozen=True)
class Argument:
    """An argument: the line of its name, and the text of its expression."""

    line: int
    text: str

    @property
    def references(self) -> tuple[str, ...]:
        """What the expression refers to, in Terraform's words; an index that is computed is left out."""
        return tuple(found.group(1) + _index(found.group(2)) for found in REFERENCE.finditer(self.text))

    @property
    def literal(self) -> str | None:
        """The text of a quoted string without a template; None for anything else."""
        plain = self.text.strip()
        return plain[1:-1] if re.fullmatch(r'"[^"\\$%]*"', plain) else None


@dataclass
class Block:
    """A block with its *lines*, first and last; *arguments* by name, and the *blocks* in it."""

    type: str
    labels: tuple[str, ...]
    file: Path
    lines: tuple[int, int]
    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


class HclError(SlipwayError):
    """A file that is no HCL."""


def read_file(file: Path) -> list[Block]:
    """The top-level blocks of *file*. Raises HclError with the line where it is no HCL."""
    try:
        if file.stat().st_size > FILE_LIMIT:
            raise HclError(f"is larger than {FILE_LIMIT >> 20} MiB", where=Location(file))
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise HclError(f"cannot be read: {error.strerror}", where=Location(file)) from error
    except UnicodeDecodeError as error:
        raise HclError("is not UTF-8 text", where=Location(file), cure="Save it as UTF-8.") from error
    parser = _Parser(file, text)
    try:
        top = parser.body("", (), 1, nested=False)
    except RecursionError as error:
        raise HclError("nests too deep", where=Location(file)) from error
    if top.arguments:
        line = min(argument.line for argument in top.arguments.values())
        raise HclError("is no HCL: an argument stands outside of every block", where=Location(file, line))
    return top.blocks


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, without blanks and comments. Raises HclError for a string without an end."""
    return _Parser(Path("expression"), text).tokens


class Token(NamedTuple):
    """One token: its kind, its text, where it begins and ends, and its line."""

    kind: str
    text: str
    start: int
    end: int
    line: int


class _Parser:
    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file, text
        self.tokens = list(self._tokens())
        self.at = 0

    def _wrong(self, what: str, line: int) -> HclError:
        return HclError(f"is no HCL: {what}", where=Location(self.file, line), cure="`terraform validate` says more.")

    def _tokens(self) -> Iterator[Token]:
        position, line = 0, 1
        while position < len(self.text):
            found = TOKEN.match(self.text, position)
            if found is None:
                raise self._wrong("a character that has no meaning", line)
            kind, end = str(found.lastgroup), found.end()
            if kind == "tag":
                kind = "heredoc"
            elif kind == "plain":
                kind = "string"
            elif kind == "string":
                end = self._string_end(end, line)
            if kind != "skip":
                yield Token(kind, self.text[position:end], position, end, line)
            line += self.text.count("\n", position, end)
            position = end
        yield Token("end", "", position, position, line)

    def _string_end(self, start: int, line: int) -> int:
        """The position after the quote that closes a string; templates in it nest."""
        depth: list[str] = []
        position = start
        while position < len(self.text):
            two, one = self.text[position : position + 2], self.text[position]
            inside_template = bool(depth) and depth[-1] == "}"
            if not inside_template:
                if one == "\\":
                    position += 2
                elif two in ("$$", "%%") and self.text[position + 2 : position + 3] == "{":
                    position += 3
                elif two in ("${", "%{"):
                    depth.append("}")
                    position += 2
                elif one == '"':
                    position += 1
                    if not depth:
                        return position
                    depth.pop()
                elif one == "\n" and not depth:
                    break
                else:
                    position += 1
            else:
                if one == '"':
                    depth.append('"')
                elif one == "{":
                    depth.append("}")
                elif one == "}":
                    depth.pop()
                position += 1
        raise self._wrong("a string has no end", line)

    def body(self, type_: str, labels: tuple[str, ...], line: int, *, nested: bool) -> Block:
        block = Block(type_, labels, self.file, (line, line))
        while True:
            token = self._next()
            if token.kind == "newline":
                continue
            if token.kind == "close" and token.text == "}" and nested:
                block.lines = (line, token.line)
                return block
            if token.kind == "end":
                if nested:
                    raise self._wrong(f"the block {type_} has no end", line)
                return block
            if token.kind not in ("name", "string"):
                raise self._wrong(f"{token.text!r} where a block or an argument begins", token.line)
            self._item(block, token)

    def _item(self, block: Block, first: Token) -> None:
        labels: list[str] = []
        while True:
            token = self._next()
            if token.kind == "assign" and not labels:
                block.arguments.setdefault(first.text.strip('"'), Argument(first.line, self._expression(token)))
                return
            if token.kind == "open" and token.text == "{":
                self._check_labels(block, first, len(labels))
                block.blocks.append(self.body(first.text, tuple(labels), first.line, nested=True))
                return
            if token.kind not in ("name", "string"):
                raise self._wrong(f"{first.text!r} is neither a block nor an argument", first.line)
            labels.append(token.text.strip('"'))

    def _check_labels(self, outer: Block, first: Token, count: int) -> None:
        top = outer.type == ""
        wanted = LABELS.get(first.text, count) if top else (1 if first.text == "dynamic" else count)
        if count != wanted:
            raise self._wrong(f"{first.text} takes {wanted or 'no'} label{'s' * (wanted != 1)}", first.line)

    def _expression(self, assign: Token) -> str:
        opened: list[str] = []
        end = assign.end
        while True:
            token = self.tokens[self.at]
            if not opened and (token.kind in ("newline", "end") or token.text == "}" or token.text == ","):
                break
            if token.kind == "end":
                raise self._wrong("an expression has no end", assign.line)
            if token.kind == "open":
                opened.append(CLOSING[token.text])
            elif token.kind == "close" and (not opened or opened.pop() != token.text):
                raise self._wrong(f"{token.text!r} closes nothing", token.line)
            end = token.end
            self.at += 1
        text = self.text[assign.end : end].strip()
        if not text:
            raise self._wrong("an argument has no value", assign.line)
        return text

    def _next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token


def _index(rest: str) -> str:
    """The steps after a reference as a plan writes them: without an index that is computed."""
    kept = re.split(r"\[(?!\"[^\"$]*\"\]|\d+\])", rest, maxsplit=1)[0]
    return re.split(r"\.(?:\*|\d+)", kept, maxsplit=1)[0]
