"""Delivery: who assumes the deploy roles, and that they may do nothing but deploy what is named."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from generator.modules.delivery import Delivery
from tests.plan.planning import ACCOUNT, REGION, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Delivery.example
TEST = EXAMPLE["roles"]["test"]
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/example/backend"
PUSH_ONLY = {"repositories": ["example/web"], "branches": ["main"], "image_repository_arns": [REPOSITORY]}
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
ONE_MORE = {**EXAMPLE, "roles": {**EXAMPLE["roles"], "prod": PUSH_ONLY}}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "one_more": ONE_MORE,
    "provider_only": {"name": "example", "roles": {}},
    "tagged": {**EXAMPLE, "tags": {"Team": "platform"}},
    "every_option": {
        "name": "example-with-a-name-as-long-as-allowed-1",
        "provider_arn": PROVIDER,
        "roles": {
            "environment-with-a-long-name": {
                **TEST,
                "repositories": ["example/web", "example@1234/api.v2@5678"],
                "branches": ["main", "release/1.x"],
                "environments": ["prod"],
                "privileged_tasks": True,
            },
            "push": PUSH_ONLY,
            "point": {
                "repositories": ["example_corp/web"],
                "environments": ["prod"],
                "image_parameter_arns": [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/example/image"],
            },
        },
        "tags": {"Team": "platform"},
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("delivery", CASES, existing={"every_option": ["aws_iam_role.this"]})


def condition(plan: Plan, role: str) -> Any:
    (statement,) = plan.statements(f'aws_iam_role.this["{role}"]', "assume_role_policy").values()
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRoleWithWebIdentity")
    assert statement["Condition"].keys() == {"StringEquals"}
    return statement["Condition"]["StringEquals"]


def permissions(plan: Plan, role: str) -> dict[str, dict[str, Any]]:
    return plan.statements(f'aws_iam_role_policy.this["{role}"]')


def test_the_account_gets_the_provider_and_each_role_its_policy(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_iam_openid_connect_provider=1, aws_iam_role=1, aws_iam_role_policy=1)
    provider = plan["aws_iam_openid_connect_provider.github[0]"]
    assert provider["url"] == "https://token.actions.githubusercontent.com"
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    assert plans["tagged"]["aws_iam_openid_connect_provider.github[0]"]["tags"] == {"Team": "platform"}
    role = plan['aws_iam_role.this["test"]']
    assert (role["name"], role["description"]) == ("example-test-deploy", "Assumed by GitHub's workflows to deploy")
    assert plan.output_names == {"provider_arn", "role_arns"}


def test_an_account_may_have_the_provider_alone(plans: dict[str, Plan]) -> None:
    assert plans["provider_only"].counts == Counter(aws_iam_openid_connect_provider=1)
    assert plans["provider_only"].outputs["role_arns"] == {}


def test_a_provider_that_the_account_has_is_used(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan.counts == Counter(aws_iam_role=3, aws_iam_role_policy=3)
    assert plan.outputs["provider_arn"] == PROVIDER
    (statement,) = plan.statements('aws_iam_role.this["push"]', "assume_role_policy").values()
    assert statement["Principal"] == {"Federated": PROVIDER}


def test_only_jobs_of_a_named_branch_or_environment_assume_a_role(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert condition(plan, "push") == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": ["repo:example/web:ref:refs/heads/main"],
    }
    assert condition(plan, "point")["token.actions.githubusercontent.com:sub"] == [
        "repo:example_corp/web:environment:prod"
    ]
    assert sorted(condition(plan, "environment-with-a-long-name")["token.actions.githubusercontent.com:sub"]) == [
        "repo:example/web:environment:prod",
        "repo:example/web:ref:refs/heads/main",
        "repo:example/web:ref:refs/heads/release/1.x",
        "repo:example@1234/api.v2@5678:environment:prod",
        "repo:example@1234/api.v2@5678:ref:refs/heads/main",
        "repo:example@1234/api.v2@5678:ref:refs/heads/release/1.x",
    ]


def test_a_role_deploys_what_is_named_and_nothing_else(plans: dict[str, Plan]) -> None:
    found = permissions(plans["example"], "test")
    family = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/example-test-backend:*"
    function = TEST["function_arns"][0]
    assert {statement["Effect"] for statement in found.values()} == {"Allow"}
    assert {sid: statement["Resource"] for sid, statement in found.items()} == {
        "LogInToRegistry": ["*"],
        "PushImages": TEST["image_repository_arns"],
        "NameReleasedImages": TEST["image_parameter_arns"],
        "RegisterTaskDefinitions": [family],
        "TagTaskDefinitions": [family],
        "ReadTaskDefinitions": ["*"],
        "PassTaskRoles": TEST["task_role_arns"],
        "UpdateServices": TEST["service_arns"],
        "UpdateFunctions": [function, f"{function}:*"],
    }


def test_a_role_has_the_actions_of_a_deployment_and_no_others(plans: dict[str, Plan]) -> None:
    found = permissions(plans["example"], "test")
    assert {sid: statement["Action"] for sid, statement in found.items()} == {
        "LogInToRegistry": ["ecr:GetAuthorizationToken"],
        "PushImages": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:DescribeImages",
            "ecr:GetDownloadUrlForLayer",
            "ecr:InitiateLayerUpload",
            "ecr:ListImages",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        ],
        "NameReleasedImages": ["ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"],
        "RegisterTaskDefinitions": ["ecs:RegisterTaskDefinition"],
        "TagTaskDefinitions": ["ecs:TagResource"],
        "ReadTaskDefinitions": ["ecs:DescribeTaskDefinition"],
        "PassTaskRoles": ["iam:PassRole"],
        "UpdateServices": ["ecs:DescribeServices", "ecs:UpdateService"],
        "UpdateFunctions": [
            "lambda:GetAlias",
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:ListVersionsByFunction",
            "lambda:PublishVersion",
            "lambda:UpdateAlias",
            "lambda:UpdateFunctionCode",
        ],
    }


def test_roles_are_passed_to_ecs_tasks_alone_and_tasks_are_not_privileged(plans: dict[str, Plan]) -> None:
    found = permissions(plans["example"], "test")
    assert {sid: statement["Condition"] for sid, statement in found.items() if "Condition" in statement} == {
        "RegisterTaskDefinitions": {"BoolIfExists": {"ecs:privileged": ["false"]}},
        "TagTaskDefinitions": {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
        "PassTaskRoles": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    loosened = permissions(plans["every_option"], "environment-with-a-long-name")["RegisterTaskDefinitions"]
    assert loosened["Condition"] == {"BoolIfExists": {"ecs:privileged": ["true", "false"]}}


def test_each_policy_belongs_to_its_role(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    roles = {key: f"example-with-a-name-as-long-as-allowed-1-{key}-deploy" for key in ("push", "point")}
    for key, name in roles.items():
        policy = plan[f'aws_iam_role_policy.this["{key}"]']
        assert (policy["name"], policy["role"]) == ("deploy", name)
        assert plan.outputs["role_arns"][key] == f"arn:aws:iam::{ACCOUNT}:role/{name}"


def test_a_role_without_something_to_deploy_may_not_touch_its_service(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert permissions(plan, "push").keys() == {"LogInToRegistry", "PushImages"}
    assert permissions(plan, "point").keys() == {"NameReleasedImages"}


def test_long_names_fit_and_tags_reach_every_role(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    long, short = (plan[f'aws_iam_role.this["{key}"]'] for key in ("environment-with-a-long-name", "push"))
    assert len(long["name"]) == 64
    assert long["name"].startswith("example-with-a-name-as-long-as-allowed-1-environment-wi-")
    assert short["name"] == "example-with-a-name-as-long-as-allowed-1-push-deploy"
    assert long["tags"] == short["tags"] == {"Team": "platform"}


@pytest.mark.proves("adding a role touches nothing else")
def test_one_more_role_touches_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["one_more"]) == {}
    assert plans["one_more"].counts["aws_iam_role"] == 2


@pytest.mark.slow
def test_one_more_role_beside_an_existing_one_is_all_that_changes(planner: Planner) -> None:
    plan = planner.upgrade("delivery", EXAMPLE, ONE_MORE)
    assert plan.changed() == {
        'aws_iam_role.this["prod"]': ["create"],
        'aws_iam_role_policy.this["prod"]': ["create"],
    }
