"""The page has everything in it, and nothing of the program can leave its place."""

from __future__ import annotations

import json
import re
from typing import Any

from generator.traces import page
from tests.unit.traces.examples import TRACE

HOSTILE = "</script><script>document.title='taken'</script><!-- &lt; \u2028"


def data(text: str) -> Any:
    (found,) = re.findall(r'<script type="application/json" id="trace">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_the_trace_is_in_it_unchanged() -> None:
    assert data(page(TRACE, "small.cpp")) == TRACE


def test_a_programs_text_ends_no_element() -> None:
    trace = {**TRACE, "code": HOSTILE}
    text = page(trace, HOSTILE)
    assert data(text) == trace
    assert HOSTILE not in text
    assert text.count("</script>") == page(TRACE, "small.cpp").count("</script>") == 2
    assert "<title>&lt;/script&gt;" in text


def test_what_looks_like_a_place_in_the_template_is_text() -> None:
    trace = {**TRACE, "code": "__TRACE__ __TITLE__"}
    assert data(page(trace, "__TRACE__")) == trace


def test_it_loads_nothing() -> None:
    text = page(TRACE, "small.cpp")
    assert "default-src 'none'" in text
    assert not re.search(r"\b(src|href)=|url\(|@import", text)
