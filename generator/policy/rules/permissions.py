"""Roles: what each may do, computed from all its policies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from generator.policy.permissions import Role, Statement
from generator.policy.plan.values import Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, judge

GUARDED = ("iam:CreateUser", "iam:DeleteUser", "iam:CreatePolicy")
READS_SECRETS = (
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
)
OBJECTS = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")
# An execution role pulls images, writes logs and reads the secrets that ECS injects.
PULLS = (
    "ecr:getauthorizationtoken",
    "ecr:batchchecklayeravailability",
    "ecr:getdownloadurlforlayer",
    "ecr:batchgetimage",
    "logs:createlogstream",
    "logs:createloggroup",
    "logs:putlogevents",
    "secretsmanager:getsecretvalue",
    "ssm:getparameter",
    "ssm:getparameters",
    "kms:decrypt",
    "s3:getobject",
    "s3:getbucketlocation",
)
# Conditions that say for whom a statement is; a negated one says for whom it is not.
ADMITTING = ("StringEquals", "StringLike", "ForAnyValue:StringEquals", "ForAnyValue:StringLike")
SUBJECT = re.compile(r"repo:[^*?:/]+/[^*?:/]+:(?!pull_request$)[^*?:]+(:[^*?]+)?")
EVERYTHING = re.compile(r"[*?]+|arn:[a-z*?-]*(:[*?]*)*")
GITHUB = "token.actions.githubusercontent.com"


@rule(
    "PLT-007",
    "A task's role denies making users and policies",
    severity=Severity.HIGH,
    rationale="A Deny holds against every Allow that is added later: a program that is taken over makes itself no "
    "account that outlives it.",
    document="S1 IAM; decisions 6, 39",
    remediation="Add a statement to the task role that denies iam:CreateUser, iam:DeleteUser and iam:CreatePolicy.",
    decidable="rehearsed plan",
)
def task_roles_deny_users(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        given = task.definition.get("task_role_arn")
        if given in (None, ""):
            continue
        role = platform.permissions.named(task.definition, "task_role_arn")
        if role is None:
            yield judge(None, task.definition, "", "task_role_arn", "Its task role is not in this plan.")
            continue
        missing = [action for action in GUARDED if not role.denies(action)]
        truth = not missing if not missing or role.complete else None
        yield judge(truth, role.resource, f"It does not deny {', '.join(missing)}.", "policy")


@rule(
    "PLT-008",
    "Only named functions are invoked",
    severity=Severity.HIGH,
    rationale="Whoever may invoke * runs programs in every environment of the account.",
    document="S1, S2 IAM",
    remediation="Name the ARN of the environment's own function, or of its alias.",
    decidable="rehearsed plan",
)
def functions_are_named(platform: Platform) -> Iterator[Verdict]:
    yield from _named_only(platform, ("lambda:InvokeFunction", "lambda:InvokeAsync"), ":lambda:", ":function:")


@rule(
    "PLT-009",
    "Only named secrets are read",
    severity=Severity.HIGH,
    rationale="Whoever reads every secret has every database and every key of the account.",
    document="S1, S3 IAM",
    remediation="Name the ARNs of secrets and parameters, or of a prefix of the environment's own.",
    decidable="rehearsed plan",
)
def secrets_are_named(platform: Platform) -> Iterator[Verdict]:
    yield from _named_only(platform, READS_SECRETS, ":", ":secret:", ":parameter/")


@rule(
    "PLT-011",
    "Only named buckets are read and written",
    severity=Severity.HIGH,
    rationale="An object's key is guessable, and * is every bucket of the account, state and logs among them.",
    document="S1 IAM",
    remediation="Name the ARN of the environment's own bucket, with /* for its objects.",
    decidable="rehearsed plan",
)
def buckets_are_named(platform: Platform) -> Iterator[Verdict]:
    yield from _named_only(platform, OBJECTS, ":s3:", ":s3:::")


def _named_only(platform: Platform, actions: tuple[str, ...], _service: str, *markers: str) -> Iterator[Verdict]:
    """A verdict for each role that may do one of *actions*: its resources are ARNs that name something."""
    for resource in platform.plan.of_type("aws_iam_role"):
        role = platform.permissions.of(resource)
        statements = role.allowing(*actions)
        wide = [r for s in statements for r in _wide(s, markers)]
        if not statements and role.complete:
            continue
        truth = False if wide else (True if role.complete else None)
        source = next((s.source for s in statements if _wide(s, markers)), resource)
        yield judge(truth, source if wide else resource, f"It may do so on {', '.join(sorted(set(wide)))}.", "policy")


def _wide(statement: Statement, markers: tuple[str, ...]) -> list[str]:
    if statement.not_resources:
        return ["everything but what it names"]
    return [r for r in statement.resources if not any(_names(r, marker) for marker in markers)]


def _names(arn: str, marker: str) -> bool:
    """Whether *arn* says something of its own after *marker*."""
    rest = arn.partition(marker)[2]
    return bool(rest) and not rest.startswith(("*", "?"))


@rule(
    "PLT-010",
    "ECS and the program have different roles",
    severity=Severity.HIGH,
    rationale="The execution role reads every secret of the service and pulls its image; the program needs neither.",
    document="S1 IAM; decisions 6",
    remediation="Make two roles. The execution role pulls, writes logs and reads the named secrets, nothing else.",
    decidable="rehearsed plan",
)
def two_roles(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for task in platform.tasks:
        definition = task.definition
        one = plan.links(definition, "task_role_arn", "aws_iam_role")
        other = plan.links(definition, "execution_role_arn", "aws_iam_role")
        if not (one.resources or one.outside) or not (other.resources or other.outside):
            continue
        sure = (one.one is not None or one.outside) and (other.one is not None or other.outside)
        same = (one.resources, one.outside) == (other.resources, other.outside)
        yield judge(not same if sure else None, definition, "Both are one role.", "task_role_arn")
        role = platform.permissions.named(definition, "execution_role_arn")
        if role is not None and not same:
            more = sorted({a for s in role.statements if s.effect == "Allow" for a in _beyond(s)})
            truth = False if more else (True if role.complete else None)
            yield judge(truth, role.resource, f"It also allows {', '.join(more)}.", "policy")


def _beyond(statement: Statement) -> list[str]:
    if statement.not_actions:
        return ["everything but what it names"]
    return [action for action in statement.actions if action.lower() not in PULLS]


@rule(
    "PLT-068",
    "No role may do everything",
    severity=Severity.CRITICAL,
    rationale="Whoever takes over what has the role has the account.",
    document="S1 IAM; decisions 5",
    remediation="Name actions and resources.",
    decidable="rehearsed plan",
)
def no_administrators(platform: Platform) -> Iterator[Verdict]:
    for resource in platform.plan.of_type("aws_iam_role"):
        role = platform.permissions.of(resource)
        every = [s for s in role.statements if s.effect == "Allow" and _is_everything(s)]
        yield judge(_known(role, bad=bool(every)), resource, "It allows every action on every resource.", "policy")


def _is_everything(statement: Statement) -> bool:
    actions = any(set(a) <= set("*:") for a in statement.actions) or bool(statement.not_actions)
    # arn:aws:* is every resource as well.
    everything = any(EVERYTHING.fullmatch(r) for r in statement.resources)
    return actions and (everything or bool(statement.not_resources))


def _known(role: Role, *, bad: bool) -> bool | None:
    return False if bad else (True if role.complete else None)


@rule(
    "PLT-060",
    "Delivery has no keys that outlive a run",
    severity=Severity.HIGH,
    rationale="A key in a repository's settings works for whoever reads it, for years; a token of GitHub's is good "
    "for one run of one branch.",
    document="S3, S4 Pipeline; decisions, Departures",
    remediation="Let workflows assume a role through OIDC, with a condition on sub that names repository and branch.",
)
def delivery_without_keys(platform: Platform) -> Iterator[Verdict]:
    for key in platform.plan.of_type("aws_iam_access_key"):
        yield judge(False, key, "It is a key without an end.", "")
    for role in platform.plan.of_type("aws_iam_role"):
        trust = role.get("assume_role_policy")
        if isinstance(trust, Unknown):
            yield judge(None, role, "", "assume_role_policy")
        elif GITHUB in str(trust):
            message = "Any workflow of GitHub may assume it: sub names no repository with its branch or environment."
            yield judge(_names_a_branch(trust), role, message, "assume_role_policy")


def _names_a_branch(trust: object) -> bool:
    """Whether each statement of the policy *trust* that admits GitHub says for which branch or environment."""
    found = json.loads(str(trust)).get("Statement") or []
    for statement in [found] if isinstance(found, dict) else found:
        if GITHUB not in json.dumps(statement.get("Principal")) or statement.get("Effect") != "Allow":
            continue
        conditions = (statement.get("Condition") or {}).items()
        tests = [t for operator, t in conditions if operator in ADMITTING and isinstance(t, dict)]
        subjects = [v for test in tests for k, v in test.items() if k.lower() == f"{GITHUB}:sub"]
        values = [v for found in subjects for v in ([found] if isinstance(found, str) else found)]
        if not values or any(_any_branch(value) for value in values):
            return False
    return True


def _any_branch(subject: str) -> bool:
    """``repo:owner/name:*`` is every branch, and every pull request of a stranger; so is any other pattern."""
    return SUBJECT.fullmatch(subject) is None
