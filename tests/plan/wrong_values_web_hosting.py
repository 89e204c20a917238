"""What the web hosting module refuses."""

from __future__ import annotations

from generator.modules.web_hosting import WebHosting
from tests.plan.wrong_values import RETENTION, WrongCall, bad_name

SUBDOMAINS = "subdomains of each of domains must be at least one prefix such as www, or empty for the domain itself."
FOREIGN_CERTIFICATE = (
    "certificate_arn of each of domains must be a certificate of us-east-1: Amplify serves from there."
)


def bad_variables(of: str) -> str:
    return f"{of} must have names of letters, digits and underscores that do not begin with AWS."


VALIDATIONS = {
    "web_hosting_all": WrongCall(
        "web_hosting",
        {
            "name": "Example",
            "platform": "WEB_DYNAMIC",
            "single_page_app": False,
            "build_spec": "frontend:\n  phases: {}\n",
            "environment_variables": {"AWS_REGION": "us-west-2"},
            "branches": {"release/*": {"stage": "PULL_REQUEST", "environment_variables": {"API-URL": "/"}}},
            "redirects": [{"source": "old", "target": "/new", "status": "307"}],
            "headers": {"**": {"X Frame Options": "DENY"}},
            "log_retention_days": 2,
        },
        (
            bad_name(40),
            "platform must be one of WEB, WEB_COMPUTE.",
            "build_spec must be YAML with a version, such as 1.",
            bad_variables("environment_variables"),
            "branches must be whole names of branches, without wildcards.",
            "stage of each of branches must be one of PRODUCTION, BETA, DEVELOPMENT, EXPERIMENTAL.",
            bad_variables("environment_variables of each of branches"),
            "status of each of redirects must be one of 200, 301, 302, 404, 404-200.",
            "source of each of redirects must begin with /, https:// or, for a pattern, <.",
            "headers must have names of letters, digits and hyphens.",
            RETENTION,
        ),
    ),
    "web_hosting_no_yaml": WrongCall(
        "web_hosting",
        {**WebHosting.example, "build_spec": "version: [1"},
        ("build_spec must be YAML with a version, such as 1.",),
    ),
    "web_hosting_domains": WrongCall(
        "web_hosting",
        {
            **WebHosting.example,
            "domains": {
                "Example.com": {
                    "subdomains": {"-www": "main"},
                    "certificate_arn": "arn:aws:acm:us-west-2:123456789012:certificate/a",
                }
            },
        },
        ("domains must be names such as example.com, in lower case.", SUBDOMAINS, FOREIGN_CERTIFICATE),
    ),
    "web_hosting_domain_of_nothing": WrongCall(
        "web_hosting", {**WebHosting.example, "domains": {"example.com": {"subdomains": {}}}}, (SUBDOMAINS,)
    ),
}
COMPARISONS = {
    "web_hosting_no_branch": WrongCall(
        "web_hosting",
        {**WebHosting.example, "domains": {"example.com": {"subdomains": {"": "absent"}}}},
        ("subdomains of each of domains must name branches.",),
    ),
    "web_hosting_rendered": WrongCall(
        "web_hosting",
        # Written out: the error then names this call's file.
        {**WebHosting.example, "platform": "WEB_COMPUTE", "single_page_app": True},
        ("single_page_app must be false with platform WEB_COMPUTE: the server would never be asked.",),
    ),
}
