"""One page with a whole trace in it: no server, no network, nothing else to load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

DATA, TITLE = "__TRACE__", "__TITLE__"


def page(trace: Mapping[str, Any], title: str) -> str:
    """Return the HTML that shows *trace* (a ProgramTrace) step by step, called *title*."""
    template = files("generator.traces").joinpath("page.html").read_text(encoding="utf-8")
    # Both come from a program that nobody trusts: neither may end the element that it stands in.
    data = json.dumps(trace, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        data = data.replace(character, f"\\u{ord(character):04x}")
    head, tail = template.split(DATA)
    return head.replace(TITLE, escape(title)) + data + tail
