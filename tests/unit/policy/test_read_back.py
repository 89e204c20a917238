"""What other resources set is judged where it is set."""

from __future__ import annotations

from generator.policy.read_back import without_read_back
from tests.unit.policy.plans import plan, resource

OPEN = [{"from_port": 80, "to_port": 80, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}]
GROUP = {"id": "sg-1", "ingress": OPEN, "egress": []}


def test_the_rules_of_a_group_are_judged_as_resources_of_their_own() -> None:
    rule = resource("aws_vpc_security_group_ingress_rule.this", {"security_group_id": "sg-1"})
    found = without_read_back(plan(resource("aws_security_group.this", GROUP), rule))
    assert found["resource_changes"][0]["change"]["after"] == {"id": "sg-1"}


def test_rules_inside_of_a_group_stay() -> None:
    found = without_read_back(plan(resource("aws_security_group.this", GROUP)))
    assert found["resource_changes"][0]["change"]["after"] == GROUP


def test_an_empty_list_of_a_bucket_is_nothing() -> None:
    bucket = {"bucket": "a", "logging": [], "lifecycle_rule": [{"id": "x"}]}
    found = without_read_back(plan(resource("aws_s3_bucket.this", bucket)))
    assert found["resource_changes"][0]["change"]["after"] == {"bucket": "a", "lifecycle_rule": [{"id": "x"}]}


def test_the_plan_itself_is_left_alone() -> None:
    given = plan(resource("aws_s3_bucket.this", {"logging": []}))
    without_read_back(given)
    assert given.document["resource_changes"][0]["change"]["after"] == {"logging": []}


def test_what_is_unknown_in_every_part_has_no_values() -> None:
    given = plan(resource("aws_s3_bucket.this", {}))
    document = dict(given.document)
    document["planned_values"] = {"root_module": {"resources": [{"address": "a_b.c", "type": "a_b"}]}}
    given.document = document
    assert without_read_back(given)["planned_values"] == document["planned_values"]
