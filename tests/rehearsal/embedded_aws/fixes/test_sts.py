"""STS: a role is assumed only by the tokens that it trusts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud

HOST = "tokens.example.com"
TRUSTED = {"iss": f"https://{HOST}", "aud": "sts.amazonaws.com", "sub": "repo:example/web:ref:refs/heads/main"}


def token(**claims: str) -> str:
    """An unsigned JSON Web Token."""
    parts = [{"alg": "none"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def role_of_workflows(cloud: Cloud, action: str = "sts:AssumeRoleWithWebIdentity", *, provider: bool = True) -> str:
    arn = f"arn:aws:iam::{cloud.account}:oidc-provider/{HOST}"
    if provider:
        made = cloud.client("iam").create_open_id_connect_provider(
            Url=f"https://{HOST}", ClientIDList=["sts.amazonaws.com"]
        )
        assert made["OpenIDConnectProviderArn"] == arn
    condition = {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": [TRUSTED["sub"]]}
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": action,
        "Condition": {"StringEquals": condition},
    }
    return cloud.role(trust={"Version": "2012-10-17", "Statement": [statement]})


def assume(cloud: Cloud, role: str, web_identity_token: str) -> Any:
    return cloud.client("sts").assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="deploy", WebIdentityToken=web_identity_token
    )


def test_trusted_token_gets_credentials_of_the_role(cloud: Cloud) -> None:
    role = role_of_workflows(cloud)
    answer = assume(cloud, role, token(**TRUSTED))
    assert answer["Credentials"]["SessionToken"]
    assert answer["AssumedRoleUser"]["Arn"].endswith(f"{role.rsplit('/', 1)[1]}/deploy")


def test_other_subject_is_refused(either: Cloud) -> None:
    # Plain moto has one account for all tests, and an account has one provider of a URL.
    role = either.role() if either.plain else role_of_workflows(either)
    with either.refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        assume(either, role, token(**{**TRUSTED, "sub": "repo:example/web:pull_request"}))


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({**TRUSTED, "aud": "https://github.com/example"}, "InvalidIdentityToken"),
        ({**TRUSTED, "iss": "https://other.example.com"}, "InvalidIdentityToken"),
        ({"iss": TRUSTED["iss"], "aud": TRUSTED["aud"]}, "AccessDenied"),
    ],
    ids=["audience", "issuer", "no subject"],
)
def test_token_with_other_claims_is_refused(cloud: Cloud, claims: dict[str, str], code: str) -> None:
    role = role_of_workflows(cloud)
    with cloud.refused(code):
        assume(cloud, role, token(**claims))


def test_role_that_trusts_nobody_with_a_token_is_refused(cloud: Cloud) -> None:
    role = role_of_workflows(cloud, action="sts:AssumeRole")
    with cloud.refused("AccessDenied"):
        assume(cloud, role, token(**TRUSTED))


def test_account_without_the_provider_is_refused(cloud: Cloud) -> None:
    role = role_of_workflows(cloud, provider=False)
    with cloud.refused("InvalidIdentityToken", "No OpenIDConnect provider found"):
        assume(cloud, role, token(**TRUSTED))


def test_absent_role_is_refused(cloud: Cloud) -> None:
    role = role_of_workflows(cloud)
    with cloud.refused("AccessDenied"):
        assume(cloud, f"{role}-absent", token(**TRUSTED))


@pytest.mark.parametrize("broken", ["nothing", "a.b.c", "a.W10.c"])
def test_what_is_no_token_is_refused(cloud: Cloud, broken: str) -> None:
    role = role_of_workflows(cloud)
    with pytest.raises(ClientError, match="InvalidIdentityToken"):
        assume(cloud, role, broken)
