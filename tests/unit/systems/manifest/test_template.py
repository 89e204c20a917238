"""Texts with placeholders."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.systems.manifest import Placeholder, Template

TEXTS = st.text(alphabet="ab{}.-_ ", max_size=20) | st.lists(
    st.sampled_from(["{a}", "{{a}}", "{", "}", "{a.b}", "x", "{}"]), max_size=8
).map("".join)


def test_a_text_is_split_at_its_placeholders() -> None:
    assert Template.parse("s3://{bucket.traces}/{environment}").parts == (
        "s3://",
        Placeholder("bucket", "traces"),
        "/",
        Placeholder("environment"),
    )


def test_doubled_braces_are_literal() -> None:
    template = Template.parse("{{environment}} is {environment}")
    assert template.render({"environment": "dev"}) == "{environment} is dev"


@pytest.mark.parametrize("text", ['{"a": {"b": 1}}', "{}", "{ environment }", "${1}", "a{", "}b"])
def test_braces_without_a_name_are_literal(text: str) -> None:
    assert Template.parse(text).render({}) == text


def test_filling_keeps_placeholders_without_a_value() -> None:
    template = Template.parse("{system}-{environment}").fill({"system": "lab"})
    assert template.parts == ("lab-", Placeholder("environment"))


def test_rendering_needs_every_value() -> None:
    with pytest.raises(KeyError, match=r"bucket\.traces"):
        Template.parse("{bucket.traces}").render({"bucket": "x"})


def test_mapping_reaches_every_placeholder_and_joins_text() -> None:
    template = Template.parse("a{b}{c.d}e").map(lambda placeholder: placeholder.name.upper())
    assert template.parts == ("aBCe",)


@settings(deadline=None)
@given(TEXTS)
def test_a_template_written_out_reads_back_the_same(text: str) -> None:
    template = Template.parse(text)
    assert Template.parse(str(template)) == template


@settings(deadline=None)
@given(TEXTS)
def test_literal_parts_are_never_neighbours_nor_empty(text: str) -> None:
    parts = Template.parse(text).parts
    assert "" not in parts
    assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(parts))
