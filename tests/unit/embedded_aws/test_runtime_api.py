"""The Runtime API as a runtime, or a program beside it, may use it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from generator.embedded_aws.functions.runtime_api import MAX_RESPONSE, Invocation, RuntimeApi

BASE = "/2018-06-01/runtime"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    api = RuntimeApi()
    yield api
    api.close()


def call(api: RuntimeApi, method: str, path: str, body: bytes | None = None) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection(api.address, timeout=20)
    try:
        connection.request(method, BASE + path, body)
        response = connection.getresponse()
        return response.status, response.headers, json.loads(response.read() or b"null")
    finally:
        connection.close()


def event(request_id: str = "one") -> Invocation:
    return Invocation(request_id, b'{"a": 1}', "arn", 1234, "Root=1-2-3")


def test_next_gives_the_event_with_its_headers(api: RuntimeApi) -> None:
    api.offer(event())
    status, headers, body = call(api, "GET", "/invocation/next")
    assert (status, body) == (200, {"a": 1})
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "one"
    assert headers["Lambda-Runtime-Deadline-Ms"] == "1234"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn"
    assert headers["Lambda-Runtime-Trace-Id"] == "Root=1-2-3"
    assert headers["Content-Type"] == "application/json"


def test_next_waits_for_an_event(api: RuntimeApi) -> None:
    answers: list[Any] = []
    waiting = threading.Thread(target=lambda: answers.append(call(api, "GET", "/invocation/next")[2]))
    waiting.start()
    assert api.ready.wait(20)
    assert answers == []
    api.offer(event())
    waiting.join(20)
    assert answers == [{"a": 1}]


def test_next_during_an_event_gives_it_again_as_lambda_does(api: RuntimeApi) -> None:
    api.offer(event())
    assert [call(api, "GET", "/invocation/next")[2] for _ in range(2)] == [{"a": 1}, {"a": 1}]


@pytest.mark.parametrize(("kind", "error"), [("response", False), ("error", True)])
def test_first_answer_ends_the_event_and_a_second_is_refused(api: RuntimeApi, kind: str, error: bool) -> None:
    invocation = event()
    api.offer(invocation)
    assert call(api, "POST", f"/invocation/one/{kind}", b'"first"')[0] == 202
    assert (invocation.done.is_set(), invocation.payload, invocation.error) == (True, b'"first"', error)
    assert call(api, "POST", "/invocation/one/response", b'"second"')[0] == 400
    assert invocation.payload == b'"first"'


def test_answer_to_another_event_is_refused(api: RuntimeApi) -> None:
    invocation = event()
    api.offer(invocation)
    status, _, body = call(api, "POST", "/invocation/other/response", b"{}")
    assert (status, body["errorType"]) == (400, "InvalidRequestID")
    assert not invocation.done.is_set()


def test_answer_over_the_limit_is_refused_and_ends_the_event(api: RuntimeApi) -> None:
    invocation = event()
    api.offer(invocation)
    assert call(api, "POST", "/invocation/one/response", b"x" * (MAX_RESPONSE + 1))[0] == 413
    assert json.loads(invocation.payload)["errorType"] == "Function.ResponseSizeTooLarge"


def test_error_at_start_is_kept_and_a_later_one_refused(api: RuntimeApi) -> None:
    assert call(api, "POST", "/init/error", b'{"errorType": "X"}')[0] == 202
    assert api.init_error == b'{"errorType": "X"}'
    assert api.ready.is_set()
    assert call(api, "POST", "/init/error", b'{"errorType": "Y"}')[0] == 403
    assert api.init_error == b'{"errorType": "X"}'


@pytest.mark.parametrize(("method", "path"), [("GET", "/other"), ("POST", "/invocation/one/other"), ("POST", "/x")])
def test_unknown_path_is_not_found(api: RuntimeApi, method: str, path: str) -> None:
    assert call(api, method, path, b"{}" if method == "POST" else None)[0] == 404


def test_close_ends_a_waiting_next() -> None:
    api = RuntimeApi()
    failures: list[Exception] = []

    def ask() -> None:
        try:
            call(api, "GET", "/invocation/next")
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    assert api.ready.wait(20)
    api.close()
    waiting.join(20)
    assert not waiting.is_alive()
    assert len(failures) == 1
