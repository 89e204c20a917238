"""IAM policies as expressions: ``jsonencode`` keeps every statement readable in the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.bindings import functions as fn
from generator.hcl.expression import Expr

Statement = Mapping[str, object]
Condition = Mapping[str, object]


def document(*statements: Statement) -> Expr:
    """Return the JSON of a policy with these statements."""
    return fn.jsonencode({"Version": "2012-10-17", "Statement": list(statements)})


def allow(sid: str, actions: Sequence[str], resources: object, condition: Condition | None = None) -> Statement:
    return _statement(sid, "Allow", actions, resources, condition)


def deny(sid: str, actions: Sequence[str], resources: object, condition: Condition | None = None) -> Statement:
    return _statement(sid, "Deny", actions, resources, condition)


def assumed_by(service: str, condition: Condition | None = None) -> Expr:
    """Return the trust policy of a role for *service* alone; *condition* stops confused deputies."""
    statement: dict[str, object] = {
        "Sid": "AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return document({**statement, "Condition": condition} if condition else statement)


def _statement(
    sid: str, effect: str, actions: Sequence[str], resources: object, condition: Condition | None
) -> Statement:
    statement: dict[str, object] = {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement
