"""IAM.

- Policy statements with a Condition: moto answers "denied" when a condition does not hold, whatever the effect, ignores
  every operator but StringEquals, and takes a missing key for a match. So the usual Deny without TLS refuses all access
  to a bucket. Here a statement counts only when its condition holds, and a key the request does not carry never holds.
- A new account: moto reads AWS's thousand managed policies anew, which takes a sixth of a second. Here they are read
  once, and an account has copies.
"""

from __future__ import annotations

import copy
import fnmatch
from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.iam.models import IAMBackend, ManagedPolicy

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

# What is always known of a request: the embedded AWS stands for one that is reached by TLS.
_ALWAYS = {"aws:securetransport": "true"}


def apply(_: ServerState) -> None:
    @around(IAMPolicyStatement, "is_action_permitted")
    def only_when_the_condition_holds(
        original: Any,
        self: Any,
        action: str,
        resource: str = "*",
        principal: str | None = None,
        incoming_condition_values: dict[str, str] | None = None,
    ) -> Any:
        if not condition_holds(self._statement.get("Condition") or {}, incoming_condition_values or {}):
            return PermissionResult.NEUTRAL
        return original(self, action, resource, principal, incoming_condition_values)

    managed: dict[str, list[ManagedPolicy]] = {}

    @around(IAMBackend, "_init_aws_policies")
    def read_once(original: Any, self: Any) -> list[ManagedPolicy]:
        # By partition, which the ARNs name.
        if self.region_name not in managed:
            managed[self.region_name] = original(self)
        copies = [copy.copy(policy) for policy in managed[self.region_name]]
        for policy in copies:
            # What calls can change of them is each account's own, as is the number of attachments.
            policy.account_id, policy.versions, policy.tags = self.account_id, list(policy.versions), dict(policy.tags)
        return copies


def condition_holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Whether every operator and key of a policy's Condition block holds for the request's *context* keys.

    Source: the IAM user guide, "IAM JSON policy elements: Condition operators". Departure: an absent key makes negated
    operators (StringNotEquals...) false too, since moto does not tell us all the keys a request has.
    """
    known = _ALWAYS | {key.lower(): value for key, value in context.items()}
    return all(
        _operator_holds(operator, known.get(key.lower()), expected)
        for operator, keys in condition.items()
        for key, expected in keys.items()
    )


def _operator_holds(operator: str, actual: str | None, expected: Any) -> bool:
    name = operator.split(":")[-1]  # ForAnyValue:StringLike
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name == "Null":
        return (actual is None) == (_texts(expected)[0].lower() == "true")
    if actual is None:
        return if_exists
    compare, negated = _OPERATORS.get(name, (None, False))
    if compare is None:
        return False
    return any(compare(actual, value) for value in _texts(expected)) is not negated


def _texts(expected: Any) -> list[str]:
    values = expected if isinstance(expected, list) else [expected]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _equal(actual: str, expected: str) -> bool:
    return actual == expected


def _equal_ignoring_case(actual: str, expected: str) -> bool:
    return actual.lower() == expected.lower()


def _like(actual: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(actual, pattern.replace("[", "[[]"))


_OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_like, False),
    "ArnNotEquals": (_like, True),
    "ArnLike": (_like, False),
    "ArnNotLike": (_like, True),
    "Bool": (_equal_ignoring_case, False),
}
