"""Requests take turns: moto's models are not made for threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One request works at a time, which costs nothing where all works in memory.

    Without turns one request loops over what another one changes, and answers 500 after half of its work.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder = threading.local()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn and hold it."""
        with self._lock:
            self._holder.holds = True
            try:
                yield
            finally:
                self._holder.holds = False

    @contextmanager
    def lend(self) -> Iterator[None]:
        """Let others work while the holder waits for a function, which may itself ask. Nothing for who holds none."""
        if not getattr(self._holder, "holds", False):
            yield
            return
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
