"""Names within AWS's limits: what is too long is cut and made unique again by a stable hash."""

from __future__ import annotations

import hashlib

LOAD_BALANCER_NAME = 32
TARGET_GROUP_NAME = 32
ROLE_NAME = 64
FUNCTION_NAME = 64
BUCKET_NAME = 63
DATABASE_NAME = 40  # RDS takes 63: names of replicas and parameter groups add to it
_HASH_DIGITS = 8


def limited_name(name: str, limit: int) -> str:
    """*name* in at most *limit* characters.

    A name that fits is returned unchanged. A longer one keeps its beginning and ends in a hyphen and eight hexadecimal
    digits of the SHA-256 of the whole name, so that two long names differ and the same name is always cut the same way.
    Raises ValueError when *limit* leaves no room for a hash.
    """
    if limit < _HASH_DIGITS + 2:
        raise ValueError(f"a limit of {limit} characters leaves no room for a hash")
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_DIGITS]
    return f"{name[: limit - _HASH_DIGITS - 1].rstrip('-_')}-{digest}"
