"""A proxy of the small provider, and a client that behaves as terraform does."""

from __future__ import annotations

import json
import os
import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import grpc
import pytest

from generator.terraform.provider_proxy import ProviderProxy
from generator.terraform.provider_proxy.protocol import BROKER, CONFIGURE, SERVICE
from tests.unit.terraform.provider_proxy.small_provider import install

PATIENCE = 60.0  # seconds
READ = SERVICE + "ReadDataSource"


@dataclass
class Client:
    """One connection to the proxy, with the stream that terraform holds open on each."""

    channel: grpc.Channel
    held: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)
    # Kept, since gRPC cancels a stream that nobody refers to.
    stream: Any = None

    @classmethod
    def connect(cls, environment: dict[str, str]) -> Self:
        (reattach,) = json.loads(environment["TF_REATTACH_PROVIDERS"]).values()
        # Channels to one address would share a connection.
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)]
        client = cls(grpc.insecure_channel(reattach["Addr"]["String"], options=options))
        hold: grpc.StreamStreamMultiCallable[bytes, bytes] = client.channel.stream_stream(BROKER)
        client.stream = hold(iter(client.held.get, None))
        return client

    def call(self, method: str, request: bytes = b"") -> bytes:
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(method)
        return ask(request, timeout=PATIENCE)

    def configure(self, configuration: str) -> bytes:
        return self.call(CONFIGURE, configuration.encode())

    def read(self, request: str = "") -> dict[str, Any]:
        """What the provider process that serves this connection says of itself."""
        answer: dict[str, Any] = json.loads(self.call(READ, request.encode()))
        return answer

    def close(self) -> None:
        self.held.put(None)
        self.channel.close()


Connect = Callable[[ProviderProxy], Client]
Start = Callable[..., ProviderProxy]


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as stack:

        def connect(proxy: ProviderProxy) -> Client:
            client = Client.connect(proxy.environment())
            stack.callback(client.close)
            return client

        yield connect


@pytest.fixture
def small_provider(tmp_path: Path) -> Path:
    return install(tmp_path)


@pytest.fixture
def start(small_provider: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts proxies of the small provider, with a schema cache of this test alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with ExitStack() as stack:

        def start(**options: Any) -> ProviderProxy:
            options.setdefault("environment", {"PATH": os.environ["PATH"]})
            return stack.enter_context(ProviderProxy.start(small_provider, **options))

        yield start
