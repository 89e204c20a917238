"""The code runner's Lambda function: one program in, one result out.

In the image this file is /var/task/handler.py beside the package ``runner``; it imports that and the standard library.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Protocol

from runner import engine
from runner.contract import Request, Result, Status
from runner.errors import RequestError

# Kept back from the invocation's deadline, to end the program and to send the answer.
MARGIN_SECONDS = 0.5
HTTP_STATUS = {Status.INVALID_REQUEST: 400, Status.INTERNAL_ERROR: 500}

# At initialisation, before any program ran that could tamper with it.
engine.prepare()


class Context(Protocol):
    """What is used of the context object of Lambda's Python runtime."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: object, context: Context) -> dict[str, Any]:
    """Runs ``{"code": str, "stdin"?: str}``, or an API Gateway proxy event whose *body* is that as JSON.

    Answers with the result (`runner.contract.Result.to_json`); to a proxy event with ``{"statusCode", "headers",
    "body"}``: 200 whatever the program did, 400 for a malformed request, 500 if the runner is at fault.
    """
    budget = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    proxied = isinstance(event, Mapping) and "body" in event and "code" not in event
    try:
        value = _body(event) if isinstance(event, Mapping) and proxied else event
        result = engine.run(Request.from_json(value, budget_seconds=budget))
    except RequestError as error:
        result = Result(status=Status.INVALID_REQUEST, error=f"Invalid request: {error}.")
    answer = result.to_json()
    if not proxied:
        return answer
    return {
        "statusCode": HTTP_STATUS.get(result.status, 200),
        "headers": {"content-type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps(answer),
    }


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
