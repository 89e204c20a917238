"""The provider processes: one for each configuration, and one that is never configured."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from generator.errors import TerraformError
from generator.terraform.provider_proxy.protocol import CONFIGURE, CONFIGURE_DIAGNOSTICS, has_error
from generator.terraform.provider_proxy.upstream import Upstream

LOOK_AGAIN = 0.2  # seconds
QUIET = 1.0  # seconds without a call, after which the users of a process are taken to wait for something else


@dataclass(eq=False)
class Configured:
    """A provider process with one configuration. *users* are the connections that use it or wait for it."""

    key: bytes
    users: int = 0
    last_use: float = field(default_factory=time.monotonic)
    upstream: Upstream | None = None
    # The provider's answer to the configuration: every connection is given the same.
    response: bytes = b""
    ready: asyncio.Task[None] | None = None


class Pool:
    """Keeps up to *limit* configured processes; more only while plans that hold some could not go on without.

    One terraform may need several at once (a provider block with aliases), and cannot be told from several terraforms:
    refusing or waiting for ever would make a plan fail that succeeds without the proxy. So a process beyond the limit
    is started once nobody has called any for a second, and ended when it is idle.
    """

    def __init__(self, start: Callable[[], Awaitable[Upstream]], limit: int) -> None:
        self._start, self._limit = start, limit
        self._shared: dict[bytes, Configured] = {}
        self._running: list[Configured] = []
        self._changed = asyncio.Condition()
        self._plain: asyncio.Task[Upstream] | None = None

    async def plain(self) -> Upstream:
        """The process for calls before, or without, a configuration."""
        if self._plain is None or (self._plain.done() and (self._plain.exception() or self._plain.result().ended)):
            self._plain = asyncio.ensure_future(self._start())
        return await asyncio.shield(self._plain)

    async def acquire(self, request: bytes) -> Configured:
        """The process that was configured with *request*, to be given back by `release`.

        Raises TerraformError when it cannot be started and grpc.RpcError when it does not answer.
        """
        key = hashlib.sha256(request).digest()
        configured = self._shared.get(key)
        if configured is not None and configured.upstream is not None and configured.upstream.ended:
            # A crash fails the plans that used the process, not the next one.
            self._forget(configured)
            if configured.users == 0:
                await self._end(configured)
            configured = self._shared.get(key)
        if configured is None:
            configured = self._shared[key] = Configured(key)
            configured.ready = asyncio.create_task(self._configure(configured, request))
        configured.users += 1
        assert configured.ready is not None
        try:
            # A client that gives up must not take the process from the others that wait for it.
            await asyncio.shield(configured.ready)
        except BaseException:
            await self.release(configured)
            raise
        return configured

    async def release(self, configured: Configured) -> None:
        configured.users -= 1
        configured.last_use = time.monotonic()
        if configured.users == 0 and self._shared.get(configured.key) is not configured:
            await self._end(configured)
        while len(self._running) > self._limit and (idle := self._idle()) is not None:
            await self._end(idle)
        async with self._changed:
            self._changed.notify_all()

    async def close(self) -> None:
        """End every process, and start no other. Raises what went wrong with the first that could not be ended,
        after trying all.
        """
        self._start = _refuse
        for configured in [*self._shared.values()]:
            if configured.ready is not None and not configured.ready.done():
                configured.ready.cancel()
                await asyncio.wait([configured.ready])
        started = [configured.upstream for configured in self._running if configured.upstream is not None]
        if self._plain is not None:
            with contextlib.suppress(Exception):
                started.append(await self._plain)
        for result in await asyncio.gather(*(upstream.close() for upstream in started), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _configure(self, configured: Configured, request: bytes) -> None:
        async with self._changed:
            await self._make_room()
            self._running.append(configured)
        try:
            configured.upstream = await self._start()
            configured.response = await configured.upstream.call(CONFIGURE, request)
            # Not to be kept: the next plan asks again, as it would without us.
            refused = has_error(configured.response, CONFIGURE_DIAGNOSTICS)
        except BaseException:
            self._forget(configured)
            await self._end(configured)
            raise
        if refused:
            self._forget(configured)

    async def _make_room(self) -> None:
        while len(self._running) >= self._limit:
            idle = self._idle()
            if idle is not None:
                await self._end(idle)
            elif self._is_quiet():
                return
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN)

    def _idle(self) -> Configured | None:
        idle = [
            configured
            for configured in self._running
            if configured.users == 0 and configured.ready is not None and configured.ready.done()
        ]
        return min(idle, key=lambda configured: configured.last_use, default=None)

    def _is_quiet(self) -> bool:
        now = time.monotonic()
        return all(
            running.upstream is not None and not running.upstream.calls and now - running.upstream.last_call > QUIET
            for running in self._running
        )

    def _forget(self, configured: Configured) -> None:
        if self._shared.get(configured.key) is configured:
            del self._shared[configured.key]

    async def _end(self, configured: Configured) -> None:
        self._forget(configured)
        if configured in self._running:
            self._running.remove(configured)
            if configured.upstream is not None:
                await configured.upstream.close()


async def _refuse() -> Upstream:
    raise TerraformError("The provider proxy is ending.")
