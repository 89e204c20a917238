"""What the proxy's process leaves when whoever started it is gone: nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from generator.errors import TerraformError
from generator.terraform.provider_proxy.pool import Pool
from generator.terraform.provider_proxy.upstream import Upstream

PROJECT = Path(__file__).resolve().parents[4]
PATIENCE = 60.0  # seconds


def test_its_directory_goes_with_one_who_was_killed_before_the_answer(small_provider: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    settings = {
        "id": 1,
        "binary": str(small_provider),
        "environment": {"PATH": os.environ["PATH"]},
        "cache": str(tmp_path / "cache"),
        "work": str(work),
        "process_limit": 1,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "generator.terraform.provider_proxy"],
        cwd=work,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as proxy:
        assert proxy.stdin is not None
        assert proxy.stdout is not None
        print(json.dumps(settings), file=proxy.stdin, flush=True)
        assert "port" in json.loads(proxy.stdout.readline())
        proxy.stdout.close()
        print(json.dumps({"id": 2, "names": []}), file=proxy.stdin, flush=True)
        proxy.wait(PATIENCE)
    assert not work.exists()


class Stubborn:
    """A provider process that cannot be ended, or one that can."""

    ended = False

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def close(self) -> None:
        if self.error is not None:
            raise self.error
        await asyncio.sleep(0.1)
        self.ended = True

    async def call(self, _: str, __: bytes) -> bytes:
        return b""


def test_every_provider_is_ended_though_one_cannot_be() -> None:
    started = [Stubborn(RuntimeError("no")), Stubborn(None), Stubborn(None)]

    async def run() -> None:
        remaining = iter(started)

        async def start() -> Upstream:
            return cast(Upstream, next(remaining))

        pool = Pool(start, 3)
        for request in (b"a", b"b"):
            await pool.acquire(request)
        await pool.plain()
        await pool.close()

    with pytest.raises(RuntimeError, match="no"):
        asyncio.run(run())
    assert [provider.ended for provider in started] == [False, True, True]


def test_no_provider_is_started_once_they_are_ended() -> None:
    async def run() -> None:
        async def start() -> Upstream:
            return cast(Upstream, Stubborn(None))

        pool = Pool(start, 2)
        await pool.acquire(b"a")
        await pool.close()
        for late in (pool.plain(), pool.acquire(b"b")):
            with pytest.raises(TerraformError, match="is ending"):
                await late

    asyncio.run(run())
