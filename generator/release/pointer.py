"""The pointer: the SSM parameter that names the released image, and what its history says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from generator.errors import AwsError
from generator.modules.shared.common import NOT_RELEASED
from generator.release.aws import error_code


@dataclass(frozen=True)
class History:
    """What the pointer has named, oldest first, each different from the one before it. *description* is its own."""

    images: tuple[str, ...]
    description: str = ""

    @property
    def current(self) -> str | None:
        """The image that the pointer names; None before the first release."""
        return self.images[-1] if self.images else None

    @property
    def before(self) -> str | None:
        """What it named before the latest change."""
        return self.images[-2] if len(self.images) > 1 else None

    def standing(self) -> list[str]:
        """The releases that still count, oldest first: returning to an image takes back all that came after it.

        So a second rollback goes one further back, and a release that was put back is none to return to.
        """
        return _standing(self.images)

    @property
    def ends_with_a_return(self) -> bool:
        """Whether the latest change went back to an image: a rollback, or a release that was put back."""
        return bool(self.images) and self.images[-1] in _standing(self.images[:-1])


class Pointer:
    """The parameter *name*. Terraform creates it; nobody else does."""

    def __init__(self, ssm: Any, name: str) -> None:
        self.ssm, self.name = ssm, name

    def history(self) -> History:
        """Raises AwsError when the parameter does not exist."""
        try:
            pages = self.ssm.get_paginator("get_parameter_history").paginate(Name=self.name)
            entries = [entry for page in pages for entry in page["Parameters"]]
        except ClientError as error:
            if error_code(error) != "ParameterNotFound":
                raise
            raise AwsError(
                f"there is no parameter {self.name}",
                cure="Apply the environment with terraform first, and check account and region.",
            ) from error
        entries.sort(key=lambda entry: int(entry["Version"]))
        images = [entry["Value"] for entry in entries if entry["Value"] != NOT_RELEASED]
        changes = (image for number, image in enumerate(images) if number == 0 or images[number - 1] != image)
        return History(tuple(changes), entries[-1].get("Description", "") if entries else "")

    def write(self, image: str, history: History) -> None:
        """Make the parameter name *image*. Its description has to be said again, or Terraform would miss it."""
        described = {"Description": history.description} if history.description else {}
        self.ssm.put_parameter(Name=self.name, Value=image, Type="String", Overwrite=True, **described)


def _standing(images: Sequence[str]) -> list[str]:
    standing: list[str] = []
    for image in images:
        if image in standing:
            del standing[standing.index(image) + 1 :]
        else:
            standing.append(image)
    return standing
