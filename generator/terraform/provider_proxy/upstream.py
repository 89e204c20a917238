"""One process of the stock provider, started and spoken to as Terraform does it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from generator.errors import TerraformError
from generator.terraform.provider_proxy.protocol import COOKIE, MESSAGE_SIZES, PROTOCOL_VERSION, STDIO

START_TIMEOUT = 60.0  # seconds; 0.3 is usual
LAST_WORDS_TIMEOUT = 1.0  # seconds for a process that fails to say why and end
GRACE = 3.0  # seconds between SIGTERM and SIGKILL
KEPT_LINES = 30
# Unset, the provider writes every call to standard error, 500 KB a plan.
QUIET = ("", "_PROVIDER", "_PROVIDER_AWS", "_SDK", "_SDK_FRAMEWORK", "_SDK_HELPER_SCHEMA", "_SDK_MUX", "_SDK_PROTO")


@dataclass
class Upstream:
    """A running provider. *calls* are those under way, *last_call* is when one last began or ended (monotonic, s)."""

    process: Process
    channel: grpc.aio.Channel
    errors: deque[str]
    readers: list[asyncio.Task[None]]
    calls: int = 0
    last_call: float = field(default_factory=time.monotonic)

    @classmethod
    async def start(cls, binary: Path, environment: Mapping[str, str]) -> Upstream:
        """Start *binary* in the current directory, where it also makes its socket.

        It ends with this process at the latest. Raises TerraformError when it does not start or speaks another
        protocol. To be called from the main thread alone (see `launch`).
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(Path(__file__).with_name("launch.py")),
            str(os.getpid()),
            str(binary),
            env=_provider_environment(environment),
            start_new_session=True,
            stderr=PIPE,
            stdin=DEVNULL,
            stdout=PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        errors: deque[str] = deque(maxlen=KEPT_LINES)
        readers = [asyncio.create_task(_keep_lines(process.stderr, errors))]
        try:
            async with asyncio.timeout(START_TIMEOUT):
                address = _socket(await process.stdout.readline())
                channel = grpc.aio.insecure_channel(address, options=MESSAGE_SIZES)
        except (TimeoutError, ValueError) as error:
            await _ends(process, LAST_WORDS_TIMEOUT)
            await _end(process)
            await asyncio.wait(readers)
            said = "\n  ".join(errors)
            raise TerraformError(f"{binary} does not start as a Terraform provider: {error}", cure=said) from error
        except BaseException:
            await _end(process)
            raise
        # Both pipes must be read, or a provider that says much would stop in the middle of a call.
        readers.append(asyncio.create_task(_keep_lines(process.stdout, errors)))
        readers.append(asyncio.create_task(_drain_output(channel)))
        return cls(process, channel, errors, readers)

    @property
    def ended(self) -> bool:
        return self.process.returncode is not None

    async def call(self, method: str, request: bytes) -> bytes:
        """The provider's answer to *request*. Raises the AioRpcError it answers, TerraformError if it has ended."""
        ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(method)
        self.calls += 1
        self.last_call = time.monotonic()
        try:
            return await ask(request)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE and await _ends(self.process, LAST_WORDS_TIMEOUT):
                said = "\n  ".join(self.errors)
                raise TerraformError(f"The provider ended, exit code {self.process.returncode}.", cure=said) from error
            raise
        finally:
            self.calls -= 1
            self.last_call = time.monotonic()

    async def close(self) -> None:
        """End the process and return when it is gone."""
        await self.channel.close()
        await _end(self.process)
        for reader in self.readers:
            reader.cancel()
        await asyncio.wait(self.readers)


def _provider_environment(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if name != "TF_REATTACH_PROVIDERS"}
    return {
        **kept,
        **{f"TF_LOG{name}": "OFF" for name in QUIET},
        COOKIE[0]: COOKIE[1],
        "PLUGIN_PROTOCOL_VERSIONS": str(PROTOCOL_VERSION),
        # Relative to the current directory: a socket's path must not exceed 107 bytes.
        "PLUGIN_UNIX_SOCKET_DIR": ".",
    }


def _socket(line: bytes) -> str:
    """The address in the one line that a plugin prints: CORE|PROTOCOL|NETWORK|ADDRESS|grpc|CERTIFICATE."""
    parts = line.decode(errors="replace").strip().split("|")
    if len(parts) < 5 or parts[0] != "1" or parts[2] != "unix" or parts[4] != "grpc":
        raise ValueError(f"it said {line!r} instead of where it listens")
    if parts[1] != str(PROTOCOL_VERSION):
        raise ValueError(f"it speaks plugin protocol {parts[1]}, not {PROTOCOL_VERSION}")
    return f"unix:{parts[3]}"


async def _keep_lines(stream: asyncio.StreamReader, kept: deque[str]) -> None:
    # Not readline, which refuses lines over its limit.
    while chunk := await stream.read(65536):
        kept.extend(chunk.decode(errors="replace").splitlines())


async def _drain_output(channel: grpc.aio.Channel) -> None:
    output: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(STDIO)
    with contextlib.suppress(grpc.RpcError):
        async for _ in output(b""):
            pass


async def _end(process: Process) -> None:
    for end in (process.terminate, process.kill):
        with contextlib.suppress(ProcessLookupError):
            end()
        if await _ends(process, GRACE):
            return


async def _ends(process: Process, seconds: float) -> bool:
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        return False
    return True
