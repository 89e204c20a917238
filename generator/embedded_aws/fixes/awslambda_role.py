"""What Lambda asks of an execution role before it accepts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

# Checked when a function is attached to a VPC, each for all resources.
NETWORK_INTERFACE_ACTIONS = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")


def check_role(arn: str, account: str, region: str, *, in_vpc: bool) -> None:
    """Raise InvalidParameterValueException unless Lambda can assume the role and, *in_vpc*, attach interfaces."""
    try:
        role = iam_backends[account][get_partition(region)].get_role_by_arn(arn)
    except NotFoundException:
        role = None
    if role is None or not _trusts_lambda(role):
        raise InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.")
    if not in_vpc:
        return
    for action in NETWORK_INTERFACE_ACTIONS:
        if not _is_permitted(role, f"ec2:{action}"):
            raise InvalidParameterValueException(
                f"The provided execution role does not have permissions to call {action} on EC2"
            )


def _is_permitted(role: Role, action: str) -> bool:
    """Whether *role* may do *action* on every resource, in a call Lambda makes itself (no condition keys)."""
    results = [policy.is_action_permitted(action, "*") for policy in _policies(role)]
    return PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results


def _policies(role: Role) -> Iterator[IAMPolicy]:
    for document in role.policies.values():
        yield IAMPolicy(document)
    for managed in role.managed_policies.values():
        yield IAMPolicy(managed)


def _trusts_lambda(role: Role) -> bool:
    statements = json.loads(role.assume_role_policy_document)["Statement"]
    return any(
        statement["Effect"] == "Allow"
        and "sts:AssumeRole" in _list(statement.get("Action"))
        and "lambda.amazonaws.com" in _list((statement.get("Principal") or {}).get("Service"))
        for statement in _list(statements)
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
