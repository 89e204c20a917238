"""The WSGI layer before moto: health, and the account a request belongs to."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from generator.embedded_aws.state import ServerState

# S3 paths begin with a bucket; moto keeps this one for itself.
HEALTH_PATH = "/moto-api/slipway/health"
LAYER_PATH = "/moto-api/slipway/layers/"
RESET_PATH = "/moto-api/reset"

# A credential scope is KEY/DATE/REGION/SERVICE/aws4_request; S3 also presigns URLs in the older way.
_ACCOUNT = re.compile(r"(?:Credential=|AWSAccessKeyId=)(\d{12})(?:/|%2F|&|$)", re.IGNORECASE)

_SERVICE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")

# moto's models are not made for threads: one request loops over what another one changes, answers 500 after half of its
# work, and the client's retry meets that half (a subnet that conflicts with itself, a template that is gone already).
# So requests take turns, which costs nothing where all works in memory. Not those that may wait for a function, which
# may itself ask.
WAITING = frozenset({"lambda", "secretsmanager"})

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Middleware:
    """Answers health itself and sends everything else to moto, in the account a 12-digit access key id names.

    It also serves the layers whose URL GetDownloadUrlForLayer gives. *plain*: moto chooses the account as it does.
    """

    def __init__(self, application: Application, state: ServerState, *, plain: bool) -> None:
        self._application = application
        self._state = state
        self._plain = plain
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == HEALTH_PATH:
            body = json.dumps({"status": "ok", "pid": os.getpid()}).encode()
            return _answer(start_response, "200 OK", body, "application/json")
        if path.startswith(LAYER_PATH):
            return self._layer(path.removeprefix(LAYER_PATH), start_response)
        if path == RESET_PATH and environ.get("REQUEST_METHOD") == "POST":
            # Before moto forgets everything, so that nothing of the old state keeps running.
            self._state.clear()
        if not self._plain and "HTTP_X_MOTO_ACCOUNT_ID" not in environ and (account := account_of(environ)):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        if not self._plain and service_of(environ) not in WAITING:
            with self._turn:
                return list(self._application(environ, start_response))
        return self._application(environ, start_response)

    def _layer(self, digest: str, start_response: Any) -> Iterable[bytes]:
        try:
            body = self._state.blobs.path(digest).read_bytes()
        except (OSError, ValueError):
            return _answer(start_response, "404 Not Found", b"no such layer\n", "text/plain")
        return _answer(start_response, "200 OK", body, "application/octet-stream")


def account_of(environ: dict[str, Any]) -> str | None:
    """The 12-digit access key id that signed a request (header or presigned URL), else None."""
    signed = environ.get("HTTP_AUTHORIZATION") or environ.get("QUERY_STRING", "")
    match = _ACCOUNT.search(signed)
    return match[1] if match else None


def service_of(environ: dict[str, Any]) -> str | None:
    """The service of the credential scope that a request is signed for, else None."""
    match = _SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return match[1] if match else None


def _answer(start_response: Any, status: str, body: bytes, content_type: str) -> list[bytes]:
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
