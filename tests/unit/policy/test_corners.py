"""Corners of single rules that the two environments do not have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.policy.rules.load_balancer import covers
from generator.policy.secrecy import looks_secret, options
from generator.policy.verdict import Outcome
from tests.unit.policy.plans import FAIL, PASS, UNDECIDED, resource, said


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("ELBSecurityPolicy-TLS13-1-2-2021-06", PASS),
        ("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", PASS),
        ("ELBSecurityPolicy-FS-1-2-Res-2020-10", PASS),
        ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", PASS),
        ("ELBSecurityPolicy-2016-08", FAIL),
        ("ELBSecurityPolicy-FS-2018-06", FAIL),
        ("ELBSecurityPolicy-FS-1-1-2019-08", FAIL),
        ("ELBSecurityPolicy-TLS13-1-0-2021-06", FAIL),
        ("ELBSecurityPolicy-TLS-1-1-2017-01", FAIL),
        (None, FAIL),
    ],
)
def test_policies_of_tls(policy: str | None, expected: set[Outcome]) -> None:
    assert said("PLT-028", resource("aws_lb_listener.this", {"protocol": "HTTPS", "ssl_policy": policy})) == expected


@pytest.mark.parametrize(
    ("name", "host", "good"),
    [
        ("example.com", "EXAMPLE.com", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "example.com", False),
        ("example.com", "a.example.com", False),
    ],
)
def test_a_star_of_a_certificate_is_one_label(name: str, host: str, good: bool) -> None:
    assert covers(name, host) is good


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DB_PASSWORD", "x", True),
        ("apiKey", "x", True),
        ("API_KEY", "x", True),
        ("DATABASE_URL", "postgres://a:b@c/d", True),
        ("DATABASE_URL", "postgres://c/d", False),
        ("AWS_KEY", "AKIAABCDEFGHIJKLMNOP", True),
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:a", False),
        ("TOKEN_TTL_SECONDS", "60", False),
        ("PASSWORD_FILE", "/run/secrets/p", False),
        ("DB_PASSWORD", "", False),
        ("MONKEY", "x", False),
        ("PGPASSWORD", "x", True),
        ("DB_PASS", "x", True),
        ("MYSQL_PWD", "x", True),
        ("PWD", "/app", False),
        ("dbPassword", "x", True),
        ("db-token", "x", True),
        ("JWT_SIGNING_KEY", "x", True),
        ("ENCRYPTION_KEY", "x", True),
        ("REDIS_URL", "redis://:pw@host", True),
        ("DB_PASSWORD", "/hunter2hunter2", True),
        ("DB_PASSWORD", "/prod/db/password", False),
        ("BYPASS_CACHE", "x", False),
        ("MAX_TOKENS", "100", False),
        ("COMPASS", "x", False),
    ],
)
def test_what_looks_like_a_secret(name: str, value: str, secret: bool) -> None:
    assert looks_secret(name, value) is secret


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (["--password=hunter2"], {"password": "hunter2"}),
        (["--password", "hunter2"], {"password": "hunter2"}),
        (["sh", "-c", "PGPASSWORD=hunter2 psql"], {"PGPASSWORD": "hunter2"}),
        (["sh", "-c", "app --password=$DB_PASSWORD"], {}),
        (["--password", "--verbose"], {}),
        (["--port=80"], {"port": "80"}),
    ],
)
def test_a_command_line_says_values(command: list[str], found: dict[str, str]) -> None:
    assert options({"command": command}) == found


def test_insights_of_a_cluster_elsewhere_are_unknown() -> None:
    alarm = resource(
        "aws_cloudwatch_metric_alarm.this",
        {
            "metric_name": "RunningTaskCount",
            "comparison_operator": "LessThanThreshold",
            "threshold": 1,
            "alarm_actions": ["a"],
        },
    )
    assert said("PLT-055", alarm) == PASS | UNDECIDED


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [("0.0.0.0/0", FAIL), ("0.0.0.0/1", FAIL), ("128.0.0.0/1", FAIL), ("10.0.0.0/8", PASS), ("203.0.113.0/24", PASS)],
)
def test_half_of_the_internet_is_the_internet(cidr: str, expected: set[Outcome]) -> None:
    group = resource("aws_security_group.this", {"id": "sg-1"})
    rule = resource(
        "aws_vpc_security_group_ingress_rule.this",
        {"security_group_id": "sg-1", "cidr_ipv4": cidr, "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
    )
    assert said("PLT-025", group, rule) == expected


def test_a_rule_of_a_group_that_nobody_knows_is_undecided() -> None:
    group = resource("aws_security_group.this", {}, {"id": True})
    rule = resource(
        "aws_vpc_security_group_ingress_rule.this",
        {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
        {"security_group_id": True},
    )
    assert Outcome.UNDECIDED in said("PLT-025", group, rule)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("repo:a/b:environment:prod", PASS),
        ("repo:a/b:ref:refs/heads/main", PASS),
        ("repo:a/b:*", FAIL),
        ("repo:*", FAIL),
        ("*", FAIL),
        (None, FAIL),
    ],
)
def test_who_may_deliver(subject: str | None, expected: set[Outcome]) -> None:
    host = "token.actions.githubusercontent.com"
    condition = {"StringLike": {f"{host}:sub": subject}} if subject else {"StringEquals": {f"{host}:aud": "sts"}}
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::1:oidc-provider/{host}"},
        "Condition": condition,
    }
    role = resource("aws_iam_role.this", {"assume_role_policy": json.dumps({"Statement": [trust]})})
    assert said("PLT-060", role) == expected


def test_destroying_what_holds_data_is_said() -> None:
    bucket = resource("aws_s3_bucket.this", {}, actions=["delete"], before={"bucket": "a"})
    assert said("PLT-059", bucket) == FAIL
    assert said("PLT-059", resource("aws_eip.this", {}, actions=["delete"], before={})) == {Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"storage_encrypted": False, "backup_retention_period": 7, "deletion_protection": True}, FAIL | PASS),
        ({"storage_encrypted": True, "backup_retention_period": 7, "deletion_protection": True}, PASS),
    ],
)
def test_a_cluster_is_a_database(after: dict[str, Any], expected: set[Outcome]) -> None:
    assert said("PLT-038", resource("aws_rds_cluster.this", after)) == expected
