"""What other resources set is judged where it is set."""

from __future__ import annotations

from typing import Any

from generator.policy.read_back import without_read_back
from tests.unit.policy.plans import plan, resource

OPEN = [{"from_port": 80, "to_port": 80, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}]
GROUP = {"id": "sg-1", "ingress": OPEN, "egress": []}


WEB = {"ip_protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_ipv4": "0.0.0.0/0"}


def ingress(**after: Any) -> dict[str, Any]:
    return resource("aws_vpc_security_group_ingress_rule.this", {"security_group_id": "sg-1", **after})


def test_the_rules_of_a_group_are_judged_as_resources_of_their_own() -> None:
    found = without_read_back(plan(resource("aws_security_group.this", GROUP), ingress(**WEB)))
    assert found["resource_changes"][0]["change"]["after"] == {"id": "sg-1", "egress": []}


def test_a_rule_that_stands_in_the_group_alone_stays_beside_others() -> None:
    login = {**OPEN[0], "from_port": 22, "to_port": 22}
    group = resource("aws_security_group.this", {**GROUP, "ingress": [*OPEN, login]})
    found = without_read_back(plan(group, ingress(**WEB)))
    assert found["resource_changes"][0]["change"]["after"]["ingress"] == [login]
    # The same ports for others are another rule.
    found = without_read_back(plan(group, ingress(**{**WEB, "cidr_ipv4": "10.0.0.0/8"})))
    assert found["resource_changes"][0]["change"]["after"]["ingress"] == [*OPEN, login]


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
