"""STS.

- AssumeRoleWithWebIdentity: moto gives anyone the credentials of any role. Here, as in AWS, the token's issuer must be
  an identity provider of the role's account and its audience one of that provider's, and the role's trust policy must
  allow the provider under conditions that the token's claims meet. The signature is not checked: the issuer's keys are
  on the internet.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, OpenIDConnectProvider, Role, iam_backends
from moto.sts.responses import TokenResponse
from moto.utilities.utils import get_partition

from generator.embedded_aws.fixes.iam import condition_holds
from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

ACTION = "sts:AssumeRoleWithWebIdentity"


class InvalidIdentityTokenException(ServiceException):
    code = "InvalidIdentityToken"


class AccessDeniedException(ServiceException):
    code = "AccessDenied"


def apply(_: ServerState) -> None:
    @around(TokenResponse, "assume_role_with_web_identity")
    def only_whom_the_role_trusts(original: Any, self: Any) -> Any:
        arn = self._get_param("RoleArn")
        claims = _claims(self._get_param("WebIdentityToken"))
        iam = iam_backends[arn.split(":")[4]][get_partition(self.region)]
        provider = _provider(iam, claims)
        try:
            role = iam.get_role_by_arn(arn)
        except NotFoundException:
            role = None
        if role is None or not _trusts(role, provider, claims):
            raise AccessDeniedException(f"Not authorized to perform {ACTION}")
        return original(self)


def _claims(token: str) -> dict[str, str]:
    """The claims of a JSON Web Token (RFC 7519) that are text."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {name: value for name, value in claims.items() if isinstance(value, str)}
    except (IndexError, ValueError, AttributeError) as error:
        raise InvalidIdentityTokenException("The ID Token provided is not a valid JWT.") from error


def _provider(iam: IAMBackend, claims: Mapping[str, str]) -> OpenIDConnectProvider:
    issuer = claims.get("iss", "")
    for provider in iam.open_id_providers.values():
        if f"https://{provider.url}" == issuer:
            if claims.get("aud") not in provider.client_id_list:
                raise InvalidIdentityTokenException("Incorrect token audience")
            return provider
    raise InvalidIdentityTokenException(f"No OpenIDConnect provider found in your account for {issuer}")


def _trusts(role: Role, provider: OpenIDConnectProvider, claims: Mapping[str, str]) -> bool:
    statements = _list(json.loads(role.assume_role_policy_document)["Statement"])
    context = {f"{provider.url}:{name}": value for name, value in claims.items()}
    effects = {
        statement["Effect"]
        for statement in statements
        if ACTION in _list(statement.get("Action"))
        and provider.arn in _list((statement.get("Principal") or {}).get("Federated"))
        and condition_holds(statement.get("Condition") or {}, context)
    }
    return effects == {"Allow"}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
