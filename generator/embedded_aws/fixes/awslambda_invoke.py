"""Lambda Invoke: image functions really run.

- Invoke: moto wants Docker and refuses images. Here the image's files come from the embedded registry and its handler
  runs under `awslambdaric` against a Runtime API, with the function's timeout, response limit and reserved concurrency.
- What the handler prints goes to the function's log group, where that exists.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.utils import get_backend
from moto.logs.models import logs_backends

from generator.embedded_aws.fixes.awslambda import log_group
from generator.embedded_aws.fixes.awslambda_images import by_digest, find_image
from generator.embedded_aws.functions.image import ARCHITECTURES, Image
from generator.embedded_aws.functions.pool import ThrottledError
from generator.embedded_aws.functions.runtime import Outcome, RuntimeSpec, log_result
from generator.embedded_aws.functions.unpack import BadLayerError
from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

# Bytes; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_EVENT = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024}


class TooManyRequestsError(LambdaClientError):
    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class RequestTooLargeError(LambdaClientError):
    code = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            "RequestTooLargeException", f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
        )


class CannotRunError(Exception):
    """The image cannot be started; *kind* is Lambda's error type."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class _Call:
    """One invocation as requested. *function* is moto's, of the version that runs; *arn* is what was asked for."""

    function: Any
    arn: str
    event: bytes
    client_context: str | None


def apply(state: ServerState) -> None:
    @around(LambdaResponse, "invoke")
    def invoke(_: Any, self: Any) -> tuple[int, dict[str, str], bytes]:
        kind = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
        call = _call(self, kind)
        if kind == "DryRun":
            return 204, {"status": "204"}, b""
        if kind == "Event":
            threading.Thread(target=_run_quietly, args=(state, call), daemon=True).start()
            return 202, {"status": "202"}, b""
        outcome = _run(state, call)
        headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": str(call.function.version)}
        if outcome.error:
            headers["X-Amz-Function-Error"] = outcome.error
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = log_result(outcome.log)
        return 200, headers, outcome.payload


def _call(response: Any, kind: str) -> _Call:
    name = unquote(response.path.rsplit("/", 2)[-2])
    qualifier = (response.querystring.get("Qualifier") or [None])[0]
    function = response.backend.get_function(name, qualifier)
    body = response.body or b""
    event = body if isinstance(body, bytes) else body.encode()
    limit = MAX_EVENT.get(kind, MAX_EVENT["RequestResponse"])
    if len(event) > limit:
        raise RequestTooLargeError(limit)
    try:
        json.loads(event or b"{}")
    except ValueError as error:
        raise LambdaClientError(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error
    asked = qualifier or (
        name.rpartition(":")[2] if ":" in name.partition(":function:")[2] or name.count(":") == 1 else ""
    )
    base = f"arn:{function.partition}:lambda:{function.region}:{function.account_id}:function:{function.function_name}"
    arn = f"{base}:{asked}" if asked else base
    return _Call(function, arn, event or b"{}", response.headers.get("X-Amz-Client-Context"))


def _run_quietly(state: ServerState, call: _Call) -> None:
    """An asynchronous event: nobody waits for its answer. Lambda would retry or use the dead letter queue."""
    try:
        _run(state, call)
    except LambdaClientError as error:
        _write_log(call.function, "async", f"{call.arn}: {error.message}\n")


def _run(state: ServerState, call: _Call) -> Outcome:
    function = call.function
    try:
        spec = _spec(state, function)
    except CannotRunError as error:
        document = json.dumps({"errorMessage": f"Error: {error}", "errorType": error.kind})
        return Outcome(document.encode(), "Unhandled", f"{document}\n", reusable=False)
    latest = _latest(function)
    try:
        with state.turns.lend():
            outcome, stream = state.functions.invoke(
                spec, call.event, call.arn, latest.reserved_concurrency, call.client_context
            )
    except ThrottledError as error:
        raise TooManyRequestsError() from error
    _write_log(function, stream, outcome.log)
    return outcome


def _spec(state: ServerState, function: Any) -> RuntimeSpec:
    image = _image(state, function)
    overrides = function.image_config
    entrypoint = overrides.entry_point or image.entrypoint
    if entrypoint and entrypoint[-2:] != ["-m", "awslambdaric"] and entrypoint[-1] != "/lambda-entrypoint.sh":
        raise CannotRunError("Runtime.InvalidEntrypoint", f"the embedded AWS runs awslambdaric only, not {entrypoint}")
    command = overrides.cmd or image.command
    if not command:
        raise CannotRunError("Runtime.InvalidEntrypoint", "the image names no handler (CMD)")
    try:
        directory = image.path(overrides.working_directory or image.working_directory)
        task_root = image.path("/var/task")
    except BadLayerError as error:
        raise CannotRunError("Runtime.InvalidWorkingDir", str(error)) from error
    if not directory.is_dir():
        raise CannotRunError("Runtime.InvalidWorkingDir", f"{image.working_directory} is not in the image")
    return RuntimeSpec(
        account=function.account_id,
        region=function.region,
        function=function.function_name,
        version=str(function.version),
        directory=directory,
        task_root=task_root,
        handler=command[0],
        memory_mb=int(function.memory_size),
        timeout=float(function.timeout),
        environment={str(name): str(value) for name, value in function.environment_vars.items()},
        image_environment=image.environment,
        log_group=log_group(function),
    )


def _image(state: ServerState, function: Any) -> Image:
    uri = function.code.get("ImageUri")
    if uri is None:
        raise CannotRunError("Runtime.InvalidRuntime", "the embedded AWS runs image functions only")
    # By digest: a tag may have moved since the function was given it.
    pinned = by_digest(uri, f"sha256:{function.code_sha_256}")
    found = find_image(pinned, function.account_id, function.region)
    try:
        image = state.functions.images.get(found.digest, found.manifest)
    except BadLayerError as error:
        raise CannotRunError("Runtime.InvalidImage", str(error)) from error
    if image.architecture != ARCHITECTURES[function.architectures[0]]:
        raise CannotRunError(
            "Runtime.InvalidEntrypoint",
            f"exec format error: the image is for {image.architecture}, the function for {function.architectures[0]}",
        )
    return image


def _latest(function: Any) -> Any:
    return get_backend(function.account_id, function.region).get_function(function.function_name)


def _write_log(function: Any, stream: str, text: str) -> None:
    logs = logs_backends[function.account_id][function.region]
    group = log_group(function)
    if group not in logs.groups:
        return
    logs.ensure_log_stream(group, stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in text.splitlines() if line]
    logs.put_log_events(group, stream, events)
