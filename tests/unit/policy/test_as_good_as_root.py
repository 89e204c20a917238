"""What gives a host, or more permissions than a rule's words admit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.policy.verdict import Outcome
from tests.unit.policy.plans import FAIL, PASS, UNDECIDED, resource, worst


def task(name: str, unknown: dict[str, Any] | None = None, container: Any = None, **after: Any) -> dict[str, Any]:
    containers = json.dumps([{"name": "main", "image": "a:1", **(container or {})}])
    given = {"family": name, "requires_compatibilities": ["EC2"], "container_definitions": containers, **after}
    return resource(f"aws_ecs_task_definition.{name}", given, unknown)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", FAIL),
        ("//", FAIL),
        ("/srv/..", FAIL),
        ("/var/run/docker.sock", FAIL),
        ("/run/containerd/containerd.sock", FAIL),
        ("/etc", FAIL),
        ("/proc/1", FAIL),
        ("/var/lib/ecs/", FAIL),
        ("/srv/data", PASS),
        ("/etcetera", PASS),
    ],
)
def test_a_directory_of_the_host_is_the_host(path: str, expected: set[Outcome]) -> None:
    assert worst("PLT-016", task("api", volume=[{"name": "v", "host_path": path}])) == expected


@pytest.mark.parametrize(("name", "expected"), [("SYS_ADMIN", FAIL), ("ALL", FAIL), ("NET_BIND_SERVICE", PASS)])
def test_a_capability_is_the_host(name: str, expected: set[Outcome]) -> None:
    container = {"linuxParameters": {"capabilities": {"add": [name]}}}
    assert worst("PLT-016", task("api", container=container)) == expected


@pytest.mark.parametrize(
    ("after", "unknown"),
    [
        ({}, {"volume": True}),
        ({}, {"pid_mode": True}),
        ({"volume": [{"name": "v"}]}, {"volume": [{"host_path": True}]}),
    ],
)
def test_what_gives_the_host_is_not_known_yet(after: dict[str, Any], unknown: dict[str, Any]) -> None:
    assert worst("PLT-016", task("api", unknown, **after)) == UNDECIDED


def test_what_is_left_out_gives_no_host() -> None:
    block = {"type": "aws_ecs_task_definition", "name": "api", "expressions": {}}
    found = task("api", {"ipc_mode": True, "pid_mode": True})
    assert worst("PLT-016", found, configuration={"resources": [block]}) == PASS


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ROLE = resource("aws_iam_role.r", {"name": "r", "arn": "arn:aws:iam::1:role/r"})
FUNCTION = resource("aws_lambda_function.runner", {"function_name": "runner", "role": "arn:aws:iam::1:role/r"})


def held(*statements: dict[str, Any]) -> dict[str, Any]:
    return resource("aws_iam_role_policy.r", {"role": "r", "policy": policy(*statements)})


def allow(action: str | list[str], on: str | list[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": on}


@pytest.mark.parametrize(
    ("action", "expected"),
    [("iam:PutRolePolicy", FAIL), ("ssm:SendCommand", FAIL), ("s3:DeleteObject", FAIL), ("ecs:Poll", PASS)],
)
def test_a_host_may_be_a_host_and_nothing_else(action: str, expected: set[Outcome]) -> None:
    options = {"http_tokens": "required", "http_put_response_hop_limit": 1}
    after = {"id": "lt-1", "metadata_options": [options], "iam_instance_profile": [{"name": "p"}]}
    profile = resource("aws_iam_instance_profile.p", {"name": "p", "role": "r"})
    template = resource("aws_launch_template.runner", after)
    assert worst("PLT-064", task("runner"), template, profile, ROLE, held(allow(action))) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("arn:aws:logs:us-east-1:1:log-group:/aws/lambda/runner:*", PASS),
        ("*", FAIL),
        ("arn:aws:logs:*:*:log-group:*", FAIL),
    ],
)
def test_a_runner_writes_its_own_logs(on: str, expected: set[Outcome]) -> None:
    assert worst("PLT-006", FUNCTION, ROLE, held(allow(["logs:PutLogEvents"], on))) == expected


NETWORK = [
    f"ec2:{name}"
    for name in (
        "CreateNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
]
KEY, ARN = "lambda:SourceFunctionArn", "arn:aws:lambda:us-east-1:1:function:"


@pytest.mark.parametrize(
    ("condition", "on", "expected"),
    [
        ({"ArnEquals": {KEY: f"{ARN}runner"}}, "*", PASS),
        ({"ArnLike": {KEY: [f"{ARN}other", f"{ARN}run*"]}}, "*", PASS),
        ({"ArnEquals": {KEY: f"{ARN}other"}}, "*", FAIL),
        ({"StringNotEquals": {KEY: f"{ARN}runner"}}, "*", FAIL),
        ({"Null": {KEY: "true"}}, "*", FAIL),
        ({"ArnEquals": {KEY: f"{ARN}runner"}}, "arn:aws:ec2:::nothing", FAIL),
        ({"ArnEquals": {KEY: f"{ARN}runner", "aws:SourceVpc": "vpc-1"}}, "*", FAIL),
    ],
)
def test_the_network_is_denied_to_the_program(condition: dict[str, Any], on: str, expected: set[Outcome]) -> None:
    deny = {"Effect": "Deny", "Action": NETWORK, "Resource": on, "Condition": condition}
    assert worst("PLT-062", FUNCTION, ROLE, held(allow(NETWORK), deny)) == expected


SUB = "token.actions.githubusercontent.com:sub"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringLike": {SUB: "repo:a/b:ref:refs/heads/main"}}, PASS),
        ({"StringEquals": {SUB: ["repo:a/b:environment:production"]}}, PASS),
        ({"StringLike": {SUB: "repo:a/b:ref:*"}}, FAIL),
        ({"StringLike": {SUB: "repo:a/b:ref:refs/heads/*"}}, FAIL),
        ({"StringLike": {SUB: "repo:a/b:r*"}}, FAIL),
        ({"StringLike": {SUB: "repo:a/*:ref:refs/heads/main"}}, FAIL),
        ({"StringEquals": {SUB: "repo:a/b:pull_request"}}, FAIL),
        ({"StringNotLike": {SUB: "repo:evil/x:ref:refs/heads/main"}}, FAIL),
    ],
)
def test_a_workflow_of_one_branch_assumes_a_role(condition: dict[str, Any], expected: set[Outcome]) -> None:
    principal = {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}
    found = resource("aws_iam_role.d", {"assume_role_policy": policy({**trust, "Condition": condition})})
    assert worst("PLT-060", found) == expected


@pytest.mark.parametrize(
    ("action", "on", "expected"),
    [
        ("*", "arn:aws:*", FAIL),
        ("*", "arn:*", FAIL),
        ("**", "**", FAIL),
        ("*:*", "arn:aws:*:*:*:*", FAIL),
        ("*", "arn:aws:s3:::mine/*", PASS),
        ("s3:*", "*", PASS),
    ],
)
def test_everything_has_many_names(action: str, on: str, expected: set[Outcome]) -> None:
    assert worst("PLT-068", ROLE, held(allow(action, on))) == expected


@pytest.mark.parametrize(
    ("rule", "action"),
    [
        ("PLT-008", "lambda:InvokeAsync"),
        ("PLT-009", "ssm:GetParameterHistory"),
        ("PLT-011", "s3:GetObjectVersion"),
        ("PLT-011", "s3:DeleteObjectVersion"),
    ],
)
def test_another_action_does_the_same(rule: str, action: str) -> None:
    assert worst(rule, ROLE, held(allow(action))) == FAIL


CLOUDWATCH = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "Resource": "*",
}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([CLOUDWATCH], PASS),
        (CLOUDWATCH, PASS),
        ([{**CLOUDWATCH, "Action": "kms:GenerateDataKey*"}], FAIL),
        ([CLOUDWATCH, {**CLOUDWATCH, "Effect": "Deny"}], FAIL),
    ],
)
def test_cloudwatch_uses_the_key_of_a_topic(statements: Any, expected: set[Outcome]) -> None:
    key = resource("aws_kms_key.k", {"id": "k-1", "policy": json.dumps({"Statement": statements})})
    topic = resource("aws_sns_topic.t", {"kms_master_key_id": "k-1"})
    assert worst("PLT-073", topic, key, resource("aws_cloudwatch_metric_alarm.a", {})) == expected


PLAIN = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
INSECURE = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([{**PLAIN, **INSECURE}], PASS),
        ({**PLAIN, **INSECURE}, PASS),
        ([{**PLAIN, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], FAIL),
        ([{**PLAIN, **INSECURE, "Principal": {"AWS": "arn:aws:iam::1:root"}}], FAIL),
        ([{**PLAIN, **INSECURE, "Action": "s3:ListBucket"}], FAIL),
    ],
)
def test_the_state_is_read_over_tls(statements: Any, expected: set[Outcome]) -> None:
    bucket = resource("aws_s3_bucket.s", {"bucket": "my-tfstate", "id": "my-tfstate"})
    enabled = {"bucket": "my-tfstate", "versioning_configuration": [{"status": "Enabled"}]}
    after = {"bucket": "my-tfstate", "policy": json.dumps({"Statement": statements})}
    found = (bucket, resource("aws_s3_bucket_versioning.v", enabled), resource("aws_s3_bucket_policy.p", after))
    assert worst("PLT-058", *found) == expected
