"""Web hosting: nothing before the repository is connected, then branches and domains by key, and no secret anywhere."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator.modules.web_hosting import ROUTES, WebHosting
from tests.plan.planning import ACCOUNT, REGION, Inputs, Plan, Planner, kept

EXAMPLE: Inputs = WebHosting.example
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/01234567-89ab-cdef-0123-456789abcdef"
BUILD_SPEC = "version: 1\nfrontend:\n  phases:\n    build:\n      commands:\n        - npm run build\n"
REDIRECT = {"source": "https://www.example.com", "target": "https://example.com"}
ONE_MORE = {
    **EXAMPLE,
    "branches": {"main": {}, "develop": {}},
    "domains": {**EXAMPLE["domains"], "example.org": {"subdomains": {"dev": "develop"}}},
}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "one_more": ONE_MORE,
    "not_connected": {**EXAMPLE, "repository_connected": False},
    "every_option": {
        "name": "example-test-web",
        "repository_connected": True,
        "platform": "WEB_COMPUTE",
        "build_spec": BUILD_SPEC,
        "environment_variables": {"API_URL": "https://api.example.com"},
        "branches": {
            "main": {},
            "feature/x": {
                "stage": "DEVELOPMENT",
                "description": "Of one feature",
                "auto_build": False,
                "environment_variables": {"API_URL": "https://test.example.com"},
            },
        },
        "domains": {
            "example.com": {"subdomains": {"": "main"}, "certificate_arn": CERTIFICATE, "wait_for_verification": True}
        },
        "single_page_app": False,
        "redirects": [REDIRECT, {"source": "/old", "target": "/new", "status": "302", "condition": "<US>"}],
        "headers": {"*.js": {"Cache-Control": "max-age=60"}},
        "log_retention_days": 7,
        "tags": {"Team": "platform"},
    },
    "plain": {"name": "example-plain"},
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    app = ["aws_amplify_app.this"]
    return planner.plan("web_hosting", CASES, existing={"every_option": [*app, "aws_cloudwatch_log_group.this"]})


def headers(plan: Plan) -> Any:
    return YAML(typ="safe").load(plan["aws_amplify_app.this"]["custom_headers"])


def test_the_app_has_its_branch_and_its_domain(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_amplify_app=1, aws_amplify_branch=1, aws_amplify_domain_association=1)
    app = plan["aws_amplify_app.this"]
    assert (app["name"], app["platform"]) == ("example-prod-web", "WEB")
    assert app["environment_variables"] == {"API_URL": "https://api.example.com"}
    branch = plan['aws_amplify_branch.this["main"]']
    assert (branch["branch_name"], branch["stage"], branch["enable_auto_build"]) == ("main", "PRODUCTION", True)
    domain = plan['aws_amplify_domain_association.this["example.com"]']
    assert domain["domain_name"] == "example.com"
    assert sorted((s["prefix"], s["branch_name"]) for s in domain["sub_domain"]) == [("", "main"), ("www", "main")]
    assert domain["certificate_settings"][0]["type"] == "AMPLIFY_MANAGED"
    assert domain["wait_for_verification"] is False
    assert plan.output_names == {"app_id", "app_arn", "default_domain", "branch_urls", "dns_records"}


def test_until_the_repository_is_connected_there_is_the_app_alone(plans: dict[str, Plan]) -> None:
    assert plans["not_connected"].counts == plans["plain"].counts == Counter(aws_amplify_app=1)
    assert plans["not_connected"].outputs["branch_urls"] == {}
    assert plans["not_connected"].outputs["dns_records"] == {}
    assert kept(plans["not_connected"], plans["example"]) == {}


@pytest.mark.proves("no token in state")
def test_no_token_and_no_password_is_in_the_plan(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        app = plan["aws_amplify_app.this"]
        assert not any(app[name] for name in ("repository", "access_token", "oauth_token", "basic_auth_credentials"))
        for address, values in plan.values.items():
            if address.startswith("aws_amplify_branch."):
                assert not values["basic_auth_credentials"]
                assert not values["enable_pull_request_preview"]


def test_index_html_answers_the_routes_of_a_single_page_app(plans: dict[str, Plan]) -> None:
    (rule,) = plans["example"]["aws_amplify_app.this"]["custom_rule"]
    assert (rule["source"], rule["target"], rule["status"]) == (ROUTES, "/index.html", "200")


@pytest.mark.parametrize("path", ["/", "/about", "/users/42", "/users/jane.doe", "/v1.2/notes"])
def test_routes_are_rewritten(path: str) -> None:
    assert re.search(ROUTES[2:-2], path)


@pytest.mark.parametrize("path", ["/app.js", "/a/b/logo.svg", "/fonts/a.woff2", "/site.webmanifest", "/robots.txt"])
def test_files_are_served_as_they_are(path: str) -> None:
    assert not re.search(ROUTES[2:-2], path)


def test_answers_carry_the_headers_that_protect_browsers(plans: dict[str, Plan]) -> None:
    (found,) = headers(plans["plain"])["customHeaders"]
    assert found["pattern"] == "**"
    assert {header["key"]: header["value"] for header in found["headers"]} == {
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def test_every_option_reaches_the_app(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    app = plan["aws_amplify_app.this"]
    assert (app["platform"], app["build_spec"], app["tags"]) == ("WEB_COMPUTE", BUILD_SPEC, {"Team": "platform"})
    assert [(r["source"], r["status"], r["condition"]) for r in app["custom_rule"]] == [
        ("https://www.example.com", "301", ""),
        ("/old", "302", "<US>"),
    ]
    assert headers(plan) == {
        "customHeaders": [{"pattern": "*.js", "headers": [{"key": "Cache-Control", "value": "max-age=60"}]}]
    }


def test_every_option_reaches_its_branch_and_its_domain(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    branch = plan['aws_amplify_branch.this["feature/x"]']
    assert (branch["stage"], branch["description"]) == ("DEVELOPMENT", "Of one feature")
    assert branch["enable_auto_build"] is False
    assert branch["environment_variables"] == {"API_URL": "https://test.example.com"}
    assert branch["tags"] == {"Team": "platform"}
    domain = plan['aws_amplify_domain_association.this["example.com"]']
    assert branch["app_id"] == domain["app_id"] == plan["aws_amplify_app.this"]["id"]
    assert domain["wait_for_verification"] is True
    settings = domain["certificate_settings"][0]
    assert (settings["type"], settings["custom_certificate_arn"]) == ("CUSTOM", CERTIFICATE)


def test_what_is_rendered_on_the_server_writes_its_own_log_alone(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    log = plan["aws_cloudwatch_log_group.this[0]"]
    app_id = plan["aws_amplify_app.this"]["id"]
    assert (log["name"], log["retention_in_days"]) == (f"/aws/amplify/{app_id}", 7)
    trust = plan.statements("aws_iam_role.logs[0]", "assume_role_policy")["AssumeRole"]
    assert trust == {
        "Sid": "AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": "amplify.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:amplify:{REGION}:{ACCOUNT}:apps/*"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }
    permissions = plan.statements("aws_iam_role_policy.logs[0]")
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
    assert {sid: (s["Effect"], s["Action"], s["Resource"]) for sid, s in permissions.items()} == {
        "WriteOwnLog": ("Allow", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{logs}:/aws/amplify/{app_id}:*"),
        "FindLog": ("Allow", ["logs:DescribeLogGroups"], f"{logs}:*"),
    }
    role = plan["aws_iam_role.logs[0]"]
    assert (role["name"], role["tags"]) == ("example-test-web-amplify", {"Team": "platform"})
    assert log["tags"] == {"Team": "platform"}
    assert plan["aws_amplify_app.this"]["iam_service_role_arn"] == role["arn"]
    policy = plan["aws_iam_role_policy.logs[0]"]
    assert (policy["name"], policy["role"]) == ("write-log", role["name"])
    assert plans["example"]["aws_amplify_app.this"]["iam_service_role_arn"] is None


@pytest.mark.proves("adding a branch touches nothing else")
def test_one_more_branch_and_domain_touch_no_other(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["one_more"]) == {}
    assert plans["one_more"].counts["aws_amplify_branch"] == 2


@pytest.mark.slow
def test_one_more_branch_and_domain_beside_existing_ones_are_all_that_changes(planner: Planner) -> None:
    plan = planner.upgrade("web_hosting", EXAMPLE, ONE_MORE)
    assert plan.changed() == {
        'aws_amplify_branch.this["develop"]': ["create"],
        'aws_amplify_domain_association.this["example.org"]': ["create"],
    }
