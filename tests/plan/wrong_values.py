"""What each module refuses: calls with wrong values, and the whole message of every validation and precondition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WrongCall:
    """A call of *module* that must be refused with exactly *messages*."""

    module: str
    inputs: Mapping[str, object]
    messages: tuple[str, ...]


RETENTION = (
    "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, "
    "1096, 1827, 2192, 2557, 2922, 3288, 3653."
)
IMAGE_PARAMETER = "image_parameter must be a path such as /system/environment/images/name."


def bad_name(limit: int) -> str:
    return f"name must be 2 to {limit} lower-case letters, digits or hyphens, starting with a letter."


# Terraform evaluates all validations of a call, so that one call shows the messages of all its variables.
