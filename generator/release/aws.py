"""Asking AWS with the caller's own credentials, and what it says when it does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions

from generator.errors import AwsError

Clients = Callable[[str], Any]
"""Makes a boto3 client of a service, such as ``ecs``."""

LOG_IN = (
    "Log in, for example with `aws sso login`, or set AWS_PROFILE; `aws sts get-caller-identity` shows who you are."
)
NO_CREDENTIALS = (
    exceptions.CredentialRetrievalError,
    exceptions.NoAuthTokenError,
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.ProfileNotFound,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
NOT_BELIEVED = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


def clients_of_region(region: str | None = None) -> Clients:
    """Return a maker of clients with the credentials that AWS's own tools would find here, in *region* or theirs.

    Raises AwsError without credentials.
    """
    import boto3

    with aws_errors():
        session = boto3.Session(region_name=region)
        if session.get_credentials() is None:
            raise exceptions.NoCredentialsError
    make: Any = session.client
    return make  # type: ignore[no-any-return]


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turn what boto3 raises within into an AwsError that says what to do."""
    try:
        yield
    except NO_CREDENTIALS as error:
        raise AwsError(f"there are no credentials for AWS: {error}", cure=LOG_IN) from error
    except exceptions.ClientError as error:
        raise refusal(error) from error
    except exceptions.BotoCoreError as error:
        raise AwsError(
            f"AWS could not be asked: {error}", cure="Repeat the command once AWS can be reached."
        ) from error


def refusal(error: exceptions.ClientError) -> AwsError:
    """The error for a person that *error*, an answer of AWS, amounts to."""
    code, message = error_code(error), error.response["Error"].get("Message", "")
    if code in DENIED:
        return AwsError(
            f"AWS denies {error.operation_name}: {message}",
            cure="modules/delivery makes a role that may release; use it, or ask for the same permissions.",
        )
    if code in NOT_BELIEVED:
        return AwsError(f"AWS does not accept the credentials: {message}", cure=LOG_IN)
    return AwsError(f"AWS refuses {error.operation_name}: {code}: {message}")


def error_code(error: exceptions.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
