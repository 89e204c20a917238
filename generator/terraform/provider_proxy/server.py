"""The gRPC server that Terraform takes for the provider.

Requests and answers pass as bytes: a generic handler needs no generated stubs, and cannot lose a field that it does
not know.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc

from generator.errors import SlipwayError
from generator.terraform.provider_proxy.peers import peer_uid
from generator.terraform.provider_proxy.pool import Configured, Pool
from generator.terraform.provider_proxy.protocol import (
    BROKER,
    CONFIGURE,
    GET_SCHEMA,
    MESSAGE_SIZES,
    PREPARE,
    PREPARE_DIAGNOSTICS,
    SERVICE,
    STOP,
    has_error,
)
from generator.terraform.provider_proxy.schema import ProviderSchema

PREPARED_LIMIT = 256


@dataclass
class Server:
    """Answers from *schema*, trimmed to *names*, and from the provider processes of *pool*."""

    schema: ProviderSchema
    pool: Pool
    port: int = 0
    names: set[str] = field(default_factory=set)
    _trimmed: bytes | None = None
    # The provider's answers by the digest of its configuration, oldest first.
    _prepared: dict[bytes, bytes] = field(default_factory=dict)
    # By gRPC's name of a connection. None: it has not configured its provider (yet).
    _connections: dict[str, Configured | None] = field(default_factory=dict)

    async def start(self) -> grpc.aio.Server:
        """Listen on a free port of 127.0.0.1, which is then *port*."""
        server = grpc.aio.server(handlers=[_Handlers(self)], options=MESSAGE_SIZES)
        self.port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return server

    def add(self, names: set[str]) -> None:
        """Tell clients of these types too. Names that the provider does not have are left out."""
        new = (names & self.schema.names) - self.names
        if new:
            self.names |= new
            self._trimmed = None

    async def answer(self, method: str, request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        """The answer to one call, or the provider's own error."""
        connection = await self._connection(context)
        try:
            if method == GET_SCHEMA:
                return self._schema()
            if method == STOP:
                # Whose process this is, others use too: ending their calls is not this client's to ask.
                return b""
            if method == CONFIGURE:
                return await self._configure(connection, request)
            if method == PREPARE:
                return await self._prepare(request)
            configured = self._connections[connection]
            upstream = configured.upstream if configured is not None else await self.pool.plain()
            assert upstream is not None
            return await upstream.call(method, request)
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "")
        except SlipwayError as error:
            await context.abort(grpc.StatusCode.UNAVAILABLE, str(error))

    async def hold(self, requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        """go-plugin's stream of side channels, which providers do not use. It ends with its connection."""
        connection = await self._connection(context)
        try:
            async for _ in requests:
                pass
        finally:
            configured = self._connections.pop(connection, None)
            if configured is not None:
                await self.pool.release(configured)

    async def _prepare(self, request: bytes) -> bytes:
        # Remembered, since the provider checks its own 1500 resources each time: 0.2 of a plan's 0.5 CPU seconds.
        key = hashlib.sha256(request).digest()
        response = self._prepared.get(key)
        if response is None:
            response = await (await self.pool.plain()).call(PREPARE, request)
            if not has_error(response, PREPARE_DIAGNOSTICS):
                if len(self._prepared) >= PREPARED_LIMIT:
                    self._prepared.pop(next(iter(self._prepared)))
                self._prepared[key] = response
        return response

    def _schema(self) -> bytes:
        if self._trimmed is None:
            self._trimmed = self.schema.trimmed(self.names)
        return self._trimmed

    async def _configure(self, connection: str, request: bytes) -> bytes:
        configured = await self.pool.acquire(request)
        before = self._connections.get(connection)
        self._connections[connection] = configured
        if before is not None:
            await self.pool.release(before)
        return configured.response

    async def _connection(self, context: grpc.aio.ServicerContext[bytes, bytes]) -> str:
        """The name of the call's connection, which must be this user's own."""
        peer = context.peer()
        if peer not in self._connections:
            if peer_uid(peer, self.port) != os.getuid():
                await context.abort(grpc.StatusCode.PERMISSION_DENIED, "this provider is another user's")
            self._connections[peer] = None
        return peer


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, server: Server) -> None:
        self._server = server

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        method = handler_call_details.method
        if method == BROKER:
            return grpc.stream_stream_rpc_method_handler(self._server.hold)
        if not method.startswith(SERVICE):
            return None

        async def answer(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            return await self._server.answer(method, request, context)

        return grpc.unary_unary_rpc_method_handler(answer)
