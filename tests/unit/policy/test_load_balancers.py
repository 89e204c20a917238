"""What a load balancer leads to, in each form in which the provider takes it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy.plans import FAIL, NONE, PASS, UNDECIDED, resource, worst

TO_RUNNER = {"type": "forward", "target_group_arn": "arn:tg"}
WEIGHTED = {
    "type": "forward",
    "forward": [{"target_group": [{"arn": "arn:other", "weight": 1}, {"arn": "arn:tg", "weight": 1}]}],
}
TO_HTTPS = {"type": "redirect", "redirect": [{"protocol": "HTTPS", "status_code": "HTTP_301"}]}
GROUPS = (
    resource("aws_lb_target_group.t", {"arn": "arn:tg"}),
    resource("aws_lb_target_group.o", {"arn": "arn:other"}),
)
SERVICE = (
    resource(
        "aws_ecs_task_definition.runner", {"family": "runner", "arn": "arn:td", "requires_compatibilities": ["FARGATE"]}
    ),
    resource(
        "aws_ecs_service.runner",
        {"name": "runner", "task_definition": "arn:td", "load_balancer": [{"target_group_arn": "arn:tg"}]},
    ),
)
FUNCTION = resource("aws_lambda_function.runner", {"function_name": "runner", "arn": "arn:fn"})
ALIAS = resource("aws_lambda_alias.live", {"name": "live", "arn": "arn:fn:live", "function_name": "runner"})


def balancer(kind: str = "aws_lb", **after: Any) -> dict[str, Any]:
    return resource(f"{kind}.front", {"arn": "arn:lb", "internal": False, **after})


def listener(action: dict[str, Any], kind: str = "aws_lb_listener", **after: Any) -> dict[str, Any]:
    given = {"arn": "arn:l", "load_balancer_arn": "arn:lb", "protocol": "HTTPS", "default_action": [action]}
    return resource(f"{kind}.front", {**given, **after})


def rule_of(action: dict[str, Any], host: str = "", priority: int = 1) -> dict[str, Any]:
    condition = {"host_header": [{"values": [host]}]} if host else {"path_pattern": [{"values": ["/*"]}]}
    after = {"listener_arn": "arn:l", "priority": priority, "action": [action], "condition": [condition]}
    return resource("aws_lb_listener_rule.api", after)


def attached(target: str) -> dict[str, Any]:
    return resource("aws_lb_target_group_attachment.a", {"target_group_arn": "arn:tg", "target_id": target})


@pytest.mark.parametrize("action", [TO_RUNNER, WEIGHTED])
@pytest.mark.parametrize(
    ("kind", "of_balancer"), [("aws_lb", "aws_lb_listener"), ("aws_alb", "aws_alb_listener"), ("aws_lb", "rule")]
)
def test_a_runner_behind_the_internet(action: dict[str, Any], kind: str, of_balancer: str) -> None:
    front = [listener(TO_HTTPS), rule_of(action)] if of_balancer == "rule" else [listener(action, of_balancer)]
    assert worst("PLT-066", balancer(kind), *front, *GROUPS, *SERVICE) == FAIL
    assert worst("PLT-066", balancer(kind, internal=True), *front, *GROUPS, *SERVICE) == NONE


def test_a_runner_beside_the_internet() -> None:
    to_other = {"type": "forward", "target_group_arn": "arn:other"}
    assert worst("PLT-066", balancer(), listener(to_other), *GROUPS, *SERVICE) == PASS


@pytest.mark.parametrize("target", ["arn:fn", "arn:fn:live"])
def test_a_runner_of_lambda_behind_the_internet(target: str) -> None:
    front = (balancer(), listener(TO_RUNNER), *GROUPS, FUNCTION, ALIAS)
    assert worst("PLT-066", *front, attached(target)) == FAIL
    assert worst("PLT-066", *front, attached("i-0123")) == PASS
    assert worst("PLT-066", *front) == PASS


def test_actions_that_are_not_known_yet_may_lead_to_the_runner() -> None:
    unseen = resource("aws_lb_listener.front", {"load_balancer_arn": "arn:lb"}, {"default_action": True})
    assert worst("PLT-066", balancer(), unseen, *GROUPS, *SERVICE) == UNDECIDED
    assert worst("PLT-066", balancer(), unseen, *GROUPS, FUNCTION) == PASS


def test_a_rule_that_serves_plain_http_before_the_redirect() -> None:
    plain = (balancer(), listener(TO_HTTPS, protocol="HTTP"))
    assert worst("PLT-027", *plain) == PASS
    assert worst("PLT-027", *plain, rule_of(TO_RUNNER)) == FAIL
    assert worst("PLT-027", *plain, rule_of(TO_HTTPS)) == PASS


def test_a_rule_that_may_be_of_either_listener() -> None:
    listeners = {"references": ["aws_lb_listener.plain.arn", "aws_lb_listener.plain", "aws_lb_listener.tls"]}
    blocks = [{"type": "aws_lb_listener_rule", "name": "api", "expressions": {"listener_arn": listeners}}]
    rule = resource("aws_lb_listener_rule.api", {"priority": 1, "action": [TO_RUNNER]}, {"listener_arn": True})
    both = [
        resource(f"aws_lb_listener.{name}", {"load_balancer_arn": "arn:lb", "protocol": protocol, **action})
        for name, protocol, action in (
            ("plain", "HTTP", {"default_action": [TO_HTTPS]}),
            ("tls", "HTTPS", {"default_action": [{"type": "fixed-response"}]}),
        )
    ]
    configuration = {"resources": blocks}
    assert worst("PLT-027", balancer(), *both, rule, configuration=configuration) == UNDECIDED
    assert worst("PLT-066", balancer(), *both, rule, *GROUPS, *SERVICE, configuration=configuration) == UNDECIDED


def test_of_several_certificates_the_one_that_names_the_host_is_shown() -> None:
    served = (balancer(), listener(TO_RUNNER, certificate_arn="arn:a"), rule_of(TO_RUNNER, "b.example.org"))
    own = resource("aws_acm_certificate.a", {"arn": "arn:a", "domain_name": "a.example.org"})
    other = resource("aws_acm_certificate.b", {"arn": "arn:b", "domain_name": "b.example.org"})
    more = resource("aws_lb_listener_certificate.b", {"listener_arn": "arn:l", "certificate_arn": "arn:b"})
    assert worst("PLT-065", *served, own) == FAIL
    assert worst("PLT-065", *served, own, other) == FAIL
    assert worst("PLT-065", *served, own, other, more) == PASS
    # One that exists elsewhere may name it.
    assert worst("PLT-065", *served, own, more) == UNDECIDED


def test_conditions_that_are_not_known_yet_may_let_a_request_pass() -> None:
    first = resource("aws_lb_listener_rule.a", {"listener_arn": "arn:l", "priority": 1}, {"condition": True})
    assert worst("PLT-031", listener(TO_HTTPS), first, rule_of(TO_RUNNER, priority=2)) == UNDECIDED
