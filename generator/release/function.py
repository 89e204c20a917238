"""A Lambda function brought to an image: new code, a new version, and the alias moved to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from generator.errors import AwsError, ReleaseError
from generator.modules.shared.runner_function import ALIAS
from generator.release.aws import error_code
from generator.release.deployable import Deployable
from generator.release.progress import Patience, Progress


@dataclass(frozen=True)
class Settled:
    """A function or a version that Lambda is done with. *problem* is empty when it can be used."""

    problem: str = ""


@dataclass(frozen=True)
class Function:
    """The function of *deployable*, as *client* (boto3's) sees it."""

    client: Any
    deployable: Deployable
    progress: Progress
    patience: Patience

    @property
    def name(self) -> str:
        return self.deployable.function

    def running(self) -> str | None:
        """The image that callers get; None when function or alias are absent."""
        alias = self._alias()
        if alias is None:
            return None
        return self._image(alias)

    def deploy(self, image: str) -> str | None:
        """Bring the alias to a version of *image* and return the version; None when there is no function.

        Again and again is as good as once: code that is there is not sent again, Lambda publishes no version equal to
        the last, and the alias moves once that version can be invoked. Raises ReleaseError when Lambda cannot use it.
        """
        if not self._exists():
            return None
        last = self._settle("$LATEST")
        if last.problem or self._image("$LATEST") != image:
            self.client.update_function_code(FunctionName=self.name, ImageUri=image)
            self._usable("$LATEST", image)
            self.progress.done(f"function {self.name} has the image")
        version = str(self.client.publish_version(FunctionName=self.name)["Version"])
        self._usable(version, image)
        self.progress.done(f"version {version} is published")
        alias = self._alias()
        if alias is None:
            raise AwsError(
                f"the function {self.name} has no alias {ALIAS}", cure="Apply the environment: Terraform makes it."
            )
        if alias != version:
            self.client.update_alias(FunctionName=self.name, Name=ALIAS, FunctionVersion=version)
            self.progress.done(f"alias {ALIAS} names version {version}")
        return version

    def _exists(self) -> bool:
        try:
            self.client.get_function_configuration(FunctionName=self.name)
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return False
            raise
        return True

    def _alias(self) -> str | None:
        """The version that the alias names; None when there is none."""
        try:
            return str(self.client.get_alias(FunctionName=self.name, Name=ALIAS)["FunctionVersion"])
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return None
            raise

    def _image(self, version: str) -> str:
        code = self.client.get_function(FunctionName=self.name, Qualifier=version)["Code"]
        return str(code.get("ResolvedImageUri") or code["ImageUri"])

    def _settle(self, version: str) -> Settled:
        """Wait until Lambda is done with *version*."""

        def ask() -> str | Settled:
            found = self.client.get_function_configuration(FunctionName=self.name, Qualifier=version)
            return settled(found)

        return self.patience.until(ask, self.progress)

    def _usable(self, version: str, image: str) -> None:
        problem = self._settle(version).problem
        if problem:
            raise ReleaseError(f"Lambda cannot use {image}: {problem}")


def settled(configuration: dict[str, Any]) -> str | Settled:
    """What GetFunctionConfiguration says: a text while Lambda is at work, else what came of it."""
    state, update = configuration.get("State", "Active"), configuration.get("LastUpdateStatus", "Successful")
    if state == "Pending" or update == "InProgress":
        return "Lambda prepares the function"
    if update == "Failed":
        return Settled(configuration.get("LastUpdateStatusReason") or "the update failed")
    if state == "Failed":
        return Settled(configuration.get("StateReason") or "the function failed")
    return Settled()
