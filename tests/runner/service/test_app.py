"""The application, spoken to as its server does."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import jsonschema
import pytest

from runner import engine
from runner.contract import Request, Result, Status, Timings
from runner.errors import RunnerError
from runner.home import Home
from runner.service.app import Application
from runner.service.openapi import EXAMPLES, document
from runner.service.queue import FullError, Queue
from runner.service.settings import Settings

TOKEN = "a token, long enough for anybody"
HERE = Home("local", frozenset({"seccomp"}), {"landlock": "ENOSYS"})
OK = Result(Status.OK, timings=Timings(compile=0.2, run=0.03, total=0.25))


@dataclass
class Response:
    code: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Speaks ASGI to an application."""

    def __init__(self, settings: Settings, run: Callable[[Request], Result]) -> None:
        self.log = io.StringIO()
        self.application = Application(settings, run=run, here=HERE, log=self.log)

    async def send(
        self, method: str, path: str, parts: Iterable[bytes] = (b"",), *, gone: bool = False, **headers: str
    ) -> Response:
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        messages[-1]["more_body"] = gone
        waiting = [*messages, {"type": "http.disconnect"}]
        sent: list[Any] = []

        async def receive() -> Any:
            return waiting.pop(0)

        async def take(message: Any) -> None:
            sent.append(message)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await self.application({"type": "http", "method": method, "path": path, "headers": raw}, receive, take)
        head, body = sent
        named = {name.decode(): value.decode() for name, value in head["headers"]}
        return Response(head["status"], named, body["body"])

    def __call__(self, method: str, path: str, *parts: bytes, **more: Any) -> Response:
        return asyncio.run(self.send(method, path, parts or (b"",), **more))

    def run(self, value: object, **more: Any) -> Response:
        return self("POST", "/run", json.dumps(value).encode(), content_type="application/json", **more)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def client() -> Client:
    return Client(Settings(concurrency=1, queue=1), lambda request: OK)


def test_every_example_of_the_description_runs_and_answers_as_described() -> None:
    real = Client(Settings(), engine.run)
    schemas = document()["components"]["schemas"]
    described = {"$defs": schemas, "components": {"schemas": schemas}}
    for name, example in EXAMPLES.items():
        jsonschema.validate(example, {**described, **schemas["Request"]})
        response = real.run(example)
        assert (response.code, response.json["status"]) == (200, "ok"), response.json
        assert response.json["stdout"] == ("hello\n" if name == "c" else "QUIET\n")
        jsonschema.validate(response.json, schemas["Result"])


def test_description_lists_what_there_is(client: Client) -> None:
    described = client("GET", "/openapi.json").json
    for path, methods in described["paths"].items():
        for method in methods:
            assert client(method.upper(), path).code != 404
    assert set(described["paths"]) == {"/run", "/health", "/limits", "/metrics", "/openapi.json"}


def test_limits_say_what_will_be_in_force(client: Client) -> None:
    answer = client("GET", "/limits").json
    assert answer["limits"]["run"]["wallSeconds"] == 5
    assert answer["request"]["codeBytes"] == 1024 * 1024
    assert answer["languages"] == ["c", "cpp", "python"]
    assert answer["isolation"]["home"] == "local"
    assert answer["isolation"]["degraded"]
    assert answer["isolation"]["refused"] == {"landlock": "ENOSYS"}
    assert "seccomp" in answer["isolation"]["layers"]


def test_head_is_get_without_a_body(client: Client) -> None:
    response = client("HEAD", "/health")
    assert (response.code, response.body) == (200, b"")
    assert int(response.headers["content-length"]) > 0


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "code", "message"),
    [
        ("GET", "/", b"", "", 404, "no such path"),
        ("GET", "/run", b"", "", 405, "/run takes POST"),
        ("POST", "/health", b"", "", 405, "takes GET"),
        ("POST", "/run", b"{}", "text/plain", 415, "must be application/json"),
        ("POST", "/run", b"", "application/json", 400, "not JSON"),
        ("POST", "/run", b"\xff", "application/json", 400, "not JSON"),
        ("POST", "/run", b"[" * 100_000, "application/json", 400, "nested too deeply"),
        ("POST", "/run", b"1" * 5000, "application/json", 400, "not JSON"),
        ("POST", "/run", b"[]", "application/json; charset=utf-8", 400, "the request is an array"),
        ("POST", "/run", b'{"code": "", "language": "cobol"}', "application/json", 400, "'language' is 'cobol'"),
    ],
)
def test_what_cannot_be_answered_is_named(
    method: str, path: str, body: bytes, kind: str, code: int, message: str, client: Client
) -> None:
    response = client(method, path, body, content_type=kind)
    assert (response.code, response.json["status"]) == (code, "invalid_request")
    assert message in response.json["error"]
    assert client.lines[-1]["code"] == code


def test_body_is_refused_by_its_announced_size_and_by_its_real_one() -> None:
    small = Client(Settings(most_body_bytes=100), lambda request: OK)
    json_type = {"content_type": "application/json"}
    assert small("POST", "/run", b"", content_length="101", **json_type).code == 413
    assert small("POST", "/run", b"x" * 60, b"x" * 60, **json_type).code == 413
    assert small("POST", "/run", b'{"code": ', b'"x"}', content_length="13", **json_type).code == 200


def test_request_that_is_cut_off_is_not_run(client: Client) -> None:
    response = client("POST", "/run", b'{"code": ""}', gone=True, content_type="application/json")
    assert (response.code, response.json["error"]) == (400, "The request ended before its body.")


def test_token_is_asked_for_everywhere_but_for_health() -> None:
    guarded = Client(Settings(token=TOKEN), lambda request: OK)
    assert guarded("GET", "/health").code == 200
    for path in ("/limits", "/metrics", "/openapi.json"):
        refused = guarded("GET", path)
        assert (refused.code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert guarded("GET", path, authorization=f"Bearer {TOKEN}").code == 200
    for wrong in ("", "Bearer", f"Bearer {TOKEN}x", f"bearer{TOKEN}", "Bearer \xff"):
        assert guarded.run({"code": ""}, authorization=wrong).code == 401
    assert guarded.run({"code": ""}, authorization=f"Bearer {TOKEN}").code == 200
    assert TOKEN not in guarded.log.getvalue()
    assert TOKEN not in repr(Settings(token=TOKEN))


def test_log_says_what_happened_and_nothing_of_the_program(client: Client) -> None:
    client.run({"code": "secret source", "stdin": "secret input", "language": "c"})
    (line,) = client.lines
    assert (line["method"], line["path"], line["code"], line["status"]) == ("POST", "/run", 200, "ok")
    assert line["timings"]["run"] == 0.03
    assert "secret" not in client.log.getvalue()


def test_fault_of_the_runner_is_a_500_and_logged() -> None:
    broken = Client(Settings(), lambda request: Result(Status.INTERNAL_ERROR, "no space"))
    response = broken.run({"code": ""})
    assert (response.code, response.json["error"]) == (500, "no space")
    assert broken.lines[-1]["error"] == "no space"


def test_those_over_the_queue_are_sent_away_and_told_when_to_come() -> None:
    go = threading.Event()
    started = threading.Semaphore(0)

    def slow(request: Request) -> Result:
        started.release()
        go.wait(30)
        return replace(OK, timings=Timings(total=9.0))

    async def scene(client: Client) -> list[Response]:
        body = [b'{"code": ""}']
        first = asyncio.create_task(client.send("POST", "/run", body, content_type="application/json"))
        await asyncio.to_thread(started.acquire)
        second = asyncio.create_task(client.send("POST", "/run", body, content_type="application/json"))
        await asyncio.sleep(0)
        third = await client.send("POST", "/run", body, content_type="application/json")
        metrics = await client.send("GET", "/metrics")
        go.set()
        fourth = await client.send("GET", "/metrics")
        return [third, metrics, await first, await second, fourth]

    client = Client(Settings(concurrency=1, queue=1), slow)
    refused, metrics, first, second, _ = asyncio.run(scene(client))
    assert (refused.code, first.code, second.code) == (429, 200, 200)
    assert int(refused.headers["retry-after"]) == 4  # two before it, 2 s each as far as is known
    assert "slipway_runner_running 1\n" in metrics.body.decode()
    assert "slipway_runner_waiting 1\n" in metrics.body.decode()


def test_metrics_count_answers_results_and_seconds(client: Client) -> None:
    for _ in range(2):
        client.run({"code": "", "language": "c"})
    client("GET", "/nowhere")
    text = client("GET", "/metrics").body.decode()
    assert 'slipway_runner_responses_total{code="200"} 2\n' in text
    assert 'slipway_runner_responses_total{code="404"} 1\n' in text
    assert 'slipway_runner_results_total{language="c",status="ok"} 2\n' in text
    assert 'slipway_runner_seconds_bucket{stage="run",le="0.025"} 0\n' in text
    assert 'slipway_runner_seconds_bucket{stage="run",le="0.05"} 2\n' in text
    assert 'slipway_runner_seconds_bucket{stage="run",le="+Inf"} 2\n' in text
    assert 'slipway_runner_seconds_sum{stage="compile"} 0.400000\n' in text
    assert 'slipway_runner_seconds_count{stage="total"} 2\n' in text


def test_a_burst_is_bounded_before_the_first_of_it_has_begun() -> None:
    def run(_: Request) -> Result:
        return Result(Status.OK)

    async def burst() -> list[Any]:
        queue = Queue(run, concurrency=2, length=3)
        try:
            return await asyncio.gather(*(queue.run(Request("")) for _ in range(30)), return_exceptions=True)
        finally:
            queue.close()

    answers = asyncio.run(burst())
    assert sum(isinstance(answer, Result) for answer in answers) == 5
    assert sum(isinstance(answer, FullError) for answer in answers) == 25


def test_shutdown_waits_for_programs_and_then_takes_none(client: Client) -> None:
    messages: list[Any] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(client.application({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert client("GET", "/health").code == 503
    refused = client.run({"code": ""})
    assert (refused.code, refused.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"RUNNER_PORT": "http"}, "RUNNER_PORT is 'http'"),
        ({"RUNNER_PORT": "65536"}, "RUNNER_PORT is '65536'"),
        ({"RUNNER_CONCURRENCY": "0"}, "RUNNER_CONCURRENCY is '0'"),
        ({"RUNNER_QUEUE": "-1"}, "RUNNER_QUEUE is '-1'"),
        ({"RUNNER_TOKEN": "short"}, "RUNNER_TOKEN has 5 characters"),
    ],
)
def test_settings_that_are_wrong_are_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(RunnerError, match=message):
        Settings.from_environment(environment)


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "RUNNER_HOST": "::",
            "RUNNER_PORT": "80",
            "RUNNER_CONCURRENCY": "3",
            "RUNNER_QUEUE": "0",
            "RUNNER_TOKEN": TOKEN,
        }
    )
    assert settings == Settings("::", 80, 3, 0, token=TOKEN)
    assert Settings.from_environment({}).host == "127.0.0.1"
