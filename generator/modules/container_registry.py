"""The image repositories of a system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.ecr import (
    EcrLifecyclePolicy,
    EcrReplicationConfiguration,
    EcrRepository,
    EcrRepositoryPolicy,
)
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional, set_of
from generator.modules.shared.common import allow_destroy_variable, between, every, matches, tags_variable
from generator.modules.shared.encryption_key import Place

RELEASED_PREFIX = "released-"
# More than a repository can hold: ECR's quota is 100000 images.
NONE_EXPIRES = 1000000
# Of the 50 rules that ECR takes, one keeps released images, and one removes those without a tag.
MOST_ENVIRONMENTS = 48
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
LAMBDA_PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


class ContainerRegistry(Module):
    """Private image repositories: immutable tags, scanned on push, cleaned up by tag prefix.

    Images are tagged `{environment}-{commit}-{time}`, and each environment's images expire on their own: a busy test
    environment never pushes out what production runs. An image that is released carries a tag that starts with
    `released-`. The first lifecycle rule matches those and expires none, and ECR never lets a later rule expire an
    image that an earlier one matches: a released digest stays. Tags cannot be made mutable: one that moved away would
    leave the digest it named to the clean-up.

    Whoever pulls needs permission in its own policy; `pull_role_arns` lets roles of other accounts in, and roles
    without such a policy. Lambda reads images as a service, and adds the statement for that to the repository by
    itself when whoever creates the function may change the repository's policy. `lambda_pull` writes it here instead:
    the deployer then needs no such permission, and Terraform does not remove what Lambda has added.

    A repository's encryption is decided for good when it is created: another `kms_key_arn` replaces the repository
    with all its images. ECR keeps one replication configuration an account and region: only one call of this module
    may have `replication_regions`. It copies what is pushed from then on, into repositories that ECR makes with
    mutable tags, its own key and no clean-up; `allow_destroy` does not reach them.
    """

    example: ClassVar = {
        "repositories": {"example/backend": {}, "example/runner": {}},
        "environments": ["test", "prod"],
    }

    repositories = Variable(
        map_of(
            object_of(
                {
                    "keep_images": optional("number"),
                    "kms_key_arn": optional("string"),
                    "pull_role_arns": optional("list(string)", []),
                    "lambda_pull": optional("bool", False),
                }
            )
        ),
        "Repositories by name, each with the images to keep for an environment if not keep_images, the KMS key if not "
        "ECR's AES-256, the ARNs of roles that may pull, and whether Lambda functions of this account may run its "
        "images.",
        checks=lambda v: [
            (
                every(v, lambda name, _: repository_name(name), names=("name", "_")),
                "repositories must be lower-case letters and digits, joined by single . _ - or /.",
            ),
            (
                every(v, lambda _, r: one_to(1000, fn.coalesce(r.keep_images, 1)), names=("_", "repository")),
                "keep_images of each of repositories must be from 1 to 1000.",
            ),
            (
                every(
                    v,
                    lambda _, r: (
                        (r.kms_key_arn == null) | matches("^arn:[a-z-]+:kms:[^:]+:[0-9]+:key/.+$", r.kms_key_arn)
                    ),
                    names=("_", "repository"),
                ),
                "kms_key_arn of each of repositories must be the ARN of a KMS key, not of an alias.",
            ),
            (
                every(
                    v,
                    lambda _, r: every(
                        r.pull_role_arns,
                        lambda arn: matches("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn),
                        names=("arn",),
                    ),
                    names=("_", "repository"),
                ),
                "pull_role_arns of each of repositories must be ARNs of IAM roles.",
            ),
        ],
    )
    environments = Variable(
        list_of("string"),
        "Environments whose images share the repositories; each is the prefix of its tags.",
        checks=lambda v: [
            (
                every(v, environment_name, names=("name",)),
                "environments must be lower-case letters, digits and hyphens, and none may begin with released.",
            ),
            (
                (fn.length(fn.distinct(v)) == fn.length(v))
                & every(v, lambda name: every(v, lambda other: apart(name, other), names=("other",)), names=("name",)),
                "environments must differ, and none may continue another's name after a hyphen: tags tell them apart.",
            ),
            (
                fn.length(v) <= MOST_ENVIRONMENTS,
                f"environments must be {MOST_ENVIRONMENTS} at most: ECR takes 50 rules.",
            ),
        ],
    )
    keep_images = Variable(
        "number",
        "Images to keep for each environment.",
        default=30,
        checks=lambda v: [between("keep_images", v, 1, 1000)],
    )
    replication_regions = Variable(
        set_of("string"),
        "Regions that images are copied to when they are pushed; in one call of the module an account and region.",
        default=[],
        checks=lambda v: [
            (
                every(v, lambda name: matches("^[a-z]{2}(-[a-z]+)+-[0-9]$", name), names=("name",)),
                "replication_regions must be regions such as us-west-2.",
            ),
            (
                (fn.length(v) == 0) | one_to(100, fn.length(Expr("var.repositories"))),
                "replication_regions needs from 1 to 100 repositories: ECR takes no more filters.",
            ),
        ],
    )
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        repository = EcrRepository(
            self,
            "this",
            for_each=self.repositories,
            name=each.key,
            image_tag_mutability="IMMUTABLE",
            force_delete=self.allow_destroy,
            image_scanning_configuration={"scan_on_push": True},
            encryption_configuration={
                "encryption_type": (each.value.kms_key_arn == null).then("AES256", "KMS"),
                "kms_key": each.value.kms_key_arn,
            },
            tags=self.tags,
            skip={"CKV_AWS_136": "ECR's AES-256 encrypts as well, and costs nothing; kms_key_arn names a key."},
        )
        EcrLifecyclePolicy(
            self,
            "this",
            for_each=self.repositories,
            repository=repository[each.key].name,
            policy=self.lifecycle_policy(),
        )
        place = Place.of(self)
        self.repository_policies(repository, place)
        self.replication(place)
        self.output(
            "repository_urls",
            for_map(repository, lambda name, r: (name, r.repository_url), names=("name", "repository")),
            "URLs to push to and pull from, by repository.",
        )
        self.output(
            "repository_arns",
            for_map(repository, lambda name, r: (name, r.arn), names=("name", "repository")),
            "ARNs of the repositories, by repository.",
        )

    def lifecycle_policy(self) -> Expr:
        kept_for_ever = rule(1, "Released images stay.", tagged(RELEASED_PREFIX, NONE_EXPIRES))
        untagged = {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": 1,
        }
        by_environment = for_list(
            self.environments,
            lambda index, environment: rule(
                index + 2,
                f"Unreleased images of {environment}.",
                tagged(f"{environment}-", fn.coalesce(each.value.keep_images, self.keep_images)),
            ),
            names=("index", "environment"),
        )
        last = rule(1000, "Images without a tag.", untagged)
        return fn.jsonencode({"rules": fn.concat([kept_for_ever], by_environment, [last])})

    def repository_policies(self, repository: EcrRepository, place: Place) -> None:
        roles = admitted("PulledByRoles", {"AWS": each.value.pull_role_arns}, PULL)
        functions = {
            **admitted("PulledByLambda", {"Service": "lambda.amazonaws.com"}, LAMBDA_PULL),
            "Condition": {"ArnLike": {"aws:SourceArn": place.arn("lambda", "function:*")}},
        }
        EcrRepositoryPolicy(
            self,
            "this",
            for_each=for_map(
                self.repositories,
                lambda name, r: (name, r),
                names=("name", "repository"),
                when=lambda name, r: (fn.length(r.pull_role_arns) > 0) | r.lambda_pull,
            ),
            repository=repository[each.key].name,
            policy=fn.jsonencode(
                {
                    "Version": "2012-10-17",
                    "Statement": fn.concat(
                        (fn.length(each.value.pull_role_arns) > 0).then([roles], []),
                        each.value.lambda_pull.then([functions], []),
                    ),
                }
            ),
        )

    def replication(self, place: Place) -> None:
        EcrReplicationConfiguration(
            self,
            "this",
            count=fn.min_(1, fn.length(self.replication_regions)),
            replication_configuration={
                "rule": {
                    "destination": Dynamic(
                        self.replication_regions,
                        lambda block: {"region": block.value, "registry_id": place.account},
                    ),
                    "repository_filter": Dynamic(
                        fn.keys(self.repositories),
                        lambda block: {"filter": block.value, "filter_type": "PREFIX_MATCH"},
                    ),
                }
            },
            lifecycle={
                "precondition": [
                    {
                        "condition": ~fn.contains(self.replication_regions, place.region),
                        "error_message": "replication_regions must not name the region of the repositories themselves.",
                    }
                ]
            },
            why="Only the repositories of this module, and those whose names continue theirs: ECR filters by prefix.",
        )


def repository_name(name: Expr) -> Expr:
    """The condition that ECR takes *name*."""
    return matches("^[a-z][a-z0-9]*([._/-][a-z0-9]+)*$", name) & (fn.length(name) >= 2) & (fn.length(name) <= 256)


def one_to(limit: int, number: Expr) -> Expr:
    return (number >= 1) & (number <= limit)


def admitted(sid: str, principal: object, actions: Sequence[str]) -> dict[str, object]:
    """A statement of a repository's policy, which ECR refuses when it names a resource."""
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": list(actions)}


def environment_name(name: Expr) -> Expr:
    """The condition that images of the environment *name* are not taken for released ones."""
    return matches("^[a-z][a-z0-9-]*$", name) & ~fn.startswith(f"{name}-", RELEASED_PREFIX)


def apart(name: Expr, other: Expr) -> Expr:
    """The condition that no tag of the environment *other* begins as one of *name* does."""
    return (name == other) | ~fn.startswith(f"{other}-", f"{name}-")


def rule(priority: object, description: str, selection: object) -> dict[str, object]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": selection,
        "action": {"type": "expire"},
    }


def tagged(prefix: str, keep: object) -> dict[str, object]:
    return {"tagStatus": "tagged", "tagPrefixList": [prefix], "countType": "imageCountMoreThan", "countNumber": keep}
