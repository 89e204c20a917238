"""The WSGI layer before moto: health, the account a request belongs to, turns, and answers to repeated requests."""

from __future__ import annotations

import json
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.test import run_wsgi_app

from generator.embedded_aws.registry import ROOT, Registry
from generator.embedded_aws.state import ServerState

# S3 paths begin with a bucket; moto keeps this one for itself.
HEALTH_PATH = "/moto-api/slipway/health"
LAYER_PATH = "/moto-api/slipway/layers/"
RESET_PATH = "/moto-api/reset"

# A credential scope is KEY/DATE/REGION/SERVICE/aws4_request; S3 also presigns URLs in the older way.
_ACCOUNT = re.compile(r"(?:Credential=|AWSAccessKeyId=)(\d{12})(?:/|%2F|&|$)", re.IGNORECASE)

# On a busy machine the SDK for Go loses one answer in some thousand ("use of closed network connection" while it reads
# the body of a 200; requests with a body only), and then repeats what has been done: a parameter exists already, the
# priority of a rule is taken. A repeated request has the first one's amz-sdk-invocation-id, and gets its answer.
REMEMBERED_ANSWERS = 1000
REMEMBERED_BYTES = 65536  # of one answer: what a control plane says is small, what a function says may be 6 MB

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Answer = tuple[list[bytes], str, list[tuple[str, str]]]  # body, status, headers


class Middleware:
    """Answers health itself and sends everything else to moto, in the account a 12-digit access key id names.

    It also serves the layers whose URL GetDownloadUrlForLayer gives, and the registry to those who push images.
    *plain*: moto chooses the account as it does.
    """

    def __init__(self, application: Application, state: ServerState, *, plain: bool) -> None:
        self._application = application
        self._state = state
        self._plain = plain
        self._registry = Registry(state)
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == HEALTH_PATH:
            body = json.dumps({"status": "ok", "pid": os.getpid()}).encode()
            return _answer(start_response, "200 OK", body, "application/json")
        if path.startswith(LAYER_PATH):
            return self._layer(path.removeprefix(LAYER_PATH), start_response)
        if not self._plain and is_for_registry(environ):
            return self._registry(environ, start_response)
        if path == RESET_PATH and environ.get("REQUEST_METHOD") == "POST":
            # Before moto forgets everything, so that nothing of the old state keeps running.
            self._state.clear()
            self._answers.clear()
            self._registry.clear()
        if not self._plain and "HTTP_X_MOTO_ACCOUNT_ID" not in environ and (account := account_of(environ)):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        if self._plain:
            return self._application(environ, start_response)
        with self._state.turns.take():
            chunks, status, headers = self._answer_once(environ)
        start_response(status, headers)
        return chunks

    def _answer_once(self, environ: dict[str, Any]) -> Answer:
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if invocation is not None and (known := self._answers.get(invocation)) is not None:
            return known
        chunks, status, headers = run_wsgi_app(self._application, environ)
        answer = (list(chunks), status, list(headers))
        if invocation is not None and environ.get("REQUEST_METHOD") != "GET":
            self._remember(invocation, answer)
        return answer

    def _remember(self, invocation: str, answer: Answer) -> None:
        chunks, status, _ = answer
        if not status.startswith("2") or sum(map(len, chunks)) > REMEMBERED_BYTES:
            return
        self._answers[invocation] = answer
        while len(self._answers) > REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)

    def _layer(self, digest: str, start_response: Any) -> Iterable[bytes]:
        try:
            body = self._state.blobs.path(digest).read_bytes()
        except (OSError, ValueError):
            return _answer(start_response, "404 Not Found", b"no such layer\n", "text/plain")
        return _answer(start_response, "200 OK", body, "application/octet-stream")


def is_for_registry(environ: dict[str, Any]) -> bool:
    """Whether a request is for the registry; what services and buckets have below the same path is asked with a
    signature."""
    return str(environ.get("PATH_INFO", "")).startswith(ROOT) and account_of(environ) is None


def account_of(environ: dict[str, Any]) -> str | None:
    """The 12-digit access key id that signed a request (header or presigned URL), else None."""
    signed = environ.get("HTTP_AUTHORIZATION") or environ.get("QUERY_STRING", "")
    match = _ACCOUNT.search(signed)
    return match[1] if match else None


def _answer(start_response: Any, status: str, body: bytes, content_type: str) -> list[bytes]:
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
