"""An account of one embedded AWS as a test sees it, with or without the fixes."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from generator.embedded_aws import EmbeddedAws, push_image

REGION = "us-west-2"
MOTO_ACCOUNT = "123456789012"  # the only one plain moto knows
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass(frozen=True)
class Cloud:
    """*name* is unique to the test, for resources of plain moto's shared account."""

    aws: EmbeddedAws
    plain: bool
    account: str
    region: str = REGION
    name: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex[:12]}")

    def client(self, service: str, region: str | None = None) -> Any:
        return self.aws.client(service, region or self.region, self.account)

    def fixed(self) -> AbstractContextManager[Any]:
        """Around what a fix makes true: it must hold with the fixes, and must fail on plain moto."""
        if self.plain:
            return pytest.raises((AssertionError, ClientError, BotoCoreError))
        return contextlib.nullcontext()

    def refused(self, code: str, message: str = "") -> AbstractContextManager[Any]:
        """Around what AWS refuses with *code*: it must be so with the fixes, and must not be on plain moto."""
        if not self.plain:
            return _refused(code, message)
        return _not_refused(code)

    def repository(self, **options: Any) -> str:
        """A new repository; returns its URI."""
        answer = self.client("ecr").create_repository(repositoryName=self.name, **options)
        return str(answer["repository"]["repositoryUri"])

    def image(self, files: dict[str, bytes | Path], tag: str = "one", cmd: str = "handler.handler") -> str:
        """Push *files* to the repository `self.name` (made if missing) and return the image's URI by digest."""
        ecr = self.client("ecr")
        if not any(r["repositoryName"] == self.name for r in ecr.describe_repositories()["repositories"]):
            self.repository()
        digest = push_image(ecr, self.name, tag, files, cmd=[cmd])
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{self.name}@{digest}"

    def role(self, *documents: dict[str, Any], trust: dict[str, Any] | None = None) -> str:
        """A new role with inline policies; returns its ARN."""
        iam = self.client("iam")
        name = f"{self.name}-{uuid.uuid4().hex[:6]}"
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust or TRUST))["Role"]["Arn"]
        for number, document in enumerate(documents):
            iam.put_role_policy(RoleName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
        return str(arn)

    def function(self, code: str, **options: Any) -> Any:
        """Create a function `self.name` of a one-file image. Returns the Lambda client."""
        client = self.client("lambda")
        client.create_function(
            FunctionName=self.name,
            PackageType="Image",
            Code={"ImageUri": self.image({"handler.py": code.encode()})},
            Role=options.pop("Role", None) or self.role(),
            **{"Timeout": 20, **options},
        )
        return client


def policy(effect: str, action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    """An IAM policy document of one statement."""
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


@contextlib.contextmanager
def _refused(code: str, message: str) -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert message in error["Message"]


@contextlib.contextmanager
def _not_refused(code: str) -> Iterator[None]:
    try:
        yield
    except ResponseParserError:
        pass  # a server error, as a page
    except ClientError as error:
        assert error.response["Error"]["Code"] != code  # noqa: PT017 - another error, or none, is what plain moto gives
