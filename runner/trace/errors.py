"""Why a program has no trace."""

from __future__ import annotations


class TraceError(Exception):
    """There is no trace, or it ends here; the text says why, to the person whose program it is."""
