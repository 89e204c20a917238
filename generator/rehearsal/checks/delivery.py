"""Roles of GitHub's workflows: who assumes them, and what they may do in effect."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from generator.rehearsal.checks.check import Check, Live
from generator.rehearsal.checks.permissions import may
from generator.systems.manifest import Environment

ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = "example/workflows"
"""The repository that a rehearsal lets release, as an operator names theirs."""
# What nobody who releases needs.
DANGEROUS = (
    "iam:CreateUser",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:PassRole",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "rds:DeleteDBInstance",
    "ec2:AuthorizeSecurityGroupIngress",
    "lambda:InvokeFunction",
    "ecr:DeleteRepository",
    "ecs:DeleteService",
)


def checks(live: Live) -> Iterator[Check]:
    """The checks after an operator has named REPOSITORY."""
    if live.account.delivery is None:
        return
    roles = live.outputs["release_roles"]
    yield Check("roles that release, by environment", sorted(roles), sorted(live.account.environments))
    providers = live.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    issuers = [p["Arn"].rpartition("/")[2] for p in providers]
    yield Check("identity providers", issuers, [ISSUER])
    for environment in live.account.resolved:
        if environment.name in roles:
            yield from trust(live, environment, roles[environment.name])
            yield from permissions(live, environment, roles[environment.name])


def nobody_releases(live: Live) -> Check:
    """As committed no repository is named, and then there is no role."""
    named = live.account.delivery.repositories if live.account.delivery is not None else ()
    found = live.outputs.get("release_roles", {})
    return Check("roles that release before a repository is named", bool(found), bool(named))


def trust(live: Live, environment: Environment, role: str) -> Iterator[Check]:
    """Ask for the role as jobs of workflows would: only those of the GitHub environment get it."""
    own = f"repo:{REPOSITORY}:environment:{environment.prefix}"
    others = [
        f"repo:{REPOSITORY}:pull_request",
        f"repo:{REPOSITORY}:ref:refs/heads/main",
        f"repo:example/other:environment:{environment.prefix}",
        f"{own}-other",
        *(f"repo:{REPOSITORY}:environment:{e.prefix}" for e in live.account.resolved if e.prefix != environment.prefix),
    ]
    label = f"release of {environment.name}"
    yield Check(f"{label}: a job of its environment", _assumes(live, role, own), True)
    yield Check(f"{label}: others that get the role", [o for o in others if _assumes(live, role, o)], [])


def permissions(live: Live, environment: Environment, role: str) -> Iterator[Check]:
    statements = list(live.role_statements(role).values())
    label, own = f"release of {environment.name}", _places(live, environment)
    refused = sorted(f"{action} {arn}" for action, arn in own if not may(statements, action, arn))
    yield Check(f"{label}: lacks", refused, [])
    foreign = {place for other in live.account.resolved for place in _places(live, other)} - own
    allowed = sorted(f"{action} {arn}" for action, arn in foreign if may(statements, action, arn))
    yield Check(f"{label}: may do in other environments", allowed, [])
    dangerous = [
        action for action in DANGEROUS if any(may(statements, action, r) for r in _resources(live, environment))
    ]
    yield Check(f"{label}: may do what no release needs", dangerous, [])
    privileged = environment.code_runner is not None and environment.code_runner.host is not None
    registers = next((s for s in statements if s["Sid"] == "RegisterTaskDefinitions"), {})
    values = registers.get("Condition", {}).get("BoolIfExists", {}).get("ecs:privileged")
    yield Check(f"{label}: privileged tasks", values, ["true", "false"] if privileged else ["false"])


def _places(live: Live, environment: Environment) -> set[tuple[str, str]]:
    """The actions of a release with what they are done to."""
    region, account = environment.region, live.account_id
    found: set[tuple[str, str]] = set()
    for name, service in environment.services.items():
        task = f"{environment.cluster_name}/{environment.service_name(name)}"
        found.add(("ecs:UpdateService", f"arn:aws:ecs:{region}:{account}:service/{task}"))
        found.add(("ecr:PutImage", f"arn:aws:ecr:{region}:{account}:repository/{service.image.repository}"))
        parameter = environment.image_parameter(name)
        found.add(("ssm:PutParameter", f"arn:aws:ssm:{region}:{account}:parameter{parameter}"))
    runner = environment.code_runner
    if runner is not None:
        name = str(environment.code_runner_name)
        found.add(("ecr:PutImage", f"arn:aws:ecr:{region}:{account}:repository/{runner.repository}"))
        if runner.service:
            service_arn = f"arn:aws:ecs:{region}:{account}:service/{environment.code_runner_cluster}/{name}"
            found.add(("ecs:UpdateService", service_arn))
        else:
            found.add(("lambda:UpdateFunctionCode", f"arn:aws:lambda:{region}:{account}:function:{name}"))
    return found


def _resources(live: Live, environment: Environment) -> set[str]:
    """What a dangerous action could be done to: the release's own places, and something of each kind besides."""
    region, account = environment.region, live.account_id
    return {arn for _, arn in _places(live, environment)} | {
        f"arn:aws:iam::{account}:role/{environment.prefix}-anything",
        f"arn:aws:iam::{account}:user/anybody",
        f"arn:aws:s3:::{live.outputs['state_bucket']}/state",
        f"arn:aws:secretsmanager:{region}:{account}:secret:{environment.prefix}/anything",
        f"arn:aws:rds:{region}:{account}:db:{environment.prefix}-main",
        f"arn:aws:ec2:{region}:{account}:security-group/sg-1",
    }


def _assumes(live: Live, role: str, subject: str) -> bool:
    claims = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": subject}
    token = ".".join((_base64({"alg": "RS256"}), _base64(claims), "unsigned"))
    try:
        live.client("sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="rehearsal", WebIdentityToken=token
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def _base64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
