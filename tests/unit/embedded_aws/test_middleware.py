"""What the layer before moto remembers of its answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from generator.embedded_aws.middleware import REMEMBERED_ANSWERS, REMEMBERED_BYTES, RESET_PATH, Middleware
from generator.embedded_aws.state import ServerState


class Counting:
    """Answers each request with its number, and as many more bytes as the query says."""

    def __init__(self) -> None:
        self.requests = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.requests += 1
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(self.requests).encode(), b"." * int(environ.get("QUERY_STRING") or 0)]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    state = ServerState.make(tmp_path, "http://127.0.0.1:1", alive_fd=None)
    return Client(Middleware(Counting(), state, plain=False))


def ask(client: Client, invocation: str, more: int = 0) -> str:
    answer = client.post(f"/?{more}", headers={"amz-sdk-invocation-id": invocation})
    return answer.text.rstrip(".")


def test_a_repeated_request_gets_the_first_answer(client: Client) -> None:
    assert [ask(client, "a"), ask(client, "b"), ask(client, "a")] == ["1", "2", "1"]


def test_a_reset_forgets_the_answers(client: Client) -> None:
    ask(client, "a")

    client.post(RESET_PATH)

    assert ask(client, "a") == "3"


@pytest.mark.parametrize(("more", "second"), [(REMEMBERED_BYTES - 1, "1"), (REMEMBERED_BYTES, "2")])
def test_a_large_answer_is_not_kept(client: Client, more: int, second: str) -> None:
    ask(client, "a", more)

    assert ask(client, "a", more) == second


def test_the_oldest_answer_is_forgotten_first(client: Client) -> None:
    for number in range(REMEMBERED_ANSWERS + 1):
        ask(client, str(number))

    assert ask(client, "1") == "2"
    assert ask(client, "0") == str(REMEMBERED_ANSWERS + 2)
