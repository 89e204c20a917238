"""What Lambda keeps for a version or an alias of a function: permissions, and settings of asynchronous calls.

- AddPermission, GetPolicy, RemovePermission: moto keeps an alias's permissions with the version that it names, so that
  they are lost when it names another; RemovePermission knows no qualifier, a second statement of the same name is
  accepted, and a role is no `{"AWS": …}`.
- Put-, Update-, Get-, Delete- and ListFunctionEventInvokeConfig(s): moto knows no qualifier, and a second put changes
  nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import EventInvokeConfig, LambdaBackend
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import ActionResult

from generator.embedded_aws.patching import around
from generator.embedded_aws.patching import state as state_of
from generator.embedded_aws.state import ServerState

LATEST = "$LATEST"


class ResourceNotFoundError(LambdaClientError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


class ResourceConflictError(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


@dataclass(frozen=True)
class Target:
    """A function's version or alias, or the function itself. *arn* has the qualifier that was asked for."""

    backend: Any
    function: str
    qualifier: str | None
    arn: str

    @classmethod
    def of(cls, response: Any, segment: int) -> Target:
        """Return the target of a request. *segment* counts the path's parts to the name from the end.

        Raises moto's error when there is no such function, version or alias.
        """
        name = unquote(response.path.split("?")[0].split("/")[segment])
        qualifier = (response.querystring.get("Qualifier") or [None])[0]
        backend = response.backend
        backend.get_function(name, qualifier)
        latest = backend.get_function(name)
        arn = f"{latest.function_arn}:{qualifier}" if qualifier else latest.function_arn
        return cls(backend, latest.function_name, qualifier, arn)

    @property
    def key(self) -> tuple[str, str]:
        return self.function, self.qualifier or LATEST


def apply(_: ServerState) -> None:
    _permissions()
    _asynchronous_calls()
    _forget()


def _permissions() -> None:
    @around(Policy, "principal_formatter")
    def principal_formatter(original: Any, self: Any, principal: Any) -> Any:
        if isinstance(principal, str) and principal.startswith("arn:"):
            return {"AWS": principal}
        return original(self, principal)

    @around(LambdaResponse, "add_permission")
    def add_permission(_: Any, self: Any) -> str:
        target = Target.of(self, -2)
        policy = _policies(target.backend).setdefault(target.key, Policy(target.backend.get_function(target.function)))
        sid = json.loads(self.body)["StatementId"]
        if any(statement["Sid"] == sid for statement in policy.statements):
            raise ResourceConflictError(
                f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
                "existing statement."
            )
        statement, _revision = policy.add_statement(self.body, target.qualifier)
        return json.dumps({"Statement": json.dumps(statement)})

    @around(LambdaResponse, "get_policy")
    def get_policy(_: Any, self: Any) -> str:
        target = Target.of(self, -2)
        policy = _policies(target.backend).get(target.key)
        if policy is None or not policy.statements:
            raise ResourceNotFoundError("The resource you requested does not exist.")
        return str(policy.wire_format())

    @around(LambdaResponse, "remove_permission")
    def remove_permission(_: Any, self: Any) -> tuple[int, dict[str, Any], str]:
        target = Target.of(self, -3)
        sid = self.path.split("/")[-1].split("?")[0]
        policy = _policies(target.backend).get(target.key)
        if policy is None or not any(statement["Sid"] == sid for statement in policy.statements):
            raise ResourceNotFoundError(f"Statement {sid} is not found in resource policy.")
        policy.del_statement(sid)
        return 204, {"status": 204}, "{}"


def _asynchronous_calls() -> None:
    @around(LambdaResponse, "put_function_event_invoke_config")
    def put(_: Any, self: Any) -> ActionResult:
        target = Target.of(self, -2)
        return ActionResult(_configure(target, self.json_body))

    @around(LambdaResponse, "update_function_event_invoke_config")
    def update(_: Any, self: Any) -> ActionResult:
        target = Target.of(self, -2)
        return ActionResult(_configure(target, {**_configuration(target), **self.json_body}))

    @around(LambdaResponse, "get_function_event_invoke_config")
    def get(_: Any, self: Any) -> ActionResult:
        return ActionResult(_configuration(Target.of(self, -2)))

    @around(LambdaResponse, "delete_function_event_invoke_config")
    def delete(_: Any, self: Any) -> tuple[int, dict[str, Any], str]:
        target = Target.of(self, -2)
        _configuration(target)
        del _configurations(target.backend)[target.key]
        return 204, {"status": 204}, "{}"

    @around(LambdaResponse, "list_function_event_invoke_configs")
    def list_all(_: Any, self: Any) -> ActionResult:
        target = Target.of(self, -3)
        found = _configurations(target.backend)
        return ActionResult(
            {"FunctionEventInvokeConfigs": [found[key] for key in sorted(found) if key[0] == target.function]}
        )


def _forget() -> None:
    @around(LambdaBackend, "delete_function")
    def delete_function(original: Any, self: Any, function_name: str, qualifier: str | None = None) -> None:
        name = self.get_function(function_name, qualifier).function_name
        original(self, function_name, qualifier)
        _drop(self, lambda key: key[0] == name and qualifier in (None, key[1]))

    @around(LambdaBackend, "delete_alias")
    def delete_alias(original: Any, self: Any, name: str, function_name: str) -> None:
        function = self.get_function(function_name).function_name
        original(self, name, function_name)
        _drop(self, lambda key: key == (function, name))


def _drop(backend: Any, gone: Any) -> None:
    for kept in (_policies(backend), _configurations(backend)):
        for key in [key for key in kept if gone(key)]:
            del kept[key]


def _policies(backend: Any) -> dict[tuple[str, str], Any]:
    return state_of(backend, "permissions", dict)


def _configurations(backend: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return state_of(backend, "asynchronous_calls", dict)


def _configure(target: Target, settings: dict[str, Any]) -> dict[str, Any]:
    EventInvokeConfig(target.arn, "", settings)  # refuses what is out of bounds
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    configuration = {
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
        **{name: settings[name] for name in names if name in settings},
        "FunctionArn": target.arn if target.qualifier else f"{target.arn}:{LATEST}",
        "LastModified": datetime.now(tz=UTC),
    }
    _configurations(target.backend)[target.key] = configuration
    return configuration


def _configuration(target: Target) -> dict[str, Any]:
    found = _configurations(target.backend).get(target.key)
    if found is None:
        raise ResourceNotFoundError(f"The function {target.arn} doesn't have an EventInvokeConfig")
    return found
