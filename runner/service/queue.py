"""Takes as many programs as can run and a few more, and says when the next should come."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from runner.contract import Request, Result

# What the waiting are told before anything was measured; then it is the mean of what programs take, lately above all.
_FIRST_GUESS_SECONDS = 2.0
_WEIGHT = 0.2


class FullError(Exception):
    """No more are taken now; *seconds* from now it is worth another try."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"The runner is busy; try again in {seconds} s.")


class Queue:
    """Runs requests in threads, *concurrency* at a time, with at most *length* waiting."""

    def __init__(self, run: Callable[[Request], Result], *, concurrency: int, length: int) -> None:
        self._run, self._concurrency, self._length = run, concurrency, length
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="program")
        self._turn = asyncio.Semaphore(concurrency)
        self._mean = _FIRST_GUESS_SECONDS
        self.running = 0
        self.waiting = 0

    async def run(self, request: Request) -> Result:
        """The result, once it is this request's turn. FullError if too many wait already."""
        if self.waiting >= self._length and self._turn.locked():
            raise FullError(self._seconds_to_wait())
        self.waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self.waiting -= 1
        # A client that goes away does not give its place to the next before its program has ended.
        return await asyncio.shield(asyncio.ensure_future(self._run_now(request)))

    async def _run_now(self, request: Request) -> Result:
        self.running += 1
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._threads, self._run, request)
            self._mean += _WEIGHT * (result.timings.total - self._mean)
            return result
        finally:
            self.running -= 1
            self._turn.release()

    def close(self) -> None:
        """Waits for the programs that run."""
        self._threads.shutdown(wait=True)

    def _seconds_to_wait(self) -> int:
        return max(1, math.ceil(self._mean * (self.waiting + self.running) / self._concurrency))
