"""The load balancer: TLS unless loosened, protected, and routes that do not move each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from generator.modules.alb import Alb
from tests.plan.planning import Inputs, Plan, Planner, kept

EXAMPLE: Inputs = Alb.example
WEB = EXAMPLE["routes"]["web"]
WEB_ACL = "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/example/0123"


def with_group(**settings: object) -> Inputs:
    return {**EXAMPLE, "target_groups": {"web": {"port": 80, "health_check": {"path": "/"}, **settings}}}


CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "one_more": {
        **EXAMPLE,
        "ingress_security_groups": {"proxy": "sg-0123456789abcdef0"},
        "additional_certificate_arns": {"org": f"{EXAMPLE['certificate_arn']}0"},
        "target_groups": {**EXAMPLE["target_groups"], "api": {"port": 3000, "health_check": {"path": "/api"}}},
        "routes": {
            **EXAMPLE["routes"],
            "api": {"priority": 50, "target_group": "api", "paths": ["/api", "/api/*"]},
            "old": {"priority": 60, "redirect": {"host": "example.com"}, "hosts": ["old.example.com"]},
        },
        "associate_web_acl": True,
        "web_acl_arn": WEB_ACL,
    },
    "two_more": {
        **EXAMPLE,
        "ingress_security_groups": {"admin": "sg-0fedcba9876543210", "proxy": "sg-0123456789abcdef0"},
        "additional_certificate_arns": {
            "net": f"{EXAMPLE['certificate_arn']}1",
            "org": f"{EXAMPLE['certificate_arn']}0",
        },
    },
    "other_port": with_group(port=8080),
    "hosts": with_group(target_type="instance"),
    "tls_to_targets": with_group(protocol="HTTPS"),
    "long_name": {**with_group(), "name": "example-production-platform-a"},
    "other_long_name": {**with_group(), "name": "example-production-platform-b"},
    "redirected": {**EXAMPLE, "default_redirect": {"host": "example.org"}},
    "closed": {**EXAMPLE, "default_fixed_response": {"status_code": "503"}},
    "plain_http": {**EXAMPLE, "https": False, "certificate_arn": None},
    "plain_http_with_default": {**EXAMPLE, "https": False, "default_target_group": "web"},
    "every_option": {
        **EXAMPLE,
        "name": "a" * 32,
        "internal": True,
        "ingress_cidrs": ["10.0.0.0/8", "192.168.0.0/16"],
        "tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "idle_timeout": 4000,
        "access_logs": False,
        "access_logs_bucket": None,
        "target_groups": {
            "frontend-with-a-long-name": {
                "port": 3000,
                "deregistration_delay": 10,
                "stickiness": True,
                "health_check": {
                    "path": "/health",
                    "success_codes": "200-299",
                    "interval": 10,
                    "timeout": 4,
                    "healthy_threshold": 2,
                    "unhealthy_threshold": 3,
                },
            }
        },
        "routes": {
            "web": {
                **WEB,
                "target_group": "frontend-with-a-long-name",
                "hosts": ["a.example.com", "*.b.example.com"],
                "paths": ["/1", "/2", "/3"],
            }
        },
        "default_target_group": "frontend-with-a-long-name",
        "drop_invalid_header_fields": False,
        "desync_mitigation_mode": "strictest",
        "server_header": False,
        "response_headers": {"strict_transport_security": "max-age=0"},
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("alb", CASES)


def default_action(plan: Plan, listener: str) -> dict[str, Any]:
    (action,) = plan[f"aws_lb_listener.{listener}"]["default_action"]
    assert isinstance(action, dict)
    return action


def conditions(plan: Plan, route: str) -> list[tuple[list[str], list[str]]]:
    """Hosts and paths of each condition of the rule of *route*."""

    def values(condition: dict[str, Any], kind: str) -> list[str]:
        return [value for block in condition[kind] for value in block["values"]]

    found = plan[f'aws_lb_listener_rule.this["{route}"]']["condition"]
    return [(sorted(values(c, "host_header")), sorted(values(c, "path_pattern"))) for c in found]


def test_the_example_serves_one_host_over_tls(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(
        aws_lb=1,
        aws_lb_listener=2,
        aws_lb_listener_rule=1,
        aws_lb_target_group=1,
        aws_security_group=1,
        aws_vpc_security_group_ingress_rule=2,
    )
    assert plan['aws_lb_listener_rule.this["web"]']["priority"] == 100
    assert conditions(plan, "web") == [(["example.com"], [])]
    assert plan.output_names == {
        "arn",
        "dns_name",
        "zone_id",
        "listener_arn",
        "security_group_id",
        "target_group_arns",
    }


def test_it_is_protected_and_its_requests_are_logged(plans: dict[str, Plan]) -> None:
    balancer = plans["example"]["aws_lb.this"]
    assert balancer["load_balancer_type"] == "application"
    assert balancer["internal"] is False
    assert balancer["enable_deletion_protection"] is True
    assert balancer["drop_invalid_header_fields"] is True
    assert balancer["idle_timeout"] == 60
    assert [(log["enabled"], log["bucket"]) for log in balancer["access_logs"]] == [
        (True, "example-test-logs-123456789012-us-west-2")
    ]


def test_plain_http_is_redirected_for_good(plans: dict[str, Plan]) -> None:
    action = default_action(plans["example"], "http")
    (redirect,) = action["redirect"]
    assert (action["type"], redirect["protocol"], redirect["port"]) == ("redirect", "HTTPS", "443")
    assert redirect["status_code"] == "HTTP_301"


def test_https_takes_tls_1_2_and_answers_404_to_what_no_route_matches(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    listener = plan["aws_lb_listener.https[0]"]
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert listener["certificate_arn"] == EXAMPLE["certificate_arn"]
    action = default_action(plan, "https[0]")
    assert action["type"] == "fixed-response"
    assert [answer["status_code"] for answer in action["fixed_response"]] == ["404"]


def test_the_security_group_lets_clients_in_and_nothing_out(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    rules = {a: v for a, v in plan.values.items() if "_rule." in a and "security_group" in a}
    assert {(r["from_port"], r["to_port"], r["cidr_ipv4"]) for r in rules.values()} == {
        (80, 80, "0.0.0.0/0"),
        (443, 443, "0.0.0.0/0"),
    }
    assert not any("egress" in address for address in rules)


def test_tasks_are_checked_and_leave_in_peace(plans: dict[str, Plan]) -> None:
    group = plans["example"]['aws_lb_target_group.this["web"]']
    assert (group["target_type"], group["protocol"], group["port"]) == ("ip", "HTTP", 80)
    assert group["deregistration_delay"] == "60"
    (check,) = group["health_check"]
    assert (check["path"], check["matcher"], check["interval"], check["timeout"]) == ("/", "200", 30, 5)
    (stickiness,) = group["stickiness"]
    assert stickiness["enabled"] is False


@pytest.mark.parametrize("case", ["plain_http", "plain_http_with_default"])
def test_without_https_nothing_listens_on_443(plans: dict[str, Plan], case: str) -> None:
    plan = plans[case]
    assert plan.counts["aws_lb_listener"] == 1
    assert not any(".https" in address for address in plan.values)
    assert plan["aws_lb_listener.http"]["protocol"] == "HTTP"
    assert conditions(plan, "web") == [(["example.com"], [])]


def test_without_https_the_listener_on_80_answers(plans: dict[str, Plan]) -> None:
    assert default_action(plans["plain_http"], "http")["type"] == "fixed-response"
    forwarded = default_action(plans["plain_http_with_default"], "http")
    assert (forwarded["type"], forwarded["fixed_response"], forwarded["redirect"]) == ("forward", [], [])


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    balancer = plan["aws_lb.this"]
    assert (balancer["name"], balancer["internal"], balancer["idle_timeout"]) == ("a" * 32, True, 4000)
    assert balancer["enable_deletion_protection"] is False
    assert (balancer["drop_invalid_header_fields"], balancer["desync_mitigation_mode"]) == (False, "strictest")
    assert [(log["enabled"], log["bucket"]) for log in balancer["access_logs"]] == [(False, "")]
    assert balancer["tags"] == {"Team": "platform"}
    assert plan["aws_lb_listener.https[0]"]["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"
    assert plan.counts["aws_vpc_security_group_ingress_rule"] == 4
    assert default_action(plan, "https[0]")["type"] == "forward"
    assert sorted(conditions(plan, "web")) == [
        ([], ["/1", "/2", "/3"]),
        (["*.b.example.com", "a.example.com"], []),
    ]
    group = plan['aws_lb_target_group.this["frontend-with-a-long-name"]']
    assert group["deregistration_delay"] == "10"
    assert group["stickiness"][0]["enabled"] is True
    (check,) = group["health_check"]
    assert (check["matcher"], check["healthy_threshold"], check["unhealthy_threshold"]) == ("200-299", 2, 3)


def group_names(plans: dict[str, Plan], *cases: str) -> list[str]:
    found = [plans[case].values.items() for case in cases]
    return [v["name"] for values in found for a, v in values if a.startswith("aws_lb_target_group.")]


def test_names_of_target_groups_fit_and_tell_groups_apart(plans: dict[str, Plan]) -> None:
    names = group_names(plans, "one_more", "every_option", "long_name", "other_long_name")
    assert len(set(names)) == len(names) == 5
    assert max(map(len, names)) == 32


@pytest.mark.proves("target groups replaced without a name clash")
@pytest.mark.parametrize("case", ["other_port", "hosts", "tls_to_targets"])
def test_a_group_that_is_replaced_gets_another_name(plans: dict[str, Plan], case: str) -> None:
    assert group_names(plans, "example") != group_names(plans, case)


def test_names_of_groups_stay_what_they_were_before_there_were_options(plans: dict[str, Plan]) -> None:
    assert group_names(plans, "example") == ["example-test-web-492c0"]


@pytest.mark.proves("adding a route or target group touches nothing else")
def test_one_more_of_everything_touches_nothing_else(plans: dict[str, Plan]) -> None:
    before, after = plans["example"], plans["one_more"]
    assert kept(before, after) == {}
    assert after.values.keys() - before.values.keys() == {
        'aws_vpc_security_group_ingress_rule.http_from_group["proxy"]',
        'aws_vpc_security_group_ingress_rule.https_from_group["proxy"]',
        'aws_lb_listener_certificate.this["org"]',
        'aws_lb_target_group.this["api"]',
        'aws_lb_listener_rule.this["api"]',
        'aws_lb_listener_rule.this["old"]',
        "aws_wafv2_web_acl_association.this[0]",
    }


def test_another_certificate_or_client_before_the_others_moves_none(plans: dict[str, Plan]) -> None:
    one = {a: v for a, v in plans["one_more"].values.items() if "certificate" in a or "from_group" in a}
    assert len(one) == 3
    assert {a: plans["two_more"][a] for a in one} == one


def test_without_https_there_is_no_header_that_needs_it(plans: dict[str, Plan]) -> None:
    assert plans["plain_http"]["aws_lb_listener.http"]["routing_http_response_server_enabled"] is True


def test_the_default_action_is_one_of_three(plans: dict[str, Plan]) -> None:
    assert default_action(plans["redirected"], "https[0]")["redirect"][0]["host"] == "example.org"
    (answer,) = default_action(plans["closed"], "https[0]")["fixed_response"]
    assert (answer["status_code"], answer["message_body"]) == ("503", None)
