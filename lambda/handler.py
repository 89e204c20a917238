"""The code runner's Lambda function: one program in, one result out.

In the image this file is /var/task/handler.py beside the package ``runner``; it imports that and the standard library.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from runner import engine, home, signature
from runner.contract import Request, Result, Status
from runner.errors import RequestError, RunnerError

# Kept back from the invocation's deadline, to end the program and to send the answer.
MARGIN_SECONDS = 0.5
HTTP_STATUS = {Status.INVALID_REQUEST: 400, Status.INTERNAL_ERROR: 500}
# Lambda takes 6 MiB and 100 bytes. What it does not take ends the runtime, and the caller learns nothing.
MOST_ANSWER_BYTES = 6 * 1024 * 1024
KEY, KEY_DESCRIPTOR = "RUNNER_SIGNING_KEY", "RUNNER_SIGNING_KEY_FD"


def take_key() -> bytes | None:
    """The key for signing: from the descriptor that bootstrap.py left, else from the environment, then without it.

    RunnerError if it is too short to be one, or required and not there.
    """
    descriptor = os.environ.pop(KEY_DESCRIPTOR, None)
    key = os.environ.pop(KEY, "").encode()
    if descriptor is not None:
        with os.fdopen(int(descriptor), "rb") as file:
            key = file.read()
    if 0 < len(key) < signature.LEAST_KEY_BYTES:
        raise RunnerError(f"{KEY} has {len(key)} bytes.", cure=f"Give it {signature.LEAST_KEY_BYTES} or more.")
    if not key and "signed-result" in os.environ.get(home.REQUIRE, ""):
        raise RunnerError(f"{home.REQUIRE} asks for signed-result.", cure=f"Set {KEY}.")
    return key or None


# At initialisation, before any program ran that could tamper with it.
SIGNING_KEY = take_key()
home.hide_runtime()
engine.prepare(also=("signed-result",) if SIGNING_KEY else ())


class Context(Protocol):
    """What is used of the context object of Lambda's Python runtime."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: object, context: Context) -> dict[str, Any]:
    """Runs ``{"code": str, "stdin"?: str, ...}``, or an API Gateway proxy event whose *body* is that as JSON.

    Answers with the result (`runner.contract.Result.to_json`); to a proxy event with ``{"statusCode", "headers",
    "body"}``: 200 whatever the program did, 400 for a malformed request, 500 if the runner is at fault. Where a program
    left what cannot be removed there is no answer: the process ends, and with it this environment and what is in it.
    """
    budget = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    proxied = isinstance(event, Mapping) and "body" in event and "code" not in event
    value = None
    try:
        value = _body(event) if isinstance(event, Mapping) and proxied else event
        result = engine.run(Request.from_json(value, budget_seconds=budget))
    except RequestError as error:
        result = Result(status=Status.INVALID_REQUEST, error=f"Invalid request: {error}.")
    if result.unclean:
        print(f"This environment is not clean and ends: {result.error}", file=sys.stderr, flush=True)
        os._exit(1)
    answer = _answer(result, value)
    if not proxied:
        return answer
    return {
        "statusCode": HTTP_STATUS.get(result.status, 200),
        "headers": {"content-type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps(answer),
    }


def _answer(result: Result, request: object) -> dict[str, Any]:
    """The result as JSON types, signed, and small enough: a trace that is too large is left out, and that is said."""
    answer = result.to_json()
    if len(json.dumps(json.dumps(answer))) > MOST_ANSWER_BYTES - 1024:  # as the body of a proxy answer it is quoted
        answer |= {"trace": None, "traceError": "The trace is larger than an answer may be."}
    if SIGNING_KEY is None:
        return answer
    isolation = answer["isolation"]
    isolation["layers"] = [*isolation["layers"], "signed-result"]
    isolation["absent"] = [name for name in isolation["absent"] if name != "signed-result"]
    return signature.signed(SIGNING_KEY, request, answer)


def _body(event: Mapping[str, Any]) -> object:
    """The JSON value in a proxy event's body. RequestError says what is wrong with it."""
    body = event["body"]
    if not isinstance(body, str):
        raise RequestError("the request has no body")
    text = _decoded(body) if event.get("isBase64Encoded") else body
    try:
        return json.loads(text)
    except RecursionError:
        raise RequestError("the body is nested too deeply") from None
    except ValueError as error:  # also for a number of more digits than Python reads
        raise RequestError(f"the body is not JSON: {error}") from None


def _decoded(body: str) -> str:
    try:
        return base64.b64decode(body, validate=True).decode()
    except UnicodeDecodeError:
        raise RequestError("the body is not UTF-8") from None
    except ValueError:
        raise RequestError("the body is not base64, although isBase64Encoded says so") from None
