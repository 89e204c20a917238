"""The judge: it sees one call of many as a plan of its own, and skips what it was given no plan for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.plan_tests.cases import Case, Expected
from generator.plan_tests.summary import PlanSummary
from tests.mutation.judge import Answers, as_made, as_root, failing_case, failing_test, plans_of

BUCKET = "module.one.aws_s3_bucket.this"
NESTED = "module.one.module.logs.aws_s3_bucket.this"
OTHER = "module.other.aws_s3_bucket.this"


def resource(address: str) -> dict[str, Any]:
    return {"address": address, "mode": "managed", "type": "aws_s3_bucket", "values": {"bucket": address}}


def plan(after_unknown: object = False) -> dict[str, Any]:
    """A plan of two calls, the first of which calls another module."""
    change = {"actions": ["create"], "after": {"bucket": "b"}, "after_unknown": {}}
    return {
        "planned_values": {
            "root_module": {
                "child_modules": [
                    {
                        "address": "module.one",
                        "resources": [resource(BUCKET)],
                        "child_modules": [{"address": "module.one.module.logs", "resources": [resource(NESTED)]}],
                    },
                    {"address": "module.other", "resources": [resource(OTHER)]},
                ]
            }
        },
        "resource_changes": [{"address": a, "mode": "managed", "change": change} for a in (BUCKET, NESTED, OTHER)],
        "output_changes": {
            "one": {"after": {"name": "b", "ids": ["a"]}, "after_unknown": after_unknown},
            "other": {"after": {}, "after_unknown": True},
        },
    }


def case(**expected: Any) -> Case:
    return Case(Path("tests/plan/bucket/default.yaml"), Path("modules/bucket"), {}, Expected(**expected))


def test_one_call_looks_like_a_root_module() -> None:
    summary = PlanSummary.of(as_root(plan(), "one"))
    assert dict(summary.counts) == {"aws_s3_bucket": 2}
    assert set(summary.values) == {"aws_s3_bucket.this", "module.logs.aws_s3_bucket.this"}
    assert summary.outputs == {"name": "b", "ids": ["a"]}


@pytest.mark.parametrize(
    ("unknown", "known"),
    [
        (False, {"name", "ids"}),
        (True, set()),
        ({"ids": True}, {"name"}),
        ({"ids": [False, True]}, {"name"}),
        ({"ids": [False]}, {"name", "ids"}),
    ],
)
def test_an_output_has_a_value_when_all_of_it_is_known(unknown: object, known: set[str]) -> None:
    assert set(PlanSummary.of(as_root(plan(unknown), "one")).outputs) == known


def test_a_call_that_makes_nothing_is_a_plan_of_nothing() -> None:
    nothing = {
        "planned_values": {},
        "resource_changes": [],
        "output_changes": {"one": {"after": {}, "after_unknown": {}}},
    }
    assert dict(PlanSummary.of(as_root(nothing, "one")).counts) == {}


@pytest.mark.parametrize(
    ("actions", "seen"),
    [(["update"], ["no-op"]), (["create"], ["create"]), (["delete", "create"], ["delete", "create"])],
)
def test_a_change_in_place_is_no_more_than_its_values(actions: list[str], seen: list[str]) -> None:
    change = {"address": "module.one.aws_s3_bucket.this", "change": {"actions": actions, "after": {"bucket": "b"}}}
    (found,) = as_made({"resource_changes": [change]})["resource_changes"]
    assert found == {**change, "change": {"actions": seen, "after": {"bucket": "b"}}}


def test_the_first_case_that_expects_something_else_is_named() -> None:
    right = case(outputs={"name": "b"})
    wrong = case(values={"aws_s3_bucket.this": {"bucket": "c"}})
    assert failing_case(plan(), {"one": right}) == ""
    assert failing_case(plan(), {"one": wrong}).startswith("bucket/default.yaml: values.aws_s3_bucket.this.bucket")


TESTS = """
import pytest

@pytest.fixture(scope="session")
def planner():
    raise RuntimeError("the judge gives its own")

@pytest.fixture(scope="module")
def plans(planner):
    return planner.plan("bucket", {"one": {}, "other": {}})

def test_one(plans):
    assert plans["one"].values

def test_all(plans):
    assert len(plans) == 2

def test_refused(planner):
    assert planner.refused("wrong", {}) == {"bucket": ["said"]}

def test_other(plans):
    assert not plans["other"].values
"""


@pytest.mark.parametrize(
    ("planned", "failing"),
    [(["one"], ""), (["one", "other"], "test_other"), (["other"], "test_other"), ([], "")],
)
def test_tests_fail_by_what_is_planned_and_are_skipped_for_what_is_not(
    tmp_path: Path, planned: list[str], failing: str
) -> None:
    file = tmp_path / f"test_{tmp_path.name}.py"  # pytest imports a name once a process
    file.write_text(TESTS, encoding="utf-8")
    read: set[str] = set()
    answers = Answers(
        start_aws=lambda: pytest.fail("nothing is started"),
        on_plan=lambda _, cases, __, ___: plans_of(plan(), list(cases), planned, read),
        on_upgrade=lambda *_: pytest.fail("nothing is upgraded"),
        on_refused=lambda *_: {"bucket": ["said"]},
        on_single=lambda *_: pytest.fail("nothing is planned"),
        read=read,
    )
    failed = failing_test([file], tmp_path, answers)
    assert failed.partition(": ")[0].endswith(f"::{failing}" if failing else "")
    assert bool(failed) == bool(failing)
    assert read == ({"other"} if failing else set())


def test_a_file_that_cannot_be_collected_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "test_bucket.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    fail = lambda *_: pytest.fail("nothing is asked")  # noqa: E731
    with pytest.raises(RuntimeError, match="pytest ended with"):
        failing_test([tmp_path / "test_bucket.py"], tmp_path, Answers(fail, fail, fail, fail, fail))
