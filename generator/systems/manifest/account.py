"""The manifest's models of what exists once an account: registries, delivery roles and the audit trail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.systems.manifest.fields import Days, Form, Model, RepositoryName

Region = Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d", "Write it as us-west-2.", longest=32)]
GitHubRepository = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9_-]*(@\d+)?/[A-Za-z0-9._-]+(@\d+)?",
        "Write it as owner/name, with the numbers that a token's sub has: owner@1234/name@5678.",
        longest=200,
    ),
]


class Registries(Model):
    """The system's image repositories, shared by its environments."""

    repositories: tuple[RepositoryName, ...] = Field(default=(), description="Names of the repositories.")
    keep_images: int = Field(
        default=30, ge=1, le=1000, description="Images kept of each environment in each repository."
    )
    replication_regions: tuple[Region, ...] = Field(
        default=(), description="Regions that get a copy of every image that is pushed from then on."
    )


class Delivery(Model):
    """Roles that GitHub's workflows assume: one for each environment, which pushes and releases its images."""

    repositories: tuple[GitHubRepository, ...] = Field(
        default=(),
        description="GitHub repositories whose workflows release; the operator's variable github_repositories replaces "
        "them. Without any there is no role.",
    )


class AuditTrail(Model):
    """A CloudTrail trail of every region: who did what in the account."""

    keep_days: int = Field(default=365, ge=1, description="Days that the trail's files are kept.")
    cloudwatch_logs: bool = Field(default=True, description="Whether the events also go to CloudWatch Logs.")
    log_retention: Days = Field(default=30, description="Days that CloudWatch Logs keeps the events.")
