"""Reads the little of HCL that a working copy needs: top-level blocks, their labels and plain string attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator.errors import Location, TerraformError

# One token of HCL's native syntax. Strings are matched apart, since templates in them nest.
TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<heredoc><<-?(?P<tag>[A-Za-z_][\w-]*)[ \t]*\r?\n.*?^[ \t]*(?P=tag)[ \t]*(?=\r?$))
  | (?P<quote>")
  | (?P<name>[A-Za-z_][\w-]*)
  | (?P<newline>\n)
  | (?P<sign>[{}\[\]()=])
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


@dataclass
class Block:
    """A top-level block: ``module "vpc" { … }`` has the type ``module`` and the labels ``("vpc",)``.

    *strings* are the attributes directly in it whose value is one quoted string without a template.
    """

    type: str
    labels: tuple[str, ...]
    where: Location
    strings: dict[str, str] = field(default_factory=dict)


def read_blocks(directory: Path) -> list[Block]:
    """The top-level blocks of all ``*.tf`` files directly in *directory*, in file order.

    Raises TerraformError when a file ends inside a block or is not UTF-8 text, OSError when it cannot be read.
    """
    return [block for file in sorted(directory.glob("*.tf")) if file.is_file() for block in _blocks(file)]


def _blocks(file: Path) -> Iterator[Block]:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TerraformError("This file is not UTF-8 text.", where=Location(file), cure="Save it as UTF-8.") from error
    depth = 0
    header: list[str] = []
    line_words: list[str] = []
    block: Block | None = None
    opened_at = 1
    for kind, value, line in _tokens(text, file):
        if kind == "newline":
            if depth == 0:
                header = []
            line_words = []
        elif value in ("{", "[", "(") and kind == "sign":
            if depth == 0 and header:
                block, opened_at = Block(header[0], tuple(header[1:]), Location(file, line)), line
            depth += 1
        elif kind == "sign" and value in ("}", "]", ")"):
            depth -= 1
            if depth == 0 and block is not None:
                yield block
                block, header = None, []
        elif depth == 0:
            header.append(value)
        elif depth == 1 and block is not None:
            if kind == "string" and len(line_words) == 2 and line_words[1] == "=" and "${" not in value:
                block.strings.setdefault(line_words[0], value)
            line_words.append(value)
    if depth > 0:
        raise TerraformError(
            "This file ends inside a block.", where=Location(file, opened_at), cure="Close the block with a brace."
        )


def _tokens(text: str, file: Path) -> Iterator[tuple[str, str, int]]:
    position, line = 0, 1
    while found := TOKEN.search(text, position):
        line += text.count("\n", position, found.start())
        kind, value, end = str(found.lastgroup), found.group(), found.end()
        if kind == "quote":
            end = _string_end(text, found.end(), Location(file, line))
            kind, value = "string", text[found.end() : end - 1]
        if kind != "comment":
            yield kind, value, line
        line += text.count("\n", found.start(), end)
        position = end


def _string_end(text: str, start: int, where: Location) -> int:
    """The position after the quote that closes the string whose content begins at *start*."""
    position = start
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == '"':
            return position + 1
        elif text.startswith(("$${", "%%{"), position):
            position += 3
        elif text.startswith(("${", "%{"), position):
            position = _template_end(text, position + 2, where)
        else:
            position += 1
    raise TerraformError("This file ends inside a string.", where=where, cure="Close the string with a quote.")


def _template_end(text: str, start: int, where: Location) -> int:
    position, depth = start, 1
    while position < len(text):
        if text[position] == '"':
            position = _string_end(text, position + 1, where)
            continue
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        position += 1
        if depth == 0:
            return position
    raise TerraformError("This file ends inside a string.", where=where, cure="Close the template with a brace.")
