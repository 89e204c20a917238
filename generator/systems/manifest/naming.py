"""The manifest's model of names: for systems whose names others already rely on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.systems.manifest.fields import Model
from generator.systems.manifest.template import Placeholders, Template

NameTemplate = Annotated[Template, Placeholders("system", "environment", "region")]


class Names(Model):
    """How the environment's resources are called."""

    prefix: NameTemplate = Field(
        default=Template.parse("{system}-{environment}"),
        description="Template of what names begin with; two environments of a system must differ in it.",
    )
    cluster: NameTemplate | None = Field(
        default=None, description="Template of the name of the services' ECS cluster; absent: the prefix alone."
    )
    load_balancer: NameTemplate | None = Field(
        default=None, description="Template of the public load balancer's name; absent: the prefix alone."
    )
