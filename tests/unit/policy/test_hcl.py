"""Terraform's files are read for their structure, and an error has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.policy.source import Sources
from generator.policy.source.hcl import HclError, read_file
from generator.policy.source.tree import split_address

TEXT = """# A comment with a { brace
resource "aws_lb" "this" {
  name = "a ${var.b["}"]} \\" c" // another }
  subnets = [
    for key, subnet in aws_subnet.public : subnet.id
    if key != "x"
  ]
  tags = { Name = "x", "a b" = local.y }
  dynamic "access_logs" {
    for_each = var.logs ? [1] : []
    content {
      bucket = aws_s3_bucket.logs["a"].id
      prefix = access_logs.value.prefix
    }
  }
  policy = <<-EOT
    { "not": "a block" ${data.aws_region.current.id}
  EOT
  timeouts { create = "1m" }
}

locals {
  y = module.network.subnets[var.zone]
}
"""


def sources(folder: Path, text: str = TEXT, **more: str) -> Sources:
    (folder / "main.tf").write_text(text, encoding="utf-8")
    for name, inner in more.items():
        (folder / name).mkdir()
        (folder / name / "main.tf").write_text(inner, encoding="utf-8")
    return Sources(folder)


def test_blocks_have_their_lines_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TEXT, encoding="utf-8")
    lb, rest = read_file(tmp_path / "main.tf")
    assert (lb.type, lb.labels, lb.lines) == ("resource", ("aws_lb", "this"), (2, 20))
    assert {name: a.line for name, a in lb.arguments.items()} == {"name": 3, "subnets": 4, "tags": 8, "policy": 16}
    assert [(b.type, b.labels) for b in lb.blocks] == [("dynamic", ("access_logs",)), ("timeouts", ())]
    assert rest.arguments["y"].references == ("module.network.subnets",)


def test_references_leave_computed_indices_out(tmp_path: Path) -> None:
    found = sources(tmp_path)
    assert found.expression("", "aws_lb.this", "subnets") == ("aws_subnet.public",)
    assert found.expression("", "aws_lb.this", "policy") == ("data.aws_region.current.id",)
    assert found.expression("", "aws_lb.this", "access_logs.0.bucket") == ('aws_s3_bucket.logs["a"].id',)
    assert found.expression("", "aws_lb.this", "access_logs.0.prefix") == ("var.logs",)
    assert found.expression("", "aws_lb.this", "nothing") == ()
    assert found.expression("", "aws_lb.other", "subnets") is None
    assert found.local("", "y") == ("module.network.subnets",)


@pytest.mark.parametrize(
    ("attribute", "line"), [("", 2), ("name", 3), ("access_logs.0.bucket", 12), ("access_logs.0.prefix", 13), ("x", 2)]
)
def test_an_argument_is_located(tmp_path: Path, attribute: str, line: int) -> None:
    found = sources(tmp_path).locate("aws_lb.this[0]", attribute)
    assert found is not None
    assert (found.file, found.line) == (tmp_path / "main.tf", line)


@pytest.mark.parametrize(
    ("attribute", "line"),
    [("rule.0.days", 3), ("rule.1.days", 6), ("rule.1", 5), ("rule.2.days", 9), ("rule.7.days", 9), ("tag.3.key", 11)],
)
def test_an_argument_of_a_repeated_block_is_located(tmp_path: Path, attribute: str, line: int) -> None:
    text = """resource "a_b" "c" {
  rule {
    days = 1
  }
  rule {
    days = 2
  }
  rule {
    days = 3
  }
  dynamic "tag" {
    for_each = []
    content {
    }
  }
}
"""
    found = sources(tmp_path, text).locate("a_b.c", attribute)
    assert found is not None
    assert found.line == line


def test_a_module_is_found_by_its_source(tmp_path: Path) -> None:
    found = sources(
        tmp_path,
        'module "a" {\n  source = "./inner"\n}\nmodule "far" {\n  source = "registry/x/y"\n}\n',
        inner='\nresource "aws_lb" "this" {\n}\n',
    )
    found.check()
    place = found.locate('module.a["k.v"].aws_lb.this["x"]')
    assert place is not None
    assert (place.file, place.line) == (tmp_path / "inner/main.tf", 2)
    assert found.locate("module.far.aws_lb.this") is None


def test_a_module_that_calls_itself_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HclError, match="calls itself"):
        sources(tmp_path, 'module "a" {\n  source = "./"\n}\n').check()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "a_b" "c" {\n  x = 1\n', 1),
        ('resource "a_b" "c" {\n  x = "never ends\n}\n', 2),
        ("a = 1\n", 1),
        ('resource "a_b" "c" {\n  x = [1, 2\n}\n', 3),
        ('resource "a_b" "c" {\n  = 2\n}\n', 2),
        ('resource "a_b" "c" {\n  x =\n}\n', 2),
        ("}\n", 1),
        ("resource\n", 1),
        ("<<<\n", 1),
        ("\noutput {\n  value = 1\n}\n", 2),
        ('module {\n  source = "./x"\n}\n', 1),
        ('module "a" "b" {\n  source = "./x"\n}\n', 1),
        ('resource "a_b" {\n}\n', 1),
        ('locals "a" {\n}\n', 1),
        ('resource "a_b" "c" {\n  dynamic {\n  }\n}\n', 2),
    ],
)
def test_what_is_no_hcl_is_said_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(HclError) as caught:
        sources(tmp_path, text).check()
    assert f"main.tf:{line}" in str(caught.value)
    assert caught.value.exit_code == 2


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HclError, match="UTF-8"):
        Sources(tmp_path).check()


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("aws_lb.this", ("", "aws_lb.this")),
        ('module.a["x.y"].module.b[0].aws_lb.this["]"]', ("module.a.module.b", "aws_lb.this")),
        ("module.a.data.aws_region.current", ("module.a", "data.aws_region.current")),
        ("nonsense", None),
    ],
)
def test_an_address_has_a_module_and_a_block(address: str, parts: tuple[str, str] | None) -> None:
    assert split_address(address) == parts
