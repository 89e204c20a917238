"""What a plan makes, and what another plan changes of it."""

from __future__ import annotations

import pytest

from generator.plan_tests import MISSING, PlanChange, PlanSummary
from tests.unit.plan_tests.plans import plan_of

PLAN = plan_of(
    {"aws_vpc.this": {"cidr_block": "10.0.0.0/16", "ipam": None}, "data.aws_region.this": {"id": "us-west-2"}},
    called={'module.logs.aws_s3_bucket.this["a"]': {"bucket": "a"}, 'module.logs.aws_s3_bucket.this["b"]': {}},
    outputs={"cidr": {"value": "10.0.0.0/16"}, "id": {"sensitive": False}},
)


def test_resources_of_called_modules_count_and_data_sources_do_not() -> None:
    summary = PlanSummary.of(PLAN)
    assert summary.counts == {"aws_s3_bucket": 2, "aws_vpc": 1}
    assert set(summary.values) == {
        "aws_vpc.this",
        'module.logs.aws_s3_bucket.this["a"]',
        'module.logs.aws_s3_bucket.this["b"]',
    }


def test_an_output_that_only_the_apply_tells_is_absent() -> None:
    assert PlanSummary.of(PLAN).outputs == {"cidr": "10.0.0.0/16"}


def test_what_is_expected_of_a_part_is_checked_as_a_part() -> None:
    PlanSummary.of(PLAN).check(
        counts={"aws_vpc": 1, "aws_nat_gateway": 0},
        values={"aws_vpc.this": {"cidr_block": "10.0.0.0/16", "ipam": MISSING}},
        outputs={"cidr": "10.0.0.0/16", "id": MISSING},
    )


def test_all_that_differs_is_in_one_message() -> None:
    with pytest.raises(AssertionError) as caught:
        PlanSummary.of(PLAN).check(
            counts={"aws_vpc": 2, "aws_nat_gateway": 1}, values={"aws_eip.this": {}}, outputs={"cidr": "10.1.0.0/16"}
        )
    assert str(caught.value).splitlines() == [
        "the plan is not what was expected:",
        "  counts.aws_vpc: expected 2, found 1",
        "  counts.aws_nat_gateway: expected 1, found 0",
        "  values.aws_eip.this: expected {}, found MISSING",
        "  outputs.cidr: expected '10.1.0.0/16', found '10.0.0.0/16'",
    ]


def test_an_empty_plan_makes_nothing() -> None:
    assert PlanSummary.of({"planned_values": {}}).counts == {}


BEFORE = plan_of({"aws_subnet.a": {"cidr": "10.0.1.0/24", "zone": "a"}, "aws_subnet.b": {"cidr": "10.0.2.0/24"}})


def test_a_change_is_what_comes_goes_and_gets_other_values() -> None:
    after = plan_of({"aws_subnet.a": {"cidr": "10.0.9.0/24", "zone": "a"}, "aws_subnet.c": {}})
    change = PlanChange.between(BEFORE, after)
    assert change.added == {"aws_subnet.c"}
    assert change.removed == {"aws_subnet.b"}
    assert change.changed == {"aws_subnet.a": ["cidr"]}
    with pytest.raises(AssertionError) as caught:
        change.check_only_adds()
    assert str(caught.value).splitlines()[1:] == ["  aws_subnet.b: gone", "  aws_subnet.a: other cidr"]


def test_a_value_that_becomes_unknown_is_a_change() -> None:
    after = plan_of({"aws_subnet.a": {"zone": "a"}, "aws_subnet.b": {"cidr": "10.0.2.0/24"}})
    assert PlanChange.between(BEFORE, after).changed == {"aws_subnet.a": ["cidr"]}


def test_one_more_resource_touches_none() -> None:
    resources = BEFORE["planned_values"]["root_module"]["resources"]
    after = plan_of({r["address"]: r["values"] for r in resources} | {"aws_subnet.c": {}})
    change = PlanChange.between(BEFORE, after)
    assert change.added == {"aws_subnet.c"}
    change.check_only_adds()
