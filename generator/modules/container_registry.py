"""The image repositories of a system."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.ecr import EcrLifecyclePolicy, EcrRepository
from generator.hcl.expression import Expr, each, for_list, for_map
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, set_of
from generator.modules.shared.common import allow_destroy_variable, between, every, matches, tags_variable

RELEASED_PREFIX = "released-"


class ContainerRegistry(Module):
    """Private image repositories: immutable tags, scanned on push, cleaned up by tag prefix.

    Images are tagged `{environment}-{commit}-{time}`, and each environment's images expire on their own: a busy test
    environment never pushes out what production runs. An image that is released carries a tag that starts with
    `released-`. The first lifecycle rule matches those and expires none in practice, and ECR never lets a later rule
    expire an image that an earlier one matches: a released digest stays.
    """

    example: ClassVar = {
        "repositories": ["example/backend", "example/runner"],
        "environments": ["test", "prod"],
    }

    repositories = Variable(
        set_of("string"),
        "Names of the repositories.",
        checks=lambda v: [
            (
                every(v, lambda name: matches("^[a-z0-9]+([._/-][a-z0-9]+)*$", name), names=("name",)),
                "repositories must be lower-case letters and digits, joined by single . _ - or /.",
            )
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
        ],
    )
    keep_images = Variable(
        "number",
        "Images to keep for each environment.",
        default=30,
        checks=lambda v: [between("keep_images", v, 1, 1000)],
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
            encryption_configuration={"encryption_type": "AES256"},
            tags=self.tags,
        )
        EcrLifecyclePolicy(
            self,
            "this",
            for_each=self.repositories,
            repository=repository[each.key].name,
            policy=self.lifecycle_policy(),
        )
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
        kept_for_ever = rule(1, "Released images stay.", tagged(RELEASED_PREFIX, 1000))
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
                tagged(f"{environment}-", self.keep_images),
            ),
            names=("index", "environment"),
        )
        last = rule(1000, "Images without a tag.", untagged)
        return fn.jsonencode({"rules": fn.concat([kept_for_ever], by_environment, [last])})


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
