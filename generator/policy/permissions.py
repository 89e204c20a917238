"""What a role may do in effect, computed from all policies that the plan gives it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from generator.policy.plan import Plan, Resource
from generator.policy.plan.values import Unknown

# What AWS's own policies allow, as far as rules ask: a policy that is not here is unknown.
AWS_POLICIES: Mapping[str, tuple[str, ...]] = {
    "service-role/AmazonECSTaskExecutionRolePolicy": (
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ),
    "service-role/AWSLambdaBasicExecutionRole": ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    "service-role/AWSLambdaVPCAccessExecutionRole": (
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    ),
    "AWSXRayDaemonWriteAccess": (
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ),
    "AdministratorAccess": ("*",),
    "PowerUserAccess": ("*",),
    "ReadOnlyAccess": ("s3:Get*", "s3:List*", "dynamodb:Get*", "ssm:Get*", "logs:Get*"),
    "AmazonS3FullAccess": ("s3:*",),
    "AmazonS3ReadOnlyAccess": ("s3:Get*", "s3:List*"),
    "SecretsManagerReadWrite": ("secretsmanager:*",),
    "AmazonSSMReadOnlyAccess": ("ssm:Describe*", "ssm:Get*", "ssm:List*"),
    "IAMFullAccess": ("iam:*",),
    "AmazonEC2ContainerRegistryReadOnly": ("ecr:Get*", "ecr:BatchGetImage", "ecr:Describe*", "ecr:List*"),
}


# What gives a policy to roles, and the argument that names them.
HOLDERS = (
    ("aws_iam_role_policy", "role"),
    ("aws_iam_role_policy_attachment", "role"),
    ("aws_iam_policy_attachment", "roles"),
)


@dataclass(frozen=True)
class Statement:
    """A statement of a policy; *source* is the resource that holds it."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    condition: Mapping[str, Any]
    source: Resource

    def covers(self, action: str) -> bool:
        """Whether it speaks of *action*, or of part of it, when *action* is a pattern itself."""
        if self.not_actions:
            return not any(glob(pattern, action, fold=True) for pattern in self.not_actions)
        return any(glob(pattern, action, fold=True) or glob(action, pattern, fold=True) for pattern in self.actions)

    def reaches(self, resource: str) -> bool:
        """Whether it speaks of the ARN *resource*."""
        if self.not_resources:
            return not any(glob(pattern, resource) for pattern in self.not_resources)
        return any(glob(pattern, resource) for pattern in self.resources)


@dataclass(frozen=True)
class Role:
    """A role's statements. *complete*: the plan knows all of them; *unknown* are the resources whose policy it does
    not."""

    resource: Resource
    statements: tuple[Statement, ...]
    unknown: tuple[Resource, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.unknown

    def allows(self, action: str, resource: str = "*") -> bool | None:
        """Whether it may do *action*, on *resource*, at least in some context; ``*`` is anything at all.

        A condition is taken to hold in an Allow, and not to hold in a Deny: what this denies is denied.
        """
        spoken = [s for s in self.statements if s.covers(action) and (resource == "*" or s.reaches(resource))]
        # Only a Deny on everything denies "anything".
        denied = any(s.effect == "Deny" and not s.condition and self._whole(s, action, resource) for s in spoken)
        if denied:
            return False
        if any(s.effect == "Allow" for s in spoken):
            return True
        return False if self.complete else None

    def denies(self, action: str) -> bool | None:
        """Whether an explicit Deny keeps it from *action*, on everything and always."""
        if any(s.effect == "Deny" and not s.condition and self._whole(s, action, "*") for s in self.statements):
            return True
        return False if self.complete else None

    def allowing(self, *actions: str) -> list[Statement]:
        """The statements that allow one of *actions*."""
        return [s for s in self.statements if s.effect == "Allow" and any(s.covers(action) for action in actions)]

    @staticmethod
    def _whole(statement: Statement, action: str, resource: str) -> bool:
        actions = not statement.not_actions and any(glob(p, action, fold=True) for p in statement.actions)
        if resource == "*":
            return actions and "*" in statement.resources
        return actions and statement.reaches(resource)


@dataclass
class Permissions:
    """The permissions of all roles of *plan*."""

    plan: Plan
    _roles: dict[str, Role] = field(default_factory=dict)

    def of(self, role: Resource) -> Role:
        """What *role*, an ``aws_iam_role``, may do."""
        if role.address not in self._roles:
            self._roles[role.address] = self._role(role)
        return self._roles[role.address]

    def named(self, holder: Resource, path: str) -> Role | None:
        """The role that the argument *path* of *holder* names; None when it is not of this plan, or not known."""
        role = self.plan.links(holder, path, "aws_iam_role").one
        return None if role is None else self.of(role)

    @cached_property
    def _unplaced(self) -> list[Resource]:
        """Policies of which the plan does not know the role."""
        return [
            r
            for kind, path in HOLDERS
            for r in self.plan.of_type(kind)
            if not self.plan.links(r, path, "aws_iam_role").exact
        ]

    def _role(self, role: Resource) -> Role:
        statements: list[Statement] = []
        unknown: list[Resource] = [r for r in self._unplaced if self._may_hold(r, role)]
        texts = [(policy, policy.get("policy")) for policy in self.plan.linking("aws_iam_role_policy", "role", role)[0]]
        texts += [(role, b.get("policy")) for b in role.blocks("inline_policy") if b.get("policy") not in (None, "")]
        if any(self._is_hidden(role, path) for path in ("inline_policy.0.policy", "managed_policy_arns")):
            unknown.append(role)
        for source, text in [*texts, *self._attached(role)]:
            if isinstance(text, Unknown | None):
                unknown.append(source)
                continue
            found = statements_of(text, source)
            if found is None:
                unknown.append(source)
            else:
                statements += found
        return Role(role, tuple(statements), tuple(dict.fromkeys(unknown)))

    def _is_hidden(self, role: Resource, path: str) -> bool:
        """Whether *role* names policies by an argument that is not known yet. Left out, it is not known either."""
        head = role.get(path.partition(".")[0])
        written = isinstance(head, Unknown) and self.plan.is_written(role, path) is not False
        return written or (isinstance(head, list) and any(isinstance(part, Unknown) for part in head))

    def _may_hold(self, policy: Resource, role: Resource) -> bool:
        links = self.plan.links(policy, dict(HOLDERS)[policy.type], "aws_iam_role")
        return not links.complete or role in links

    def _attached(self, role: Resource) -> Iterator[tuple[Resource, Any]]:
        attachments = [a for kind, path in HOLDERS[1:] for a in self.plan.linking(kind, path, role)[0]]
        for attachment in attachments:
            links = self.plan.links(attachment, "policy_arn", "aws_iam_policy")
            yield attachment, self._policy(links.one, links.outside)
        for arn in _texts(role.get("managed_policy_arns")):
            yield role, self._policy(None, (arn,))

    def _policy(self, policy: Resource | None, outside: tuple[str, ...]) -> Any:
        if policy is not None:
            return policy.get("policy")
        for arn in outside:
            actions = AWS_POLICIES.get(arn.partition(":policy/")[2])
            if arn.split(":")[4:5] == ["aws"] and actions is not None:
                return json.dumps({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
        return None


def statements_of(text: Any, source: Resource) -> list[Statement] | None:
    """The statements of the policy document *text*; None when it is none."""
    try:
        document = json.loads(text)
        found = document["Statement"]
    except (TypeError, ValueError, KeyError):
        return None
    if isinstance(found, dict):
        found = [found]
    return [
        Statement(
            str(s.get("Effect")),
            _texts(s.get("Action")),
            _texts(s.get("NotAction")),
            _texts(s.get("Resource")),
            _texts(s.get("NotResource")),
            s.get("Condition") or {},
            source,
        )
        for s in found
        if isinstance(s, dict)
    ]


def glob(pattern: str, value: str, *, fold: bool = False) -> bool:
    """Whether IAM's *pattern*, with * and ?, is the whole *value*. Actions have no case: *fold*."""
    if pattern == "*":
        return True
    return _compiled(pattern.lower() if fold else pattern).fullmatch(value.lower() if fold else value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Iterable) and not isinstance(value, dict):
        return tuple(str(part) for part in value if not isinstance(part, Unknown))
    return ()
