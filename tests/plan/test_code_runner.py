"""The code runner: no way in, no way out, a role of no use to a program, and absent until there is an image."""

from __future__ import annotations

from collections import Counter

import pytest

from generator.modules.code_runner import NETWORK_INTERFACE_ACTIONS, CodeRunner
from tests.plan.planning import ACCOUNT, Inputs, Plan, Planner

EXAMPLE: Inputs = CodeRunner.example
IMAGE = f"{ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/example/runner@sha256:{'a' * 64}"
RELEASED: Inputs = {
    **EXAMPLE,
    "name": "example-runner-released",
    "image_parameter": "/example/released/images/runner",
}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "released": RELEASED,
    "every_option": {
        **EXAMPLE,
        "name": "a" * 64,
        "image_parameter": "/every-option",
        "architecture": "ARM64",
        "memory": 10240,
        "timeout": 900,
        "ephemeral_storage": 10240,
        "reserved_concurrency": 1,
        "log_retention_days": 14,
        "tags": {"Team": "platform"},
    },
}
FUNCTION = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:example-runner-released"
LOG = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/aws/lambda/example-runner-released"


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    existing = ["aws_ssm_parameter.released_image", "aws_cloudwatch_log_group.this"]
    return planner.plan(
        "code_runner",
        CASES,
        existing={"released": existing, "every_option": existing},
        images={"/example/released/images/runner": IMAGE, "/every-option": IMAGE},
    )


def test_until_the_first_release_there_is_everything_but_the_function(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(
        aws_ssm_parameter=1,
        aws_security_group=1,
        aws_cloudwatch_log_group=1,
        aws_iam_role=1,
        aws_iam_role_policy=1,
    )
    pointer = plan["aws_ssm_parameter.released_image"]
    assert (pointer["name"], pointer["type"]) == ("/example/test/images/runner", "String")
    assert pointer["insecure_value"] == "none"
    assert plan.outputs["released"] is False
    assert plan.outputs["qualified_name"] == "example-runner-test:live"
    assert plan.outputs["alias_arn"] == f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:example-runner-test:live"
    assert plan.output_names == {
        *("function_name", "qualified_name", "alias_arn", "released"),
        *("image_parameter", "security_group_id", "role_arn"),
    }


def test_a_release_adds_the_function_and_its_alias_and_leaves_the_pointer_alone(plans: dict[str, Plan]) -> None:
    plan = plans["released"]
    assert plan.counts - plans["example"].counts == Counter(aws_lambda_function=1, aws_lambda_alias=1)
    assert plan.actions["aws_ssm_parameter.released_image"] == ["no-op"]
    assert plan["aws_lambda_function.this[0]"]["image_uri"] == IMAGE
    assert plan["aws_lambda_alias.live[0]"]["name"] == "live"
    assert plan.outputs["released"] is True


def test_the_function_is_bounded_and_versioned(plans: dict[str, Plan]) -> None:
    function = plans["released"]["aws_lambda_function.this[0]"]
    assert (function["package_type"], function["publish"]) == ("Image", True)
    assert (function["memory_size"], function["timeout"]) == (3008, 180)
    assert function["reserved_concurrent_executions"] == 10
    assert function["architectures"] == ["x86_64"]
    assert function["ephemeral_storage"] == [{"size": 512}]
    (network,) = function["vpc_config"]
    assert network["subnet_ids"] == EXAMPLE["subnet_ids"]


def test_no_rule_of_any_security_group_exists(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert not any("_rule." in address for address in plan.values)
        # Rules written inside the group would be known; without them AWS's default way out is taken away.
        assert plan["aws_security_group.this"].get("egress", []) == []
        assert plan["aws_security_group.this"].get("ingress", []) == []


def test_the_role_writes_its_log_and_attaches_to_the_network_and_nothing_else(plans: dict[str, Plan]) -> None:
    statements = plans["released"].statements("aws_iam_role_policy.this")
    assert set(statements) == {"WriteOwnLog", "AttachToVpc", "NothingForPrograms"}
    assert statements["WriteOwnLog"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statements["WriteOwnLog"]["Resource"] == f"{LOG}:*"
    assert set(statements["AttachToVpc"]["Action"]) == {
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    }


def test_a_program_with_the_roles_credentials_is_denied_all_that_lambda_may(plans: dict[str, Plan]) -> None:
    denied = plans["released"].statements("aws_iam_role_policy.this")["NothingForPrograms"]
    assert (denied["Effect"], denied["Resource"]) == ("Deny", "*")
    assert sorted(denied["Action"]) == sorted(NETWORK_INTERFACE_ACTIONS)
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}


def test_only_lambda_in_this_account_takes_the_role(plans: dict[str, Plan]) -> None:
    (trust,) = plans["example"].statements("aws_iam_role.this", "assume_role_policy").values()
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    function = plan["aws_lambda_function.this[0]"]
    assert (function["memory_size"], function["timeout"]) == (10240, 900)
    assert function["reserved_concurrent_executions"] == 1
    assert function["architectures"] == ["arm64"]
    assert function["ephemeral_storage"] == [{"size": 10240}]
    assert function["tags"] == {"Team": "platform"}
    assert plan["aws_cloudwatch_log_group.this"]["retention_in_days"] == 14


def test_names_of_roles_fit_however_long_the_functions(plans: dict[str, Plan]) -> None:
    assert plans["example"]["aws_iam_role.this"]["name"] == "example-runner-test-runner"
    name = plans["every_option"]["aws_iam_role.this"]["name"]
    assert len(name) == 64
    assert name.startswith("a" * 48 + "-")
    assert name.endswith("-runner")


def test_the_log_is_kept_a_month_by_default(plans: dict[str, Plan]) -> None:
    log = plans["released"]["aws_cloudwatch_log_group.this"]
    assert (log["name"], log["retention_in_days"]) == ("/aws/lambda/example-runner-released", 30)
