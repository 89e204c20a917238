"""The reader of HCL: it reads what is emitted, and knows where each part stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.hcl import Node, parse

PROJECT = Path(__file__).resolve().parents[3]


def value(source: str) -> Node:
    (block,) = parse(f"locals {{\n  x = {source}\n}}\n")
    (attribute,) = block.attributes
    return attribute.value


def shape(node: Node) -> object:
    return (node.kind, *map(shape, node.parts)) if node.parts else node.kind


@pytest.mark.parametrize(
    ("source", "expected"),
    {
        "true": "name",
        "1.5": "number",
        '"a"': "string",
        '"${a}-${b}"': ("string", "name", "name"),
        '"$${a} %%{b} \\"c\\""': "string",
        "[1, [2],]": ("list", "number", ("list", "number")),
        "{ a = 1, (b) = 2 }": ("object", ("item", "name", "number"), ("item", ("group", "name"), "number")),
        "[for k, v in m : v if v > 1]": ("for", "name", "name", ("if", ("binary", "name", "number"))),
        "{ for k, v in m : k => v... }": ("for", "name", "name", "name"),
        "f(a, g(b)...)": ("call", "name", ("call", "name")),
        "a ? b : c ? d : e": ("conditional", "name", "name", ("conditional", "name", "name", "name")),
        "a == 1 || !b && c": (
            "binary",
            ("binary", "name", "number"),
            ("binary", ("unary", "name"), "name"),
        ),
        "1 - 2 - 3": ("binary", ("binary", "number", "number"), "number"),
        'a.b["c"].d[*].e': ("access", ("access", ("access", ("access", ("access", "name"), "string")))),
        "aws.x[each.key].id": ("access", ("access", ("access", "name"), ("access", "name"))),
        "<<-EOT\n  a = ${b}\n  EOT": "heredoc",
    }.items(),
)
def test_an_expression_is_read(source: str, expected: object) -> None:
    node = value(source)
    text = f"locals {{\n  x = {source}\n}}\n"
    assert shape(node) == expected
    assert text[node.start : node.end] == source


def test_blocks_have_labels_attributes_and_blocks() -> None:
    (block,) = parse('resource "a" "b" {\n  # c = 1\n  d = 2\n\n  e {\n    f = 3\n  }\n}\n')
    assert (block.type, block.labels) == ("resource", ("a", "b"))
    assert [a.name for a in block.attributes] == ["d"]
    assert [(b.type, [a.name for a in b.attributes]) for b in block.blocks] == [("e", ["f"])]


@pytest.mark.parametrize("source", ["a = [1", "a = {1 2}", "a = §", "a {"])
def test_what_is_no_hcl_is_refused(source: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        parse(f"{source}\n")


def test_everything_that_is_emitted_is_read() -> None:
    files = [*PROJECT.glob("modules/**/*.tf"), *PROJECT.glob("envs/*/*/*.tf")]
    assert len(files) > 50
    for file in files:
        text = file.read_text(encoding="utf-8")
        starts = [block.start for block in parse(text)]
        # Every block of an emitted file starts at the beginning of a line, and nothing else does but comments and ends.
        assert starts == [m for m, line in _lines(text) if line[:1].isalpha()], file


def _lines(text: str) -> list[tuple[int, str]]:
    found, position = [], 0
    for line in text.splitlines(keepends=True):
        found.append((position, line))
        position += len(line)
    return found
