"""The repositories: immutable, scanned, and cleaned up without losing what runs."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from generator.modules.container_registry import ContainerRegistry
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = ContainerRegistry.example
ONE_MORE = {**EXAMPLE, "repositories": {**EXAMPLE["repositories"], "example/api": {}}}
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
ROLES = [f"arn:aws:iam::{ACCOUNT}:role/build", "arn:aws:iam::210987654321:role/other/runner"]
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "one_more": ONE_MORE,
    "every_option": {
        "repositories": {"a0.b_c-d/e": {}},
        "environments": ["test", "test2", "prod-eu"],
        "keep_images": 1000,
        "replication_regions": ["eu-west-1", "us-east-1"],
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
    "each_its_own": {
        "repositories": {
            "example/backend": {"keep_images": 5, "pull_role_arns": ROLES},
            "example/runner": {"kms_key_arn": KEY, "lambda_pull": True},
            "example/both": {"pull_role_arns": ROLES[:1], "lambda_pull": True},
            "example/plain": {},
        },
        "environments": ["test"],
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
    # More than ECR keeps in a repository.
    assert [r["selection"]["countNumber"] for r in found] == [1_000_000, 30, 30, 1]
    assert {r["selection"]["countType"] for r in found[:-1]} == {"imageCountMoreThan"}
    assert found[-1]["selection"]["tagStatus"] == "untagged"
    assert {r["action"]["type"] for r in found} == {"expire"}


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    repository = plan['aws_ecr_repository.this["a0.b_c-d/e"]']
    assert (repository["force_delete"], repository["tags"]) == (True, {"Team": "platform"})
    by_environment = rules(plan, "a0.b_c-d/e")[1:-1]
    assert [r["selection"]["tagPrefixList"] for r in by_environment] == [["test-"], ["test2-"], ["prod-eu-"]]
    assert {r["selection"]["countNumber"] for r in by_environment} == {1000}


@pytest.mark.proves("adding a repository touches nothing else")
def test_one_more_repository_touches_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["one_more"]) == {}
    assert plans["one_more"].counts["aws_ecr_repository"] == 3


@pytest.mark.slow
@pytest.mark.proves("adding a repository touches nothing else")
def test_one_more_repository_beside_existing_ones_is_all_that_changes(planner: Planner) -> None:
    plan = planner.upgrade("container_registry", EXAMPLE, ONE_MORE)
    assert plan.changed() == {
        'aws_ecr_repository.this["example/api"]': ["create"],
        'aws_ecr_lifecycle_policy.this["example/api"]': ["create"],
    }


def test_each_repository_has_its_own_key_and_count(plans: dict[str, Plan]) -> None:
    plan = plans["each_its_own"]
    encryption = {
        name: plan[f'aws_ecr_repository.this["example/{name}"]']["encryption_configuration"][0]
        for name in ("backend", "runner", "both", "plain")
    }
    assert {name: e["encryption_type"] for name, e in encryption.items()} == {
        "backend": "AES256",
        "runner": "KMS",
        "both": "AES256",
        "plain": "AES256",
    }
    assert encryption["runner"]["kms_key"] == KEY
    counts = {name: rules(plan, f"example/{name}")[1]["selection"]["countNumber"] for name in ("backend", "plain")}
    assert counts == {"backend": 5, "plain": 30}


def test_named_roles_and_lambda_functions_of_this_account_pull(plans: dict[str, Plan]) -> None:
    plan = plans["each_its_own"]
    assert plan.counts["aws_ecr_repository_policy"] == 3
    statements = {
        name: plan.statements(f'aws_ecr_repository_policy.this["example/{name}"]')
        for name in ("backend", "runner", "both")
    }
    assert {name: set(found) for name, found in statements.items()} == {
        "backend": {"PulledByRoles"},
        "runner": {"PulledByLambda"},
        "both": {"PulledByRoles", "PulledByLambda"},
    }
    assert statements["backend"]["PulledByRoles"] == {
        "Sid": "PulledByRoles",
        "Effect": "Allow",
        "Principal": {"AWS": ROLES},
        "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }
    assert statements["runner"]["PulledByLambda"] == {
        "Sid": "PulledByLambda",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:*"}},
    }


def test_images_are_copied_to_other_regions_where_that_is_asked_for(plans: dict[str, Plan]) -> None:
    assert plans["example"].counts["aws_ecr_replication_configuration"] == 0
    (configuration,) = plans["every_option"]["aws_ecr_replication_configuration.this[0]"]["replication_configuration"]
    assert configuration["rule"] == [
        {
            "destination": [
                {"region": "eu-west-1", "registry_id": ACCOUNT},
                {"region": "us-east-1", "registry_id": ACCOUNT},
            ],
            "repository_filter": [{"filter": "a0.b_c-d/e", "filter_type": "PREFIX_MATCH"}],
        }
    ]
