"""Signs answers, so that a program which gets hold of the way out cannot answer in the runner's place.

In the Lambda function a program may reach the Runtime API and post what it likes as the invocation's answer. What it
cannot post is a signature: the key never is in its reach. The caller, who has the key, checks with `verified`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

ALGORITHM = "HMAC-SHA256"
FIELD = "signature"
LEAST_KEY_BYTES = 16


def signed(key: bytes, request: object, answer: Mapping[str, Any]) -> dict[str, Any]:
    """*answer* with a signature over it and the *request* (as JSON) that it answers."""
    return {**answer, FIELD: {"algorithm": ALGORITHM, "value": _value(key, request, answer)}}


def verified(key: bytes, request: object, answer: Mapping[str, Any]) -> bool:
    """Whether *answer* was signed with *key*, as the answer to *request* and to no other."""
    given = answer.get(FIELD)
    if not isinstance(given, Mapping) or given.get("algorithm") != ALGORITHM:
        return False
    rest = {name: value for name, value in answer.items() if name != FIELD}
    return hmac.compare_digest(str(given.get("value")).encode(), _value(key, request, rest).encode())


def _value(key: bytes, request: object, answer: Mapping[str, Any]) -> str:
    both = hashlib.sha256(_canonical(request)).digest() + hashlib.sha256(_canonical(answer)).digest()
    return hmac.new(key, both, hashlib.sha256).hexdigest()


def _canonical(value: object) -> bytes:
    """The same bytes for the same JSON, whatever it went through on its way."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
