"""The runner's own errors. Only the standard library here: the Lambda image carries nothing else."""

from __future__ import annotations


class RequestError(ValueError):
    """The request is malformed or outside what the runner accepts; the caller can mend it."""


class RunnerError(Exception):
    """Programs cannot be run safely on this machine: *what* is wrong and, as *cure*, what to do about it."""

    def __init__(self, what: str, *, cure: str = "") -> None:
        self.what, self.cure = what, cure
        super().__init__(f"{what} {cure}".strip())


class UncleanError(RunnerError):
    """Something of a program stayed: where it ran is not fit for another user's program any more."""
