"""The repositories: immutable, scanned, and cleaned up without losing what runs."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from generator.modules.container_registry import ContainerRegistry
from tests.plan.planning import Inputs, Plan, Planner, kept

EXAMPLE: Inputs = ContainerRegistry.example
ONE_MORE = {**EXAMPLE, "repositories": [*EXAMPLE["repositories"], "example/api"]}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "one_more": ONE_MORE,
    "every_option": {
        "repositories": ["a0.b_c-d/e"],
        "environments": ["test", "test2", "prod-eu"],
        "keep_images": 1000,
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("container_registry", CASES)


def rules(plan: Plan, repository: str) -> list[dict[str, Any]]:
    found = json.loads(plan[f'aws_ecr_lifecycle_policy.this["{repository}"]']["policy"])["rules"]
    assert isinstance(found, list)
    return found


def test_tags_are_immutable_and_images_scanned(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_ecr_repository=2, aws_ecr_lifecycle_policy=2)
    for name in ("example/backend", "example/runner"):
        repository = plan[f'aws_ecr_repository.this["{name}"]']
        assert (repository["name"], repository["image_tag_mutability"]) == (name, "IMMUTABLE")
        assert repository["image_scanning_configuration"] == [{"scan_on_push": True}]
        assert [e["encryption_type"] for e in repository["encryption_configuration"]] == ["AES256"]
        assert repository["force_delete"] is False
    assert plan.output_names == {"repository_urls", "repository_arns"}


def test_released_images_stay_and_each_environment_keeps_its_own(plans: dict[str, Plan]) -> None:
    found = rules(plans["example"], "example/backend")
    assert [(r["rulePriority"], r["selection"].get("tagPrefixList")) for r in found] == [
        (1, ["released-"]),
        (2, ["test-"]),
        (3, ["prod-"]),
        (1000, None),
    ]
    assert [r["selection"]["countNumber"] for r in found] == [1000, 30, 30, 1]
    assert found[-1]["selection"]["tagStatus"] == "untagged"
    assert {r["action"]["type"] for r in found} == {"expire"}


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    repository = plan['aws_ecr_repository.this["a0.b_c-d/e"]']
    assert (repository["force_delete"], repository["tags"]) == (True, {"Team": "platform"})
    by_environment = rules(plan, "a0.b_c-d/e")[1:-1]
    assert [r["selection"]["tagPrefixList"] for r in by_environment] == [["test-"], ["test2-"], ["prod-eu-"]]
    assert {r["selection"]["countNumber"] for r in by_environment} == {1000}


def test_one_more_repository_touches_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["one_more"]) == {}
    assert plans["one_more"].counts["aws_ecr_repository"] == 3


@pytest.mark.slow
def test_one_more_repository_beside_existing_ones_is_all_that_changes(planner: Planner) -> None:
    plan = planner.upgrade("container_registry", EXAMPLE, ONE_MORE)
    assert plan.changed() == {
        'aws_ecr_repository.this["example/api"]': ["create"],
        'aws_ecr_lifecycle_policy.this["example/api"]': ["create"],
    }
