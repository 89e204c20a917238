"""What HCL alone says: written values are known, everything else is UNKNOWN."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.errors import SlipwayError
from generator.policy.findings import ScanReport
from generator.policy.plan import UNKNOWN
from generator.policy.planned import Planning
from generator.policy.scan import Scan
from generator.policy.source import Sources
from generator.policy.source.evaluate import evaluate
from generator.policy.source.static import static_plan
from generator.policy.targets import read_targets
from generator.terraform.progress import SilentReporter

NAMES = {("var", "a"): "x", ("local", "o"): {"k": [1]}, ("var", "u"): UNKNOWN}


def value(kind: str, name: str) -> Any:
    return NAMES.get((kind, name), UNKNOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-2.5", -2.5),
        ("true", True),
        ("null", None),
        ('"text"', "text"),
        (r'"a\"b\n"', 'a"b\n'),
        ('"${var.a}-${local.o.k}"', UNKNOWN),
        ('"${var.a}-y"', "x-y"),
        ('"${var.u}-y"', UNKNOWN),
        ("var.a", "x"),
        ("local.o.k", [1]),
        ("local.o.nothing", UNKNOWN),
        ("[1, var.a, aws_x.y.id]", [1, "x", UNKNOWN]),
        ("[for x in var.a : x]", UNKNOWN),
        ("{ a = 1, b : var.a }", {"a": 1, "b": "x"}),
        ('{\n  a = 1 # one\n  "b c" = [2]\n}', {"a": 1, "b c": [2]}),
        ("{ for k, v in local.o : k => v }", UNKNOWN),
        ("{ (var.a) = 1 }", UNKNOWN),
        ('jsonencode({ a = [1, "b"] })', '{"a": [1, "b"]}'),
        ("jsonencode({ a = aws_x.y.arn })", UNKNOWN),
        ('toset(["a"])', ["a"]),
        ("var.a == 1 ? 2 : 3", UNKNOWN),
        ("upper(var.a)", UNKNOWN),
        ("[1] + [2]", UNKNOWN),
        ("aws_x.y.id", UNKNOWN),
        ('"%{ if true }x%{ endif }"', UNKNOWN),
    ],
)
def test_an_expression_is_what_is_written_out(text: str, expected: Any) -> None:
    assert evaluate(text, value) == expected


def test_modules_pass_values_and_keys_make_instances(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'locals {\n  size = 3\n}\nmodule "m" {\n  source = "./inner"\n  size   = local.size\n}\n', encoding="utf-8"
    )
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/main.tf").write_text(
        'variable "size" {}\nvariable "name" {\n  default = "d"\n}\n'
        'resource "a_b" "each" {\n  for_each = toset(["x", "y"])\n'
        '  name = "${var.name}-${each.key}"\n  size = var.size\n}\n'
        'resource "a_b" "none" {\n  count = 0\n}\n'
        'resource "a_b" "some" {\n  count = var.size > 2 ? 1 : 0\n  inner {\n    at = a_b.each["x"].id\n  }\n'
        '  dynamic "other" {\n    for_each = []\n    content {}\n  }\n}\n',
        encoding="utf-8",
    )
    plan = static_plan(Sources(tmp_path))
    assert {r.address: r.get("name") for r in plan} == {
        'module.m.a_b.each["x"]': "d-x",
        'module.m.a_b.each["y"]': "d-y",
        "module.m.a_b.some": None,
    }
    assert plan.by_address['module.m.a_b.each["x"]'].get("size") == 3
    some = plan.by_address["module.m.a_b.some"]
    assert some.get("inner.0.at") is UNKNOWN
    assert some.get("other.0.anything") is UNKNOWN
    assert [r.address for r in plan.links(some, "inner.0.at", "a_b").resources] == ['module.m.a_b.each["x"]']


def test_a_module_that_is_not_there_is_undecided(tmp_path: Path) -> None:
    text = 'module "a" {\n  source = "hashicorp/consul/aws"\n}\nmodule "b" {\n  source = "./b"\n}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/main.tf").write_text('\nmodule "c" {\n  source = "git::https://x/y"\n}\n', encoding="utf-8")
    report = scanned(tmp_path)
    assert [(f.rule, f.address, f.where and f.where.line) for f in report.undecided] == [
        ("SOURCE-001", "module.a", 1),
        ("SOURCE-001", "module.b.module.c", 2),
    ]


def test_json_of_terraform_beside_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    assert scanned(tmp_path).passed
    (tmp_path / "open.tf.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SlipwayError, match=r"open\.tf\.json: is Terraform's JSON"):
        scanned(tmp_path)


def scanned(folder: Path) -> ScanReport:
    planning = Planning(folder, lambda _: SilentReporter())
    return Scan((), planning, date(2026, 6, 1), checkov=False).run(read_targets((str(folder),), folder))


def test_a_local_that_is_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'locals {\n  a = local.a\n}\nresource "a_b" "c" {\n  x = local.a\n}\n', encoding="utf-8"
    )
    (found,) = static_plan(Sources(tmp_path))
    assert found.get("x") is UNKNOWN
