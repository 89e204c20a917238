"""Secrets and settings: where their values stand, in which regions, and how services are given them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest.secret import Secret

# Secrets Manager ends the ARNs of its secrets with a hyphen and six characters of its own.
OWN_ENDING = re.compile(r"^(arn:[^:]+:secretsmanager:[^:]*:\d+:secret:[^:]+)-[A-Za-z0-9]{6}(:.*)?$")


def checks(live: Live) -> Iterator[Check]:
    for secret in live.environment.secrets().values():
        name = secret.name.render(live.environment.values)
        yield from (_parameter(live, name, secret) if secret.store == "ssm" else _secret(live, name, secret))


def _parameter(live: Live, name: str, secret: Secret) -> Iterator[Check]:
    found = live.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
    yield Check(f"{name}: type", found["Type"], "SecureString" if secret.value is None else "String")
    # What is secret is the operator's to write; nothing that Terraform knows stands there.
    yield Check(f"{name}: value", found["Value"], "set-me" if secret.value is None else secret.value)


def _secret(live: Live, name: str, secret: Secret) -> Iterator[Check]:
    found = live.client("secretsmanager").describe_secret(SecretId=name)
    regions = sorted(status["Region"] for status in found.get("ReplicationStatus", []))
    yield Check(f"{name}: copies in", regions, sorted(secret.replicas), stub=bool(secret.replicas))
    yield Check(f"{name}: in removal", "DeletedDate" in found, False)


def wired(live: Live, secret: Secret, *, key: bool = True) -> str:
    """What ECS is told of *secret*, without the ending that Secrets Manager gives its ARN."""
    environment = live.environment
    name = secret.name.render(environment.values)
    if secret.store == "ssm":
        return f"arn:aws:ssm:{environment.region}:{live.account_id}:parameter/{name.removeprefix('/')}"
    arn = f"arn:aws:secretsmanager:{environment.region}:{live.account_id}:secret:{name}"
    return f"{arn}:{secret.key}::" if key and secret.key else arn


def bare_arn(arn: str) -> str:
    """*arn* without that ending, if it is of Secrets Manager."""
    match = OWN_ENDING.match(arn)
    return arn if match is None else match[1] + (match[2] or "")
