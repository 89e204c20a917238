"""The ASGI application: routes, sizes, the token, and a line of log for each request, without the program."""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from runner import engine, parsing
from runner.contract import Request, Result, Status
from runner.errors import RequestError
from runner.home import Home, current_home
from runner.languages import LANGUAGES
from runner.layers import KNOWN_LAYERS
from runner.limits import COMPILE_LIMITS, RUN_LIMITS, camel
from runner.service.metrics import CONTENT_TYPE, Metrics
from runner.service.openapi import document
from runner.service.queue import FullError, Queue
from runner.service.settings import Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
JSON = "application/json"
BODY_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; *note* goes to the log."""

    code: int
    body: bytes
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """A request that is answered without running anything."""

    def __init__(self, code: int, text: str, **headers: str) -> None:
        body = {"status": str(Status.INVALID_REQUEST), "success": False, "error": text}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = Answer(code, json.dumps(body).encode(), headers=named, note={"error": text})
        super().__init__(text)


class Application:
    """The service. *run* is the engine, *log* where its lines go."""

    def __init__(
        self,
        settings: Settings,
        *,
        run: Callable[[Request], Result] = engine.run,
        here: Home | None = None,
        log: TextIO = sys.stdout,
    ) -> None:
        self._settings, self._log = settings, log
        self._home = here or current_home()
        self._queue = Queue(run, concurrency=settings.concurrency, length=settings.queue)
        self._metrics = Metrics()
        self._ending = False
        self._routes: dict[tuple[str, str], Callable[[Scope, Receive], Awaitable[Answer]]] = {
            ("POST", "/run"): self._run,
            ("GET", "/health"): self._health,
            ("GET", "/limits"): self._limits,
            ("GET", "/metrics"): self._measured,
            ("GET", "/openapi.json"): self._described,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An event of ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, receive, send)
        else:
            raise ValueError(f"no answer to {scope['type']}")

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            self._ending = message["type"] == "lifespan.shutdown"
            if self._ending:
                await asyncio.to_thread(self._queue.close)
            await send({"type": f"{message['type']}.complete"})
            if self._ending:
                return

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        started_at = time.monotonic()
        try:
            answer = await self._route(scope)(scope, receive)
        except Refused as refused:
            answer = refused.answer
        self._metrics.responded(answer.code)
        headers = {"content-type": answer.kind, "content-length": str(len(answer.body)), **answer.headers}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.code, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "method": scope["method"],
            "path": scope["path"][:100],
            "code": answer.code,
            "seconds": round(time.monotonic() - started_at, 4),
            **answer.note,
        }
        print(json.dumps(line), file=self._log, flush=True)

    def _route(self, scope: Scope) -> Callable[[Scope, Receive], Awaitable[Answer]]:
        method, path = "GET" if scope["method"] == "HEAD" else scope["method"], scope["path"]
        methods = sorted(known for known, place in self._routes if place == path)
        if not methods:
            raise Refused(404, "There is no such path; /openapi.json lists them.")
        if path != "/health":
            self._check_token(scope)
        if method not in methods:
            raise Refused(405, f"{path} takes {', '.join(methods)}.", allow=", ".join(methods))
        return self._routes[method, path]

    def _check_token(self, scope: Scope) -> None:
        if self._settings.token is None:
            return
        given = _header(scope, b"authorization")
        if not hmac.compare_digest(given, b"Bearer " + self._settings.token.encode()):
            raise Refused(401, "The request does not bear the token.", www_authenticate="Bearer")

    async def _run(self, scope: Scope, receive: Receive) -> Answer:
        if self._ending:
            raise Refused(503, "The runner is shutting down.", retry_after="5")
        request = _parsed(await self._body(scope, receive))
        try:
            result = await self._queue.run(request)
        except FullError as full:
            raise Refused(429, str(full), retry_after=str(full.seconds)) from None
        self._metrics.ran(request.language, result)
        note: dict[str, Any] = {
            "language": request.language,
            "status": str(result.status),
            "timings": asdict(result.timings),
        }
        if result.status is Status.INTERNAL_ERROR:
            note["error"] = result.error
        code = 500 if result.status is Status.INTERNAL_ERROR else 200
        return Answer(code, json.dumps(result.to_json()).encode(), note=note)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        most = self._settings.most_body_bytes
        if not _header(scope, b"content-type").lower().startswith(JSON.encode()):
            raise Refused(415, f"The body must be {JSON}.")
        if int(_header(scope, b"content-length") or b"0") > most:
            raise Refused(413, f"The body has over {most} bytes.", connection="close")
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400, "The request ended before its body.")
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise Refused(413, f"The body has over {most} bytes.", connection="close")
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise Refused(408, f"The body took over {BODY_SECONDS:.0f} s.", connection="close") from None

    async def _health(self, _scope: Scope, _receive: Receive) -> Answer:
        code, word = (503, "ending") if self._ending else (200, "ok")
        return _json(code, {"status": word, "home": self._home.name, "degraded": self._home.degraded})

    async def _limits(self, _scope: Scope, _receive: Receive) -> Answer:
        held = self._home.layers.union(self._home.asked())
        return _json(
            200,
            {
                "limits": {
                    stage: {camel(name): value for name, value in asdict(limits).items()}
                    for stage, limits in (("compile", COMPILE_LIMITS), ("run", RUN_LIMITS))
                },
                "request": {
                    "bodyBytes": self._settings.most_body_bytes,
                    "codeBytes": parsing.MAX_CODE_BYTES,
                    "stdinBytes": parsing.MAX_STDIN_BYTES,
                    "files": parsing.MAX_FILES,
                    "args": parsing.MAX_ARGS,
                    "argsBytes": parsing.MAX_ARGS_BYTES,
                },
                "languages": sorted(LANGUAGES),
                "concurrency": self._settings.concurrency,
                "queue": self._settings.queue,
                "isolation": {
                    "home": self._home.name,
                    "degraded": self._home.degraded,
                    "layers": [name for name in KNOWN_LAYERS if name in held],
                    "refused": dict(self._home.refused),
                },
            },
        )

    async def _measured(self, _scope: Scope, _receive: Receive) -> Answer:
        text = self._metrics.text(running=self._queue.running, waiting=self._queue.waiting)
        return Answer(200, text.encode(), CONTENT_TYPE)

    async def _described(self, _scope: Scope, _receive: Receive) -> Answer:
        return _json(200, document())


def _parsed(body: bytes) -> Request:
    try:
        return Request.from_json(json.loads(body))
    except RequestError as error:
        raise Refused(400, f"Invalid request: {error}.") from None
    except RecursionError:
        raise Refused(400, "Invalid request: the body is nested too deeply.") from None
    except ValueError as error:  # not UTF-8, not JSON, or a number of more digits than Python reads
        raise Refused(400, f"Invalid request: the body is not JSON: {error}.") from None


def _header(scope: Scope, name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")


def _json(code: int, value: object) -> Answer:
    return Answer(code, json.dumps(value).encode())
