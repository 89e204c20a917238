"""Names that modules make of what a root passes them, for roots that do not hold the module."""

from __future__ import annotations

import hashlib

ROLE_NAME, HASH = 64, 8


def role_name(service: str, kind: str) -> str:
    """The name of the role *kind* (execution or task) that modules/ecs_service makes for *service*."""
    limit = ROLE_NAME - len(kind) - 1
    if len(service) > limit:
        digest = hashlib.sha1(service.encode(), usedforsecurity=False).hexdigest()[:HASH]
        service = f"{service[: limit - HASH - 1]}-{digest}"
    return f"{service}-{kind}"
