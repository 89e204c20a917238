"""The manifest's models of static sites, which Amplify builds and serves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.systems.manifest.fields import Form, Model
from generator.systems.manifest.service import VariableName
from generator.systems.manifest.template import Placeholders, Template

Branch = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*",
        "Write the whole name of a branch, without wildcards.",
        longest=255,
    ),
]
Prefix = Annotated[
    str,
    Form(
        r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?",
        'Write a part of a host name such as www, or "" for the domain itself.',
        longest=63,
    ),
]
SiteVariable = Annotated[
    Template, Placeholders("system", "environment", "region", "domain", "load_balancer", any_scalar=True)
]


class SiteBranch(Model):
    """A branch of the site's repository, which has an address of its own."""

    stage: Literal["PRODUCTION", "BETA", "DEVELOPMENT", "EXPERIMENTAL"] = Field(
        default="PRODUCTION", description="What the branch is for, as Amplify calls it."
    )
    auto_build: bool = Field(default=True, description="Whether each commit is built and served.")


class Site(Model):
    """A static site: its branches, what its builds know, and where it is served."""

    branches: dict[Branch, SiteBranch] = Field(min_length=1, description="Branches that are built and served, by name.")
    build_spec: str | None = Field(
        default=None, min_length=1, description="Build settings as YAML; absent: amplify.yml of the site's repository."
    )
    variables: dict[VariableName, SiteVariable] = Field(
        default={},
        description="Environment variables of builds, which may write them into the site: never a secret. "
        "{load_balancer} is the name that AWS gives the public load balancer.",
    )
    single_page_app: bool = Field(default=True, description="Whether index.html answers every path that is no file.")
    subdomains: dict[Prefix, Branch] = Field(
        default={}, description='Where in the domain a branch is served: by www, or by "" for the domain itself.'
    )
