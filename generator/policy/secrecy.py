"""What looks like a secret: by the name it goes by, or by its value."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from generator.policy.plan.values import Unknown

WORDS = re.compile(
    r"(?i)passw(or)?d|passphrase|(^|_)(pass|pwd|secret|token|api_?key|private_?key|access_?key|credentials?|dsn)($|_)"
    r"|(signing|encryption)_?key"
)
# A setting of a secret, or where it is, is none; PWD is the shell's.
HARMLESS = re.compile(
    r"(?i)_(arn|name|id|path|file|url|ttl\w*|seconds|length|rotation|header|expir\w*|parameter)$|^(old)?pwd$"
)
VALUE = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|[a-z+]+://[^/\s:@]*:[^/\s@]+@|gh[pousr]_\w{30,}")
# A path of one step may as well be a password that begins with a slash.
PLACE = re.compile(r"arn:.*|(/[\w.-]+){2,}")
OPTION = re.compile(r"""(?:^|\s)-{0,2}([A-Za-z][\w.-]*)=["']?([^\s"']+)""")


def looks_secret(name: str, value: object) -> bool:
    """Whether a variable is a secret by its name, and not where one is; or by its value."""
    if isinstance(value, Unknown) or value in (None, ""):
        return False
    text = str(value)
    if VALUE.search(text):
        return True
    # dbPassword and db-password are words as well.
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[.-]", "_", name)
    return bool(WORDS.search(words)) and not HARMLESS.search(words) and not PLACE.fullmatch(text)


def options(container: dict[str, Any]) -> dict[str, str]:
    """What the command line of *container* says of names: ``--token=x``, ``--token x`` and ``TOKEN=x program``.

    What is taken from a variable is none of it.
    """
    found: dict[str, str] = {}
    for argument in ("entryPoint", "command"):
        parts = [str(part) for part in container.get(argument) or []]
        for part in parts:
            found |= {m.group(1): m.group(2) for m in OPTION.finditer(part)}
        for part, following in pairwise(parts):
            if part.startswith("--") and "=" not in part and not following.startswith("-"):
                found[part.removeprefix("--")] = following
    return {name: value for name, value in found.items() if not value.startswith("$")}
