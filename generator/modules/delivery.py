"""Delivery: what GitHub's workflows may do in the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.iam import IamOpenidConnectProvider, IamRole, IamRolePolicy
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Check, Module, Variable
from generator.hcl.policy import Statement, allow, document
from generator.hcl.type_constraint import list_of, map_of, object_of, optional
from generator.hcl.types import Condition
from generator.modules.shared.common import every, limited, matches, name_variable, tags_variable

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# The push of an image, and what `slipway image release` asks of the registry.
PUSH_ACTIONS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:ListImages",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
FUNCTION_ACTIONS = (
    "lambda:GetAlias",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:ListVersionsByFunction",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
)
PARAMETER_ACTIONS = ("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter")
SERVICE_ACTIONS = ("ecs:DescribeServices", "ecs:UpdateService")
TASK_DEFINITION_ACTIONS = ("ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition")

# IAM's quotas in characters, white space not counted: of a role's inline policies, and of its trust at the highest that
# AWS grants (2048 without asking).
POLICY_LIMIT = 10240
TRUST_LIMIT = 4096

REGIONAL = "[a-z0-9-]+:[0-9]{12}"
# What each list of ARNs holds, and how such an ARN looks. None of the patterns admits a wildcard.
ARNS: Mapping[str, tuple[str, str]] = {
    "image_repository_arns": ("ECR repositories", f"ecr:{REGIONAL}:repository/[a-z0-9][a-z0-9._/-]*"),
    "image_parameter_arns": ("SSM parameters", f"ssm:{REGIONAL}:parameter/[a-zA-Z0-9_./-]+"),
    "service_arns": ("ECS services with their cluster", f"ecs:{REGIONAL}:service/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+"),
    "task_role_arns": ("IAM roles", "iam::[0-9]{12}:role/[a-zA-Z0-9_+=,.@/-]+"),
    "function_arns": ("Lambda functions without version or alias", f"lambda:{REGIONAL}:function:[a-zA-Z0-9_-]+"),
}
DEPLOYED = (*ARNS, "task_families")

ROLE = object_of(
    {
        "repositories": list_of("string"),
        "branches": optional(list_of("string"), []),
        "environments": optional(list_of("string"), []),
        "image_repository_arns": optional(list_of("string"), []),
        "image_parameter_arns": optional(list_of("string"), []),
        "service_arns": optional(list_of("string"), []),
        "task_families": optional(list_of("string"), []),
        "task_role_arns": optional(list_of("string"), []),
        "privileged_tasks": optional("bool", False),
        "function_arns": optional(list_of("string"), []),
    }
)


def roles_checks(roles: Expr) -> list[Check]:
    repository = "^[A-Za-z0-9][A-Za-z0-9_-]*(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$"
    reference = "^[A-Za-z0-9_][A-Za-z0-9_./#+-]*$"

    def of_each(condition: object) -> Expr:
        return every(fn.values(roles), condition, names=("role",))

    def all_match(items: object, pattern: str) -> Expr:
        return every(items, lambda item: matches(pattern, item))

    arns = [
        (
            of_each(lambda role, name=name, arn=arn: all_match(getattr(role, name), f"^arn:aws[a-z-]*:{arn}$")),
            f"{name} of each of roles must be ARNs of {what}, without wildcards.",
        )
        for name, (what, arn) in ARNS.items()
    ]
    return [
        (
            all_match(fn.keys(roles), "^[a-z][a-z0-9-]*$"),
            "the keys of roles must be lower-case letters, digits and hyphens: names of roles end with them.",
        ),
        (
            of_each(lambda role: (fn.length(role.repositories) > 0) & all_match(role.repositories, repository)),
            "repositories of each of roles must be at least one owner/name, with the numbers that a token's sub has.",
        ),
        (
            of_each(lambda role: fn.length(role.branches) + fn.length(role.environments) > 0),
            "each of roles must name a branch or an environment: otherwise every workflow of the repository deploys.",
        ),
        (
            of_each(lambda role: all_match(fn.concat(role.branches, role.environments), reference)),
            "branches and environments of each of roles must be whole names, without wildcards.",
        ),
        *arns,
        (
            of_each(lambda role: all_match(role.task_families, "^[a-zA-Z0-9_-]+$")),
            "task_families of each of roles must be letters, digits, hyphens and underscores.",
        ),
        (
            of_each(lambda role: (fn.length(role.task_families) > 0) == (fn.length(role.task_role_arns) > 0)),
            "task_families and task_role_arns of each of roles go together: give both or neither.",
        ),
        (
            of_each(lambda role: fn.length(fn.concat(*(getattr(role, name) for name in DEPLOYED))) > 0),
            "each of roles must be given something to deploy.",
        ),
    ]


class Delivery(Module):
    """Roles that GitHub's workflows assume to deploy, without a key that anybody could lose.

    GitHub signs a token for each job, and AWS trades it for credentials of an hour. Only those jobs assume a role whose
    token names one of its repositories together with one of its branches, or with one of its GitHub environments; a
    pull request's token names neither. A job that uses a GitHub environment has a token without the branch: restrict
    the branches in the environment's own settings. Repositories made, renamed or moved since July 2026 have numbers in
    their token: `owner@1234/name@5678`. The trust compares whole texts, so give what the token says; `gh api
    repos/OWNER/NAME/actions/oidc/customization/sub` shows it.

    A role may push to the named repositories, write the named parameters that say which image is released, register
    task definitions of the named families, update the named services, and update the named functions and their
    aliases. It may pass on the named roles, and those to ECS tasks alone. Updating a function's code needs no role
    passed; creating a function or changing its role stays with the operator. Privileged tasks have to be allowed by
    name.

    An account has GitHub's identity provider once. Where it exists, give its ARN.
    """

    example: ClassVar = {
        "name": "example",
        "roles": {
            "test": {
                "repositories": ["example/platform"],
                "environments": ["test"],
                "image_repository_arns": [
                    "arn:aws:ecr:us-west-2:123456789012:repository/example/backend",
                    "arn:aws:ecr:us-west-2:123456789012:repository/example/runner",
                ],
                "image_parameter_arns": [
                    "arn:aws:ssm:us-west-2:123456789012:parameter/example/test/images/backend",
                    "arn:aws:ssm:us-west-2:123456789012:parameter/example/test/images/runner",
                ],
                "service_arns": ["arn:aws:ecs:us-west-2:123456789012:service/example-test/backend"],
                "task_families": ["example-test-backend"],
                "task_role_arns": [
                    "arn:aws:iam::123456789012:role/example-test-backend-execution",
                    "arn:aws:iam::123456789012:role/example-test-backend-task",
                ],
                "function_arns": ["arn:aws:lambda:us-west-2:123456789012:function:example-runner-test"],
            },
        },
    }

    name = name_variable()
    roles = Variable(
        map_of(ROLE),
        "Roles by key, such as an environment's name: who assumes each, and what it deploys.",
        checks=roles_checks,
    )
    provider_arn = Variable(
        "string",
        "ARN of GitHub's identity provider where the account has one; null makes it.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | matches(f"^arn:aws[a-z-]*:iam::[0-9]{{12}}:oidc-provider/{escaped(ISSUER)}$", v),
                f"provider_arn must be the ARN of an identity provider for {ISSUER}.",
            )
        ],
    )
    tags = tags_variable()

    def build(self) -> None:
        provider = IamOpenidConnectProvider(
            self,
            "github",
            count=(self.provider_arn == null).then(1, 0),
            url=f"https://{ISSUER}",
            client_id_list=[AUDIENCE],
            tags=self.tags,
            why="Without thumbprints: AWS checks GitHub's certificate against its own list of authorities.",
        )
        provider_arn = self.local(
            "provider_arn", (self.provider_arn == null).then(provider.attribute_of_one("arn"), self.provider_arn)
        )
        names = self.local(
            "names", for_map(self.roles, lambda key, _: (key, f"{self.name}-{key}-deploy"), names=("key", "_"))
        )
        trusts = self.local(
            "trusts",
            for_map(self.roles, lambda key, r: (key, document(trust(provider_arn, r))), names=("key", "role")),
            "Who assumes each role.",
        )
        role = IamRole(
            self,
            "this",
            for_each=self.roles,
            name=limited(names[each.key], 64),
            description="Assumed by GitHub's workflows to deploy",
            assume_role_policy=trusts[each.key],
            tags=self.tags,
            lifecycle={
                "precondition": [
                    fits(
                        trusts[each.key],
                        TRUST_LIMIT,
                        "who assumes it",
                        "name fewer repositories, branches or environments",
                    )
                ]
            },
        )
        with self.file("permissions"):
            self.permissions(role)
        self.output("provider_arn", provider_arn, "ARN of GitHub's identity provider.")
        self.output(
            "role_arns",
            for_map(role, lambda key, r: (key, r.arn), names=("key", "role")),
            "ARNs of the roles by key, for the workflows.",
        )

    def permissions(self, role: IamRole) -> None:
        caller, partition = CallerIdentityData(self, "current"), PartitionData(self, "current")
        region = RegionData(self, "current")
        definitions = self.local(
            "task_definitions",
            f"arn:{partition.partition}:ecs:{region.id}:{caller.account_id}:task-definition",
            "A release registers the next revision of a family: its number is not known before.",
        )
        policies = self.local(
            "policies",
            for_map(self.roles, lambda key, r: (key, policy(r, definitions)), names=("key", "role")),
            "What each role may do.",
        )
        IamRolePolicy(
            self,
            "this",
            for_each=self.roles,
            name="deploy",
            role=role[each.key].id,
            policy=policies[each.key],
            lifecycle={
                "precondition": [
                    fits(policies[each.key], POLICY_LIMIT, "what it may do", "give a part of it to another role")
                ]
            },
            why=(
                "What is not named is left out. Two actions have no resource level in AWS: the registry's log-in, and "
                "reading a task definition."
            ),
        )


def trust(provider_arn: Expr, role: Expr) -> Statement:
    """The statement that lets jobs of the role's repositories, on its branches or in its environments, assume it."""

    def subjects(names: Expr, form: str) -> Expr:
        return for_list(
            fn.setproduct(role.repositories, names), lambda pair: f"repo:{pair[0]}:{form}{pair[1]}", names=("pair",)
        )

    return {
        "Sid": "AssumeFromGitHub",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": AUDIENCE,
                f"{ISSUER}:sub": fn.concat(
                    subjects(role.branches, "ref:refs/heads/"), subjects(role.environments, "environment:")
                ),
            }
        },
    }


def policy(role: Expr, task_definitions: Expr) -> Expr:
    """The policy of *role* (an element of ROLE), without the statements about what it does not name."""
    named = for_list(
        statements(role, task_definitions),
        lambda statement: statement,
        names=("statement",),
        when=lambda statement: fn.length(statement.Resource) > 0,
    )
    return fn.jsonencode({"Version": "2012-10-17", "Statement": named})


def fits(text: Expr, limit: int, what: str, cure: str) -> Condition:
    return {
        "condition": fn.length(text) <= limit,
        "error_message": (
            f"Role {each.key}: {what} takes {fn.length(text)} characters, and IAM allows {limit}: {cure}."
        ),
    }


def statements(role: Expr, task_definitions: Expr) -> list[Statement]:
    """What *role* (an element of ROLE) may do; a statement about something it does not name has no resources."""
    revisions = for_list(role.task_families, lambda family: f"{task_definitions}/{family}:*", names=("family",))
    versions = for_list(role.function_arns, lambda arn: f"{arn}:*", names=("arn",))
    return [
        allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], everything_if(role.image_repository_arns)),
        allow("PushImages", PUSH_ACTIONS, role.image_repository_arns),
        allow("NameReleasedImages", PARAMETER_ACTIONS, role.image_parameter_arns),
        allow(
            "RegisterTaskDefinitions",
            ["ecs:RegisterTaskDefinition"],
            revisions,
            {"BoolIfExists": {"ecs:privileged": role.privileged_tasks.then(["true", "false"], ["false"])}},
        ),
        allow(
            "TagTaskDefinitions",
            ["ecs:TagResource"],
            revisions,
            {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
        ),
        allow("ReadTaskDefinitions", ["ecs:DescribeTaskDefinition"], everything_if(role.task_families)),
        allow(
            "PassTaskRoles",
            ["iam:PassRole"],
            role.task_role_arns,
            {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        allow("UpdateServices", SERVICE_ACTIONS, role.service_arns),
        allow("UpdateFunctions", FUNCTION_ACTIONS, fn.concat(role.function_arns, versions)),
    ]


def everything_if(names: Expr) -> Expr:
    """The resources of an action without a resource level, which those who name something may do."""
    return (fn.length(names) > 0).then(["*"], [])


def escaped(host: str) -> str:
    """*host* as a regular expression."""
    return host.replace(".", "[.]")
