"""What the delivery module refuses."""

from __future__ import annotations

from generator.modules.delivery import Delivery
from tests.plan.planning import Inputs
from tests.plan.wrong_values import WrongCall, bad_name

EXAMPLE: Inputs = Delivery.example
ROLE = EXAMPLE["roles"]["test"]
NO_REPOSITORY = (
    "repositories of each of roles must be at least one owner/name, with the numbers that a token's sub has."
)
WILDCARD = "branches and environments of each of roles must be whole names, without wildcards."
UNPAIRED = "task_families and task_role_arns of each of roles go together: give both or neither."


def bad_arns(name: str, what: str) -> str:
    return f"{name} of each of roles must be ARNs of {what}, without wildcards."


def one_role(**changes: object) -> dict[str, object]:
    return {**EXAMPLE, "roles": {"test": {**ROLE, **changes}}}


VALIDATIONS = {
    "delivery_all": WrongCall(
        "delivery",
        {
            "name": "Example",
            "provider_arn": "arn:aws:iam::123456789012:oidc-provider/gitlab.com",
            "roles": {
                "Test": {
                    "repositories": ["example/*"],
                    "branches": ["*"],
                    "image_repository_arns": ["arn:aws:ecr:us-west-2:123456789012:repository/*"],
                    "image_parameter_arns": ["arn:aws:ssm:*:123456789012:parameter/example"],
                    "service_arns": ["arn:aws:ecs:us-west-2:123456789012:service/example/*"],
                    "task_families": ["*"],
                    "task_role_arns": ["*"],
                    "function_arns": ["arn:aws:lambda:us-west-2:123456789012:function:*"],
                }
            },
        },
        (
            bad_name(40),
            "provider_arn must be the ARN of an identity provider for token.actions.githubusercontent.com.",
            "the keys of roles must be lower-case letters, digits and hyphens: names of roles end with them.",
            NO_REPOSITORY,
            WILDCARD,
            bad_arns("image_repository_arns", "ECR repositories"),
            bad_arns("image_parameter_arns", "SSM parameters"),
            bad_arns("service_arns", "ECS services with their cluster"),
            bad_arns("task_role_arns", "IAM roles"),
            bad_arns("function_arns", "Lambda functions without version or alias"),
            "task_families of each of roles must be letters, digits, hyphens and underscores.",
        ),
    ),
    "delivery_other_things": WrongCall(
        "delivery",
        one_role(
            repositories=[],
            branches=["main", "release/?"],
            service_arns=["arn:aws:ecs:us-west-2:123456789012:service/backend"],
            task_role_arns=["arn:aws:iam::123456789012:user/jane"],
            function_arns=["arn:aws:lambda:us-west-2:123456789012:function:example:live"],
        ),
        (
            NO_REPOSITORY,
            WILDCARD,
            bad_arns("service_arns", "ECS services with their cluster"),
            bad_arns("task_role_arns", "IAM roles"),
            bad_arns("function_arns", "Lambda functions without version or alias"),
        ),
    ),
    "delivery_anyone": WrongCall(
        "delivery",
        one_role(branches=[], environments=[]),
        ("each of roles must name a branch or an environment: otherwise every workflow of the repository deploys.",),
    ),
    "delivery_forged_environment": WrongCall("delivery", one_role(environments=["a:ref:refs/heads/b"]), (WILDCARD,)),
    "delivery_no_task_role": WrongCall("delivery", one_role(task_role_arns=[]), (UNPAIRED,)),
    "delivery_no_family": WrongCall("delivery", one_role(task_families=[]), (UNPAIRED,)),
    "delivery_nothing": WrongCall(
        "delivery",
        {**EXAMPLE, "roles": {"test": {"repositories": ["example/web"], "branches": ["main"]}}},
        ("each of roles must be given something to deploy.",),
    ),
}

LONG = "a-repository-with-a-long-name"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
TRUST_TOO_LONG = (
    "Role test: who assumes it takes 5644 characters, and IAM allows 4096: "
    "name fewer repositories, branches or environments."
)
PRECONDITIONS = {
    "delivery_trust_too_long": WrongCall(
        "delivery",
        {**one_role(repositories=[f"example/{LONG}-{n:03}" for n in range(80)]), "provider_arn": PROVIDER},
        (TRUST_TOO_LONG,),
    ),
    "delivery_policy_too_long": WrongCall(
        "delivery",
        {
            "name": "example",
            "roles": {
                "test": {
                    "repositories": ["example/web"],
                    "branches": ["main"],
                    "image_repository_arns": [
                        f"arn:aws:ecr:us-west-2:123456789012:repository/example/{LONG}-{n:03}" for n in range(150)
                    ],
                }
            },
        },
        ("Role test: what it may do takes 13909 characters, and IAM allows 10240: give a part of it to another role.",),
    ),
}
