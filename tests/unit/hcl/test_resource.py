"""Resources: references to them, and the meta-arguments that they take."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.bindings.meta import RegionData
from generator.bindings.s3 import S3Bucket
from generator.hcl.expression import Expr, each, null, source
from generator.hcl.resource import Attribute
from generator.hcl.stack import Stack
from tests.unit.hcl.stacks import Data, RandomPassword, body, new_stack


@pytest.fixture
def stack() -> Stack:
    return new_stack()


def test_attributes_of_one_object(stack: Stack) -> None:
    bucket, region = S3Bucket(stack, "this"), RegionData(stack, "current")
    assert (bucket.arn.code, region.id.code) == ("aws_s3_bucket.this.arn", "data.aws_region.current.id")
    assert RandomPassword(stack, "db", password_length=20).random_password.code == (
        "ephemeral.aws_secretsmanager_random_password.db.random_password"
    )
    assert source({"bucket": bucket}) == "{ bucket = aws_s3_bucket.this }"


def test_an_attribute_of_the_class_is_its_descriptor() -> None:
    assert isinstance(S3Bucket.arn, Attribute)


def test_references_to_instances_of_count(stack: Stack) -> None:
    data = Data(stack, "some", count=2)
    assert data[0].id.code == "terraform_data.some[0].id"
    assert data[Expr("count.index")].id.code == "terraform_data.some[count.index].id"
    assert data.splat.id.code == "terraform_data.some[*].id"
    assert data.one().id.code == "one(terraform_data.some[*]).id"
    assert data.attribute_of_one("id").code == "one(terraform_data.some[*].id)"


def test_references_to_instances_of_for_each(stack: Stack) -> None:
    data = Data(stack, "each", for_each={"a": 1, "b": 2})
    assert data["a"].id.code == 'terraform_data.each["a"].id'
    assert data[each.key].id.code == "terraform_data.each[each.key].id"
    assert data.splat.id.code == "values(terraform_data.each)[*].id"


MISUSES: dict[str, tuple[Callable[[Stack], object], str]] = {
    "attribute of a counted one": (lambda s: Data(s, "a", count=2).id, "has count, so it is a collection"),
    "attribute of a repeated one": (lambda s: Data(s, "a", for_each={}).id, "has for_each, so it is a collection"),
    "index of a single one": (lambda s: Data(s, "a")[0], "neither count nor for_each"),
    "one of for_each": (lambda s: Data(s, "a", for_each={}).one(), "has no count"),
    "one of a single one": (lambda s: Data(s, "a").one(), "has no count"),
    "slice": (lambda s: Data(s, "a", count=2)[0:1], "cannot be sliced"),
    "negative index": (lambda s: Data(s, "a", count=2)[-1], "not an index"),
    "iteration": (lambda s: list(Data(s, "a", count=2)), "cannot be iterated"),
    "search": (lambda s: "x" in Data(s, "a", for_each={}), "cannot be searched"),
    "text": (lambda s: f"{Data(s, 'a')}-x", "is an object, not text"),
    "length": (lambda s: len(Data(s, "a", count=2)), "has no len"),  # type: ignore[arg-type]
    "null in a map": (lambda s: Data(s, "a", content=[None]), "use null"),
}


@pytest.mark.parametrize(("use", "complaint"), MISUSES.values(), ids=MISUSES.keys())
def test_misuse_raises(stack: Stack, use: Callable[[Stack], object], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        use(stack)


def test_count_that_is_none_is_no_count(stack: Stack) -> None:
    assert Data(stack, "a", for_each=None).id.code == "terraform_data.a.id"  # the caller may decide


def test_meta_arguments_come_first_and_last(stack: Stack) -> None:
    first = Data(stack, "first")
    Data(stack, "second", content={"a": 1}, for_each={"k": "v"}, depends_on=[first], provider=Expr("terraform.other"))
    assert body(stack).split("\n\n", 1)[1] == (
        'resource "terraform_data" "second" {\n'
        "  for_each = {\n"
        '    k = "v"\n'
        "  }\n"
        "  provider = terraform.other\n"
        "\n"
        "  input = {\n"
        "    a = 1\n"
        "  }\n"
        "\n"
        "  depends_on = [terraform_data.first]\n"
        "}\n"
    )


def test_every_form_of_lifecycle(stack: Stack) -> None:
    first = Data(stack, "first", count=1)
    Data(
        stack,
        "second",
        lifecycle={
            "create_before_destroy": True,
            "prevent_destroy": False,
            "ignore_changes": ["input", 'tags["a"]'],
            "replace_triggered_by": [first[0].id, first],
            "precondition": [{"condition": Expr("var.a") > 1, "error_message": f"a is {Expr('var.a')}."}],
            "postcondition": [{"condition": Expr("self.id") != null, "error_message": "No id."}],
        },
    )
    assert body(stack).split("\n\n", 1)[1] == (
        'resource "terraform_data" "second" {\n'
        "  lifecycle {\n"
        "    create_before_destroy = true\n"
        "    prevent_destroy       = false\n"
        '    ignore_changes        = [input, tags["a"]]\n'
        "    replace_triggered_by  = [terraform_data.first[0].id, terraform_data.first]\n"
        "\n"
        "    precondition {\n"
        "      condition     = var.a > 1\n"
        '      error_message = "a is ${var.a}."\n'
        "    }\n"
        "\n"
        "    postcondition {\n"
        "      condition     = self.id != null\n"
        '      error_message = "No id."\n'
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_all_changes_ignored(stack: Stack) -> None:
    Data(stack, "a", lifecycle={"ignore_changes": ["all"]})
    assert "    ignore_changes = all\n" in body(stack)


def test_why_stands_above_the_block_and_skips_inside(stack: Stack) -> None:
    S3Bucket(
        stack,
        "this",
        bucket="b",
        why="One reason.\n\nAnother " + "reason " * 20,
        skip={"CKV_AWS_18": "logs of logs never end", "CKV_AWS_21": "no versions"},
    )
    lines = body(stack).splitlines()
    assert lines[:2] == ["# One reason.", "#"]
    assert all(line.startswith("# ") and len(line) <= 98 for line in lines[2:4])
    assert lines[4:8] == [
        'resource "aws_s3_bucket" "this" {',
        "  #checkov:skip=CKV_AWS_18:logs of logs never end",
        "  #checkov:skip=CKV_AWS_21:no versions",
        '  bucket = "b"',
    ]
