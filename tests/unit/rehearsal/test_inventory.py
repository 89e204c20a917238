"""What is left over."""

from __future__ import annotations

from generator.rehearsal.inventory import left_over


def test_what_was_there_before_is_not_left_over() -> None:
    before = frozenset({"VPC vpc-default", "role AWSServiceRole"})
    assert left_over(before, before | {"bucket b", "address a"}) == ["address a", "bucket b"]
    assert left_over(before, frozenset({"VPC vpc-default"})) == []
