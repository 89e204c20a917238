"""What a plan cannot tell is undecided, and never passed unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.policy.verdict import Outcome
from tests.unit.policy.plans import resource, said

UNDECIDED, FAIL, PASS = Outcome.UNDECIDED, Outcome.FAIL, Outcome.PASS
VPC = {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}
LOGS = {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "arn:aws:logs:us-east-1:1:log-group:a:*"}


def runner(**after: Any) -> dict[str, Any]:
    return resource("aws_lambda_function.runner", {"function_name": "runner", "vpc_config": [VPC], **after})


@pytest.mark.parametrize("rule", ["PLT-003", "PLT-004"])
def test_a_runner_in_a_group_that_exists_elsewhere(rule: str) -> None:
    """Nobody here sees what that group lets in or out."""
    assert said(rule, runner()) == {UNDECIDED}


def test_a_runner_that_has_a_group_elsewhere_besides_a_closed_one() -> None:
    subnet = resource("aws_subnet.this", {"id": "subnet-1", "vpc_id": "vpc-1"})
    table = resource("aws_route_table.this", {"id": "rtb-1", "vpc_id": "vpc-1"})
    association = resource("aws_route_table_association.this", {"subnet_id": "subnet-1", "route_table_id": "rtb-1"})
    route = resource(
        "aws_route.this", {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
    )
    closed = resource("aws_security_group.this", {"id": "sg-1"})
    network = (subnet, table, association, route, closed)
    assert said("PLT-004", runner(), *network) == {PASS}
    other = runner(vpc_config=[{**VPC, "security_group_ids": ["sg-1", "sg-2"]}])
    assert said("PLT-004", other, *network) == {UNDECIDED}


@pytest.mark.parametrize(("owner", "expected"), [("rtb-1", FAIL), ("rtb-2", PASS)])
def test_a_subnet_takes_the_default_table_of_its_own_network(owner: str, expected: Outcome) -> None:
    networks = [resource(f"aws_vpc.v{n}", {"id": f"vpc-{n}", "default_route_table_id": f"rtb-{n}"}) for n in (1, 2)]
    subnet = resource("aws_subnet.this", {"id": "subnet-1", "vpc_id": "vpc-1"})
    out = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
    table = resource("aws_default_route_table.this", {"id": owner, "default_route_table_id": owner, "route": [out]})
    assert said("PLT-005", runner(), *networks, subnet, table) == {expected}


def test_a_database_in_a_group_that_exists_elsewhere() -> None:
    database = resource("aws_db_instance.this", {"port": 5432, "vpc_security_group_ids": ["sg-1"]})
    assert said("PLT-024", database) == {UNDECIDED}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def with_role(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    role = resource("aws_iam_role.runner", {"name": "runner", "arn": "arn:aws:iam::1:role/runner"})
    held = resource("aws_iam_role_policy.runner", {"role": "runner", "policy": policy(*statements)})
    return [runner(role="arn:aws:iam::1:role/runner"), role, held]


@pytest.mark.parametrize("action", ["sqs:SendMessage", "ecr:*", "logs:*", "dynamodb:PutItem"])
def test_a_runner_may_do_nothing_but_log_even_if_nobody_thought_of_it(action: str) -> None:
    assert said("PLT-006", *with_role(LOGS)) == {PASS}
    assert said("PLT-006", *with_role(LOGS, {"Effect": "Allow", "Action": action, "Resource": "*"})) == {FAIL}
    denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
    assert said("PLT-006", *with_role(LOGS, {**denied, "Effect": "Allow"}, denied)) == {PASS}


def test_a_runner_that_may_do_everything_but_something() -> None:
    assert said("PLT-006", *with_role({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})) == {FAIL}


def test_a_policy_is_attached_to_several_roles_at_once() -> None:
    document = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    held = resource("aws_iam_policy.all", {"arn": "arn:aws:iam::1:policy/all", "policy": document})
    roles = {"roles": ["runner"], "policy_arn": "arn:aws:iam::1:policy/all"}
    attachment = resource("aws_iam_policy_attachment.all", roles)
    _, role, _ = with_role()
    assert said("PLT-068", role, held, attachment) == {FAIL}


GITHUB = {
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
}
SERVICE = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("repo:a/b:ref:refs/heads/main", PASS), ("repo:a/b:*", FAIL), ("repo:*", FAIL), (None, FAIL)],
)
def test_a_role_that_github_and_a_service_assume(subject: str | None, expected: Outcome) -> None:
    key = "token.actions.githubusercontent.com:sub"
    condition = {"Condition": {"StringEquals": {key: subject}}} if subject else {}
    trust = {"assume_role_policy": policy({**GITHUB, **condition}, SERVICE)}
    assert said("PLT-060", resource("aws_iam_role.this", trust)) == {expected}


def test_who_may_assume_a_role_is_not_known_yet() -> None:
    assert said("PLT-060", resource("aws_iam_role.this", {}, {"assume_role_policy": True})) == {UNDECIDED}


def test_a_setting_whose_value_is_not_known_yet() -> None:
    plain = {"type": "String", "name": "/demo/colour"}
    assert said("PLT-051", resource("aws_ssm_parameter.this", plain, {"value": True})) == {UNDECIDED}
    assert said("PLT-051", resource("aws_ssm_parameter.this", {**plain, "value": "blue"})) == {PASS}
    secret = {**plain, "name": "/demo/API_TOKEN"}
    assert said("PLT-051", resource("aws_ssm_parameter.this", secret, {"value": True})) == {FAIL}


def test_a_variable_of_a_function_whose_value_is_not_known_yet() -> None:
    def function(name: str) -> dict[str, Any]:
        block: dict[str, Any] = {"environment": [{"variables": {}}]}
        return resource("aws_lambda_function.this", block, {"environment": [{"variables": {name: True}}]})

    assert said("PLT-050", function("TABLE")) == {UNDECIDED}
    assert said("PLT-050", function("DB_PASSWORD")) == {FAIL}


def test_rules_with_a_query_string_each_are_both_reached() -> None:
    def rule(number: int, value: str) -> dict[str, Any]:
        condition = {"query_string": [{"key": "v", "value": value}]}
        after = {"priority": number, "listener_arn": "arn:1", "condition": [condition]}
        return resource(f"aws_lb_listener_rule.r{number}", after)

    assert said("PLT-031", rule(1, "a"), rule(2, "b")) == {PASS}
    assert said("PLT-031", rule(1, "a"), rule(2, "a")) == {PASS, FAIL}
