"""What the module container_registry refuses."""

from __future__ import annotations

from generator.modules.container_registry import ContainerRegistry
from tests.plan.wrong_values import WrongCall

NAME = "repositories must be lower-case letters and digits, joined by single . _ - or /."
KEEP = "keep_images of each of repositories must be from 1 to 1000."
KEY = "kms_key_arn of each of repositories must be the ARN of a KMS key, not of an alias."
ROLE = "pull_role_arns of each of repositories must be ARNs of IAM roles."
ENVIRONMENT = "environments must be lower-case letters, digits and hyphens, and none may begin with released."
APART = "environments must differ, and none may continue another's name after a hyphen: tags tell them apart."
KEEP_ALL = "keep_images must be from 1 to 1000."
REGION = "replication_regions must be regions such as us-west-2."
FILTERS = "replication_regions needs from 1 to 100 repositories: ECR takes no more filters."


def refused(*messages: str, **inputs: object) -> WrongCall:
    return WrongCall("container_registry", {**ContainerRegistry.example, **inputs}, messages)


VALIDATIONS = {
    "container_registry_all": refused(
        NAME,
        KEEP,
        KEY,
        ROLE,
        ENVIRONMENT,
        APART,
        KEEP_ALL,
        repositories={
            "example/backend": {"keep_images": 0},
            "Example": {"kms_key_arn": "arn:aws:kms:us-west-2:123456789012:alias/images"},
            "example/api": {"pull_role_arns": ["arn:aws:iam::123456789012:user/deployer"]},
        },
        environments=["Test", "test", "test"],
        keep_images=0,
    ),
    # Apart from the others: what reads repositories is not looked at where they are wrong.
    "container_registry_no_region": refused(REGION, replication_regions=["oregon"]),
    "container_registry_released": refused(
        ENVIRONMENT,
        KEEP_ALL,
        KEEP,
        environments=["released-test"],
        keep_images=1001,
        repositories={"example": {"keep_images": 1001}},
    ),
    "container_registry_shared_prefix": refused(APART, environments=["test-2", "test"]),
    "container_registry_many_environments": refused(
        "environments must be 48 at most: ECR takes 50 rules.", environments=[f"e{number}" for number in range(49)]
    ),
    "container_registry_number": refused(NAME, repositories={"1example": {}}),
    "container_registry_short": refused(NAME, repositories={"a": {}}),
    "container_registry_long": refused(NAME, repositories={"a" * 257: {}}),
}
COMPARISONS = {
    "container_registry_nothing_to_copy": refused(FILTERS, repositories={}, replication_regions=["us-east-1"]),
    "container_registry_much_to_copy": refused(
        FILTERS, repositories={f"example/r{number}": {} for number in range(101)}, replication_regions=["us-east-1"]
    ),
}
PRECONDITIONS = {
    "container_registry_copy_to_itself": refused(
        "replication_regions must not name the region of the repositories themselves.",
        replication_regions=["us-west-2", "us-east-1"],
    ),
}
