"""What a release tells whoever watches, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from generator.errors import ReleaseError

T = TypeVar("T")


class Progress(Protocol):
    """Hears of a release's steps in order."""

    def done(self, step: str) -> None:
        """*step* is done; it is not lost when the release stops here."""

    def waiting(self, reason: str) -> None:
        """AWS is at work; *reason* says on what. Called again and again."""


class Silence:
    """Says nothing."""

    def done(self, step: str) -> None:
        """Nothing."""

    def waiting(self, reason: str) -> None:
        """Nothing."""


class StillAtWorkError(ReleaseError):
    """AWS neither finished nor failed in time."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for AWS, and how often to ask, in seconds.

    ECS gives up on a deployment by itself; starting and draining tasks takes it a few minutes, many failed starts half
    an hour.
    """

    longest: float = 45 * 60
    between: float = 5

    def until(self, ask: Callable[[], T | str], progress: Progress) -> T:
        """Ask until the answer is no text: that is a reason to wait. Raises StillAtWorkError when it takes too long."""
        deadline = time.monotonic() + self.longest
        while isinstance(answer := ask(), str):
            if time.monotonic() >= deadline:
                raise StillAtWorkError(
                    f"AWS is still at work after {self.longest / 60:.0f} minutes: {answer}",
                    cure="Nothing was put back. Repeat the command to go on waiting, or roll back.",
                )
            progress.waiting(answer)
            time.sleep(self.between)
        return answer
