"""The little of HCL that is read: blocks, labels, plain strings."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import Location, TerraformError
from generator.terraform.configuration import read_blocks


def read(tmp_path: Path, text: str) -> list[tuple[str, tuple[str, ...], dict[str, str]]]:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    return [(block.type, block.labels, block.strings) for block in read_blocks(tmp_path)]


def test_blocks_have_type_labels_and_plain_strings(tmp_path: Path) -> None:
    text = """
module "vpc" {
  source = "../../modules/vpc" # a comment
  count  = 2
  name   = "${var.name}-vpc"
  nested = { source = "no" }
  other {
    source = "no"
  }
}
provider "aws" { alias = "east" }
locals {}
"""
    assert read(tmp_path, text) == [
        ("module", ("vpc",), {"source": "../../modules/vpc"}),
        ("provider", ("aws",), {"alias": "east"}),
        ("locals", (), {}),
    ]


@pytest.mark.parametrize(
    "noise",
    [
        '# module "no" { source = "./no" }',
        '// module "no" { source = "./no" }',
        '/* module "no" {\n source = "./no"\n} */',
        'locals { a = "module \\"no\\" { source = 1 } }" }',
        'locals { a = "${join("}", ["{", "}"])} {" }',
        'locals { a = "$${ {" }',
        'locals { a = "%{ if true }{%{ endif }" }',
        'locals {\n  a = <<-EOT\n    module "no" {\n      source = "./no"\n    }}}\n  EOT\n}',
        'locals {\n  a = <<EOT\n{{{\nEOT\n  b = "x"\n}',
        "locals { a = [{ b = (1) }, { c = {} }] }",
    ],
)
def test_comments_strings_templates_and_heredocs_open_no_blocks(tmp_path: Path, noise: str) -> None:
    blocks = read(tmp_path, f'{noise}\nmodule "yes" {{\n  source = "./yes"\n}}\n')
    assert [block for block in blocks if block[0] != "locals"] == [("module", ("yes",), {"source": "./yes"})]


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = 'module "a" {\r\n  source = "./a"\r\n  b = <<EOT\r\n{\r\nEOT\r\n}\r\n'
    (tmp_path / "main.tf").write_bytes(text.encode())
    assert [block.strings for block in read_blocks(tmp_path)] == [{"source": "./a"}]


def test_files_are_read_in_order_and_only_tf_files(tmp_path: Path) -> None:
    for name in ("b.tf", "a.tf", "c.tf.json", "d.txt"):
        (tmp_path / name).write_text(f'module "{name}" {{}}')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/e.tf").write_text('module "e" {}')
    assert [block.labels[0] for block in read_blocks(tmp_path)] == ["a.tf", "b.tf"]


def test_a_block_knows_its_line(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('# one\nlocals {\n  a = "x\\ny"\n}\n\nmodule "m" {\n}\n')
    assert [block.where for block in read_blocks(tmp_path)] == [
        Location(tmp_path / "main.tf", 2),
        Location(tmp_path / "main.tf", 6),
    ]


@pytest.mark.parametrize(
    ("text", "complaint", "line"),
    [
        ('\nmodule "m" {\n', "inside a block", 2),
        ('locals {\n  a = "x\n', "inside a string", 2),
        ('locals { a = "${b', "inside a string", 1),
    ],
)
def test_an_unfinished_file_is_an_error_with_its_line(tmp_path: Path, text: str, complaint: str, line: int) -> None:
    with pytest.raises(TerraformError, match=complaint) as caught:
        read(tmp_path, text)
    assert caught.value.where == Location(tmp_path / "main.tf", line)


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TerraformError, match="UTF-8"):
        read_blocks(tmp_path)
