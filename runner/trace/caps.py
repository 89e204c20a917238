"""How much of a program is recorded. Apart, because it needs nothing but the standard library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caps:
    """What ends a recording: *steps* and breakpoint *hits*, *seconds* of processor time, *log_bytes*; a step names at
    most *frames*."""

    # More than a trace shows: the decoder leaves out the rest of a line after each call on it.
    steps: int = 1500
    hits: int = 400_000
    frames: int = 64
    seconds: float = 2.0
    log_bytes: int = 8 * 1024 * 1024
