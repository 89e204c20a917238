"""The proxy's process. `ProviderProxy` starts it and speaks to it in lines of JSON; it ends with its standard input.

The first line is ``{"binary", "environment", "cache", "work", "process_limit"}``, answered ``{"port"}``; each further
one ``{"names"}``, answered ``{"types"}``. The answer to what cannot be done is ``{"error", "cure"}``. Every line has an
``"id"``, the answer's that of its question.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc

from generator.errors import SlipwayError, TerraformError
from generator.terraform.provider_proxy.pool import Pool
from generator.terraform.provider_proxy.protocol import GET_SCHEMA, SCHEMA_DIAGNOSTICS, has_error
from generator.terraform.provider_proxy.schema import ProviderSchema, SchemaCache
from generator.terraform.provider_proxy.server import Server
from generator.terraform.provider_proxy.upstream import Upstream

LINE_LIMIT = 2**24  # bytes; an environment may have 2 MB


async def main() -> None:
    """Serve until standard input ends or SIGTERM comes; then end every provider."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=LINE_LIMIT)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    loop.add_signal_handler(signal.SIGTERM, lines.feed_eof)
    first = await lines.readline()
    if not first:
        return
    settings = json.loads(first)
    binary = Path(settings["binary"])
    environment: dict[str, str] = settings["environment"]
    try:
        schema = await _schema(binary, environment, SchemaCache(Path(settings["cache"])))
    except SlipwayError as error:
        _say(settings, error=error.what, cure=error.cure)
        return
    pool = Pool(lambda: Upstream.start(binary, environment), settings["process_limit"])
    server = Server(schema, pool)
    grpc_server = await server.start()
    try:
        _say(settings, port=server.port)
        while line := await lines.readline():
            question = json.loads(line)
            server.add(set(question["names"]))
            _say(question, types=len(server.names))
    except BrokenPipeError:
        # Whoever asked was killed before the answer.
        lines.feed_eof()
    finally:
        # The port is closed last: a terraform that is refused there kills the process that it was told of.
        try:
            await pool.close()
        finally:
            # Whatever went wrong with a provider: whoever made the directory may have been killed. Only while they
            # live, after a crash, is our log in it still to be read.
            if lines.at_eof():
                shutil.rmtree(settings["work"], ignore_errors=True)
            await grpc_server.stop(None)


async def _schema(binary: Path, environment: Mapping[str, str], cache: SchemaCache) -> ProviderSchema:
    response = cache.load(binary)
    if response is None:
        # A process of its own: one that has told its schema needs 100 MB more from then on.
        upstream = await Upstream.start(binary, environment)
        try:
            response = await upstream.call(GET_SCHEMA, b"")
        except grpc.aio.AioRpcError as error:
            raise TerraformError(f"{binary} does not tell its schema: {error.details()}") from error
        finally:
            await upstream.close()
        if has_error(response, SCHEMA_DIAGNOSTICS):
            raise TerraformError(f"{binary} reports errors in its own schema.")
        cache.store(binary, response)
    return ProviderSchema(response)


def _say(question: Mapping[str, Any], **answer: Any) -> None:
    print(json.dumps({"id": question["id"], **answer}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
