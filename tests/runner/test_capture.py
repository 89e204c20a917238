"""Text kept from a stream, bounded as it is in a JSON answer."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from runner.capture import Capture, encoded_size


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(min_value=1, max_value=120))
def test_kept_text_is_the_longest_prefix_within_the_limit(chunks: list[bytes], limit: int) -> None:
    whole = b"".join(chunks)
    capture = Capture(limit)
    for chunk in chunks:
        capture.feed(chunk)
    output = capture.finish()
    text = whole.decode(errors="replace")
    assert output.bytes == len(whole)
    assert text.startswith(output.text)
    assert len(json.dumps(output.text)) - 2 <= limit
    assert output.truncated == (output.text != text)
    if output.truncated:
        assert encoded_size(text[: len(output.text) + 1]) > limit


@given(st.text(max_size=60), st.data())
def test_characters_split_between_reads_stay_whole(text: str, data: st.DataObject) -> None:
    encoded = text.encode()
    cut = data.draw(st.integers(min_value=0, max_value=len(encoded)))
    capture = Capture(10_000)
    capture.feed(encoded[:cut])
    capture.feed(encoded[cut:])
    assert capture.finish().text == text


def test_what_comes_after_the_limit_is_counted_but_not_kept() -> None:
    capture = Capture(3)
    for _ in range(4):
        capture.feed(b"ab")
    output = capture.finish()
    assert (output.text, output.bytes, output.truncated) == ("aba", 8, True)


def test_a_short_character_after_a_long_one_that_was_cut_is_not_kept() -> None:
    capture = Capture(4)
    capture.feed("aé".encode())
    capture.feed(b"b")
    assert capture.finish().text == "a"
