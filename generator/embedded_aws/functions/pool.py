"""The runtimes of all functions: reused while warm, limited by reserved concurrency, ended with their function."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

from generator.embedded_aws.blobs import BlobStore
from generator.embedded_aws.functions.image import ImageCache
from generator.embedded_aws.functions.runtime import Outcome, Runtime, RuntimeSpec

MAX_IDLE = 4  # warm runtimes kept; one takes some 40 MB

FunctionKey = tuple[str, str, str]  # account, region, function name


class ThrottledError(Exception):
    """The function already runs as often as its reserved concurrency allows."""


class FunctionPool:
    """Runs events of any function in any account. Safe for many threads."""

    def __init__(self, blobs: BlobStore, images: Path, alive_fd: int | None) -> None:
        self.images = ImageCache(blobs, images)
        self._alive_fd = alive_fd
        self._lock = threading.Lock()
        self._idle: list[Runtime] = []  # least recently used first
        self._busy: list[Runtime] = []
        self._outdated: list[Runtime] = []  # busy ones that end with their event
        self._running: Counter[FunctionKey] = Counter()

    def invoke(
        self,
        spec: RuntimeSpec,
        event: bytes,
        function_arn: str,
        reserved: int | None,
        client_context: str | None = None,
    ) -> tuple[Outcome, str]:
        """Run *event* in a warm or new runtime of *spec*. Returns the outcome and the log stream.

        Raises ThrottledError when *reserved* events of the function are under way (all versions count).
        """
        key = _key(spec)
        with self._lock:
            if reserved is not None and self._running[key] >= reserved:
                raise ThrottledError(spec.function)
            self._running[key] += 1
        try:
            runtime = self._take(spec)
            reusable = False
            try:
                outcome = runtime.invoke(event, function_arn, client_context)
                reusable = outcome.reusable
            finally:
                self._give_back(runtime, reusable)
            return outcome, runtime.log_stream
        finally:
            with self._lock:
                self._running[key] -= 1

    def retire(self, account: str, region: str, function: str, *, version: str | None = None) -> None:
        """A function's code or configuration changed: idle runtimes end now, busy ones with their event.

        *version* None means all versions.
        """
        with self._lock:
            idle = [runtime for runtime in self._idle if _is_of(runtime, account, region, function, version)]
            self._idle = [runtime for runtime in self._idle if runtime not in idle]
            self._outdated += [runtime for runtime in self._busy if _is_of(runtime, account, region, function, version)]
        _stop(idle)

    def delete(self, account: str, region: str, function: str) -> None:
        """A function is gone: so are its runtimes, at once."""
        with self._lock:
            runtimes = [runtime for runtime in self._busy if _is_of(runtime, account, region, function, None)]
        self.retire(account, region, function)
        _stop(runtimes)

    def stop(self) -> None:
        """End every runtime and remove every unpacked image."""
        with self._lock:
            runtimes = self._idle + self._busy
            self._idle = []
        _stop(runtimes)
        self.images.clear()

    def _take(self, spec: RuntimeSpec) -> Runtime:
        with self._lock:
            for runtime in reversed(self._idle):
                if runtime.spec == spec and runtime.alive():
                    self._idle.remove(runtime)
                    self._busy.append(runtime)
                    return runtime
            runtime = Runtime(spec, self._alive_fd)
            self._busy.append(runtime)
            return runtime

    def _give_back(self, runtime: Runtime, reusable: bool) -> None:
        with self._lock:
            self._busy.remove(runtime)
            surplus = []
            if runtime in self._outdated:
                self._outdated.remove(runtime)
                surplus.append(runtime)
            elif reusable:
                self._idle.append(runtime)
            else:
                surplus.append(runtime)
            while len(self._idle) > MAX_IDLE:
                surplus.append(self._idle.pop(0))
        _stop(surplus)


def _is_of(runtime: Runtime, account: str, region: str, function: str, version: str | None) -> bool:
    return _key(runtime.spec) == (account, region, function) and version in (None, runtime.spec.version)


def _key(spec: RuntimeSpec) -> FunctionKey:
    return spec.account, spec.region, spec.function


def _stop(runtimes: list[Runtime]) -> None:
    for runtime in runtimes:
        runtime.stop()
