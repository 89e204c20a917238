"""The manifest's models of how an environment is delivered and recovered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.systems.manifest.fields import Form, Model, Seconds

DAY = 86_400

Branch = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_][A-Za-z0-9_-]*([./][A-Za-z0-9_][A-Za-z0-9_-]*)*",
        "Write a whole name such as main or release/2, without wildcards.",
        longest=100,
    ),
]


class Pipeline(Model):
    """The GitHub workflows that plan, apply and release."""

    provider: Literal["github"] = Field(default="github", description="Whose workflows: GitHub's.")
    branch: Branch | None = Field(
        default=None, description="A push to this branch plans and applies the environment; by hand alone if absent."
    )
    requires_approval: bool = Field(
        default=False, description="Whether a reviewer of the GitHub environment has to approve what is applied."
    )


class Recovery(Model):
    """What was promised for the loss of the environment; its README says which settings support it."""

    rto: Annotated[int, Seconds(60, 30 * DAY)] = Field(description="Time until it works again, such as 30m or 4h.")
    rpo: Annotated[int, Seconds(60, 30 * DAY)] | None = Field(
        default=None, description="How old recovered data may be, such as 1h; absent where data may be lost."
    )
