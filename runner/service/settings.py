"""What the service is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.errors import RunnerError
from runner.identity import SLOT_UIDS
from runner.limits import MEBIBYTE

LEAST_TOKEN_CHARACTERS = 16
_USERS_OF_A_TRACE = 4


@dataclass(frozen=True)
class Settings:
    """*concurrency* programs run at a time and *queue* more wait; whoever comes then is sent away for the time being.

    With *token* only requests that bear it are answered, but for the one for health. Not printed, as it is a secret.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    concurrency: int = 2
    queue: int = 16
    most_body_bytes: int = 4 * MEBIBYTE
    token: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """``RUNNER_HOST``, ``_PORT``, ``_CONCURRENCY``, ``_QUEUE``, ``_TOKEN``. RunnerError names what is wrong."""
        token = environment.get("RUNNER_TOKEN") or None
        if token is not None and len(token) < LEAST_TOKEN_CHARACTERS:
            raise RunnerError(
                f"RUNNER_TOKEN has {len(token)} characters.", cure=f"Give it {LEAST_TOKEN_CHARACTERS} or more."
            )
        # As root each program has a user of its own, and a traced one up to four.
        most = len(SLOT_UIDS) // _USERS_OF_A_TRACE if os.geteuid() == 0 else 64
        default = min(os.cpu_count() or cls.concurrency, most)
        return cls(
            host=environment.get("RUNNER_HOST", cls.host),
            port=_number(environment, "RUNNER_PORT", cls.port, range(65536)),
            concurrency=_number(environment, "RUNNER_CONCURRENCY", default, range(1, most + 1)),
            queue=_number(environment, "RUNNER_QUEUE", cls.queue, range(10_001)),
            token=token,
        )


def _number(environment: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = environment.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) not in allowed:
        raise RunnerError(f"{name} is {text!r}.", cure=f"It is a number from {allowed.start} to {allowed.stop - 1}.")
    return int(text)
