"""The tokens of HCL's native syntax, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Longer operators first. A template's strings nest, so strings are measured apart.
TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<newline>\n)
  | (?P<heredoc><<-?(?P<tag>[A-Za-z_][\w-]*)\n.*?^[ \t]*(?P=tag)(?=\n))
  | (?P<quote>")
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>[A-Za-z_][\w-]*)
  | (?P<sign>\.\.\.|=>|==|!=|<=|>=|&&|\|\||[-+*/%!<>?:=.,(){}\[\]])
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Token:
    """*kind* is newline, heredoc, string, number, name, sign or end; *text* is ``source[start:end]``."""

    kind: str
    text: str
    start: int
    end: int


def tokens(source: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of ``source[start:end]``, and last an empty one. Raises ValueError for what is no HCL."""
    end = len(source) if end is None else end
    position = start
    while position < end:
        found = TOKEN.match(source, position, end)
        if found is None:
            raise ValueError(f"no token of HCL: {source[position : position + 30]!r}")
        kind, stop = str(found.lastgroup), found.end()
        if kind == "tag":
            kind = "heredoc"
        if kind == "quote":
            kind, stop = "string", string_end(source, position + 1)
        if kind != "space":
            yield Token(kind, source[position:stop], position, stop)
        position = stop
    yield Token("end", "", end, end)


def string_end(source: str, position: int) -> int:
    """The place after the quote that closes the string whose content begins at *position*."""
    while source[position] != '"':
        if source[position] == "\\":
            position += 2
        elif source.startswith(("$${", "%%{"), position):
            position += 3
        elif source.startswith(("${", "%{"), position):
            position = template_end(source, position + 2)
        else:
            position += 1
    return position + 1


def template_end(source: str, position: int) -> int:
    """The place after the brace that closes the template whose content begins at *position*."""
    depth = 1
    while depth:
        if source[position] == '"':
            position = string_end(source, position + 1)
            continue
        depth += {"{": 1, "}": -1}.get(source[position], 0)
        position += 1
    return position
