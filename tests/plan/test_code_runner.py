"""The code runner: no way in, no way out, a role of no use to a program, and absent until there is an image."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha1
from pathlib import Path

import pytest

from generator.modules.code_runner import NETWORK_INTERFACE_ACTIONS
from tests.plan.code_runner_cases import BACKEND, CASES, EXAMPLE, EXISTING, IMAGE, IMAGES, TOPIC
from tests.plan.planning import ACCOUNT, Plan, Planner

BEFORE_ENGINES = (
    "aws_cloudwatch_log_group.this",
    "aws_iam_role.this",
    "aws_iam_role_policy.this",
    "aws_security_group.this",
    "aws_ssm_parameter.released_image",
)
FUNCTION = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:example-runner-released"
LOG = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/aws/lambda/example-runner-released"


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("code_runner", CASES, existing=EXISTING, images=IMAGES)


def test_until_the_first_release_there_is_everything_but_the_function(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(
        aws_ssm_parameter=1,
        aws_security_group=1,
        aws_cloudwatch_log_group=1,
        aws_iam_role=1,
        aws_iam_role_policy=1,
    )
    pointer = plan["aws_ssm_parameter.released_image[0]"]
    assert (pointer["name"], pointer["type"]) == ("/example/test/images/runner", "String")
    assert pointer["description"] == "Image that the code runner runs, by digest; written by each release."
    assert pointer["insecure_value"] == "none"
    assert plan.outputs["released"] is False
    assert plan.outputs["qualified_name"] == "example-runner-test:live"
    assert plan.outputs["alias_arn"] == f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:example-runner-test:live"
    assert plan.output_names == {
        *("function_name", "qualified_name", "alias_arn", "released"),
        *("image_parameter", "security_group_id", "role_arn"),
        *("url", "cluster_name", "autoscaling_group_name", "service_arn", "execution_role_arn"),
    }
    assert [plan.outputs[name] for name in ("url", "cluster_name", "service_arn", "execution_role_arn")] == [None] * 4


@pytest.mark.proves("lambda image by released digest", "alias live")
def test_a_release_adds_the_function_and_its_alias_and_leaves_the_pointer_alone(plans: dict[str, Plan]) -> None:
    plan = plans["released"]
    assert plan.counts - plans["example"].counts == Counter(
        aws_lambda_function=1, aws_lambda_alias=1, aws_lambda_function_event_invoke_config=1
    )
    assert plan.actions["aws_ssm_parameter.released_image[0]"] == ["no-op"]
    assert plan["aws_lambda_function.this[0]"]["image_uri"] == IMAGE
    alias = plan["aws_lambda_alias.live[0]"]
    assert (alias["name"], alias["description"]) == ("live", "The released version")
    assert alias["function_name"] == "example-runner-released"
    assert plan.outputs["released"] is True


SERVICES = f"arn:aws:ecs:us-west-2:{ACCOUNT}:service"
NO_FUNCTION = dict.fromkeys(("function_name", "qualified_name", "alias_arn"))
NO_HOST = dict.fromkeys(("cluster_name", "autoscaling_group_name"))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            "released",
            {
                "function_name": "example-runner-released",
                "qualified_name": "example-runner-released:live",
                "alias_arn": f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:example-runner-released:live",
                **NO_HOST,
                "url": None,
                "service_arn": None,
                "execution_role_arn": None,
                "image_parameter": "/example/released/images/runner",
            },
        ),
        (
            "fargate_released",
            {
                **NO_FUNCTION,
                **NO_HOST,
                "url": "http://example-sandbox-released:8080",
                "service_arn": f"{SERVICES}/example-test/example-sandbox-released",
                "image_parameter": "/fargate-released",
            },
        ),
        (
            "ec2_released",
            {
                **NO_FUNCTION,
                "cluster_name": "example-labs-released",
                "autoscaling_group_name": "example-labs-released-host",
                "url": None,
                "service_arn": f"{SERVICES}/example-labs-released/example-labs-released",
                "image_parameter": "/ec2-released",
            },
        ),
    ],
)
def test_outputs_are_those_of_the_engine(plans: dict[str, Plan], call: str, expected: dict[str, object]) -> None:
    plan = plans[call]
    assert plan.outputs == {**expected, "released": True}
    # The ids that AWS will give.
    unknown = {"role_arn", "security_group_id", "execution_role_arn"} - expected.keys()
    assert plan.output_names - plan.outputs.keys() == unknown


@pytest.mark.proves("lambda in isolated subnets", "reserved concurrency", "memory, timeout and ephemeral storage")
def test_the_function_is_bounded_and_versioned(plans: dict[str, Plan]) -> None:
    function = plans["released"]["aws_lambda_function.this[0]"]
    assert (function["package_type"], function["publish"]) == ("Image", True)
    assert (function["memory_size"], function["timeout"]) == (3008, 180)
    # The same without being asked for.
    assert plans["one_invoker"]["aws_lambda_function.this[0]"]["memory_size"] == 3008
    assert function["reserved_concurrent_executions"] == 10
    assert function["architectures"] == ["x86_64"]
    assert function["ephemeral_storage"] == [{"size": 512}]
    (network,) = function["vpc_config"]
    assert network["subnet_ids"] == EXAMPLE["subnet_ids"]
    assert (function["function_name"], function["description"]) == (
        "example-runner-released",
        "Compiles and runs programs nobody trusts",
    )
    # Of what is not made yet, a plan knows that it will be named.
    unknown = plans["released"].unknown["aws_lambda_function.this[0]"]
    assert unknown["role"] is True
    assert unknown["vpc_config"][0]["security_group_ids"] is True
    assert plans["released"].unknown["aws_lambda_alias.live[0]"]["function_version"] is True


@pytest.mark.proves("invoke permission on the alias for named roles only")
def test_named_roles_alone_may_invoke_the_alias(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    found = {address: v for address, v in plan.values.items() if address.startswith("aws_lambda_permission.")}
    assert set(found) == {f'aws_lambda_permission.invoker["{key}"]' for key in ("backend", "grader")}
    permission = found['aws_lambda_permission.invoker["backend"]']
    assert permission["principal"] == BACKEND
    assert (permission["action"], permission["statement_id"]) == ("lambda:InvokeFunction", "Invoke-backend")
    assert (permission["function_name"], permission["qualifier"]) == ("a" * 64, "live")
    assert plans["released"].counts["aws_lambda_permission"] == 0
    assert not any("url" in type_ for plan in plans.values() for type_ in plan.counts)


def test_one_more_invoker_touches_no_other(plans: dict[str, Plan]) -> None:
    invoker = 'aws_lambda_permission.invoker["grader"]'
    assert plans["one_invoker"][invoker] == plans["every_option"][invoker]


def test_a_failed_call_is_not_made_again(plans: dict[str, Plan]) -> None:
    calls = plans["released"]["aws_lambda_function_event_invoke_config.live[0]"]
    assert (calls["maximum_retry_attempts"], calls["maximum_event_age_in_seconds"]) == (0, 60)
    assert (calls["function_name"], calls["qualifier"]) == ("example-runner-released", "live")


@pytest.mark.proves("alarms")
def test_failures_refusals_and_long_calls_reach_the_topic(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    limits = {"errors": ("Errors", "Sum", 1), "throttles": ("Throttles", "Sum", 1)}
    # 80 % of 900 seconds, in milliseconds.
    limits["duration"] = ("Duration", "Maximum", 720_000)
    descriptions = {
        "errors": "fails: a program's own failure is an answer, not an error",
        "throttles": "refuses calls: reserved_concurrency is reached",
        "duration": "runs for 80 % of its timeout of 900 seconds",
    }
    assert plan.counts["aws_cloudwatch_metric_alarm"] == len(limits)
    for name, (metric, statistic, threshold) in limits.items():
        alarm = plan[f"aws_cloudwatch_metric_alarm.{name}[0]"]
        assert alarm["alarm_name"] == f"{'a' * 64}-{name}"
        assert alarm["alarm_description"] == f"Code runner {'a' * 64} {descriptions[name]}"
        assert (alarm["namespace"], alarm["metric_name"]) == ("AWS/Lambda", metric)
        assert alarm["dimensions"] == {"FunctionName": "a" * 64}
        assert (alarm["statistic"], alarm["threshold"]) == (statistic, threshold)
        assert alarm["comparison_operator"] == "GreaterThanOrEqualToThreshold"
        assert (alarm["period"], alarm["evaluation_periods"]) == (300, 1)
        assert alarm["treat_missing_data"] == "notBreaching"
        assert (alarm["alarm_actions"], alarm["ok_actions"]) == ([TOPIC], [TOPIC])
        assert alarm["tags"] == {"Team": "platform"}
    assert plans["released"].counts["aws_cloudwatch_metric_alarm"] == 0
    # 90 %, the default, of the example's 180 seconds.
    assert plans["one_invoker"]["aws_cloudwatch_metric_alarm.duration[0]"]["threshold"] == 162_000


def test_what_the_only_engine_had_is_moved_not_made_anew(project: Path) -> None:
    text = (project / "modules" / "code_runner" / "moved.tf").read_text(encoding="utf-8")
    moves = re.findall(r"from = (\S+)\n  to   = (\S+)\n", text)
    assert sorted(moves) == sorted((address, f"{address}[0]") for address in BEFORE_ENGINES)


@pytest.mark.proves("security group without egress")
def test_no_rule_of_any_security_group_exists(plans: dict[str, Plan]) -> None:
    for plan in (plans[case] for case in ("example", "released", "every_option")):
        assert not any("_rule." in address for address in plan.values)
        # Rules written inside the group would be known; without them AWS's default way out is taken away.
        assert plan["aws_security_group.this[0]"].get("egress", []) == []
        assert plan["aws_security_group.this[0]"].get("ingress", []) == []


@pytest.mark.proves("lambda role without rights beyond its own log")
def test_the_role_writes_its_log_and_attaches_to_the_network_and_nothing_else(plans: dict[str, Plan]) -> None:
    statements = plans["released"].statements("aws_iam_role_policy.this[0]")
    assert set(statements) == {"WriteOwnLog", "AttachToVpc", "NothingForPrograms"}
    allowed = {"WriteOwnLog", "AttachToVpc"}
    assert {sid for sid, statement in statements.items() if statement["Effect"] == "Allow"} == allowed
    assert statements["AttachToVpc"]["Resource"] == "*"
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
    denied = plans["released"].statements("aws_iam_role_policy.this[0]")["NothingForPrograms"]
    assert (denied["Effect"], denied["Resource"]) == ("Deny", "*")
    assert sorted(denied["Action"]) == sorted(NETWORK_INTERFACE_ACTIONS)
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}


def test_only_lambda_in_this_account_takes_the_role(plans: dict[str, Plan]) -> None:
    (trust,) = plans["example"].statements("aws_iam_role.this[0]", "assume_role_policy").values()
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    function = plan["aws_lambda_function.this[0]"]
    assert (function["memory_size"], function["timeout"]) == (10240, 900)
    assert function["reserved_concurrent_executions"] == 1
    assert function["architectures"] == ["arm64"]
    assert function["ephemeral_storage"] == [{"size": 10240}]
    assert function["environment"] == [{"variables": {"RUNNER_LANGUAGES": "c,cpp"}}]
    assert function["tags"] == {"Team": "platform"}
    log = plan["aws_cloudwatch_log_group.this[0]"]
    assert (log["name"], log["retention_in_days"]) == ("/example/runner", 14)
    (logging,) = function["logging_config"]
    assert (logging["log_group"], logging["log_format"]) == ("/example/runner", "Text")
    for tagged in ("aws_ssm_parameter.released_image[0]", "aws_security_group.this[0]", "aws_iam_role.this[0]"):
        assert plan[tagged]["tags"] == {"Team": "platform"}
    assert log["tags"] == {"Team": "platform"}
    group = plan["aws_security_group.this[0]"]
    assert (group["name"], group["vpc_id"]) == (f"{'a' * 64}-runner", EXAMPLE["vpc_id"])


def test_names_of_roles_fit_however_long_the_functions(plans: dict[str, Plan]) -> None:
    assert plans["example"]["aws_iam_role.this[0]"]["name"] == "example-runner-test-runner"
    name = str(CASES["long_name"]["name"])
    digest = sha1(name.encode()).hexdigest()[:8]
    assert plans["long_name"]["aws_iam_role.this[0]"]["name"] == f"{name[:48]}-{digest}-runner"


def test_the_log_is_kept_a_month_by_default(plans: dict[str, Plan]) -> None:
    log = plans["released"]["aws_cloudwatch_log_group.this[0]"]
    assert (log["name"], log["retention_in_days"]) == ("/aws/lambda/example-runner-released", 30)
