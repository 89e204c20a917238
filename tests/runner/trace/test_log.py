"""The log is written by the program's own process: whatever it says, reading it ends, and does no harm."""

from __future__ import annotations

import struct
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.trace.binary import Binary
from runner.trace.errors import TraceError
from runner.trace.log import Fatal, Log, Step
from runner.trace.steps import Decoder, Shown
from runner.trace.symbols import Symbols
from tests.runner.trace.recording import compiled

_CODE = """
struct Node { int value; Node *next; };
int total;
int main() {
    int n = 3;
    Node *head = new Node{n, nullptr};
    total = head->value;
    return 0;
}
"""
_HEADER = struct.Struct("<8sQQQ")
_STACK, _SMALL, _LARGE = 0x20000000000, 0x10000000000, 0x14000000000


@cache
def _binary() -> Binary:
    return Binary(compiled(_CODE, "main.cpp"), "main.cpp")


@cache
def _symbols() -> Symbols:
    return Symbols(_binary())


def _log(records: bytes, used: int | None = None) -> bytes:
    size = _HEADER.size + len(records)
    return _HEADER.pack(b"SLIPLOG1", size if used is None else used, 0x5A, 2**64 - 1) + records


def _main() -> int:
    return next(function.low for function in _binary().functions if function.name == "main")


def _step(pc: int, pointer: int, changes: list[tuple[int, bytes]]) -> bytes:
    body = struct.pack("<QQ", pc, pointer)
    for address, content in changes:
        body += struct.pack("<QQ", address, len(content)) + content + b"\0" * (-len(content) % 8)
    head = struct.pack("<IIIIIIQQQ", ord("S"), 48 + len(body), 5, 1, 1, len(changes), pc, pointer, 0)
    return head + body


def _decode(first: bytes, second: bytes) -> int:
    try:
        one, other = Log.of(first), Log.of(second)
        recording = Decoder(_binary(), _symbols(), one, other, b"out", Shown(steps=50, json_bytes=200_000)).recording(
            "", b""
        )
    except TraceError:
        return 0
    return len(recording.steps)


def test_step_is_read_with_its_changes() -> None:
    (step,) = Log.of(_log(_step(7, 8, [(_SMALL, b"abc")]))).events()
    assert step == Step(5, 7, 8, 0, 1, [(7, 8)], [(_SMALL, b"abc")])


def test_record_ends_the_log_where_it_does_not_fit() -> None:
    whole = _step(7, 8, [(_SMALL, b"abcdefgh")])
    for cut in range(0, len(whole), 8):
        assert list(Log.of(_log(whole[:cut])).events()) == []


@pytest.mark.parametrize("used", [0, 31, 33, 2**63])
def test_log_that_claims_more_than_there_is_was_not_recorded(used: int) -> None:
    with pytest.raises(TraceError, match="nothing was recorded"):
        Log.of(_log(b"", used))


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"y" * 4096])
def test_what_is_no_log_was_not_recorded(content: bytes) -> None:
    with pytest.raises(TraceError, match="nothing was recorded"):
        Log.of(content)


@pytest.mark.parametrize("address", [0, 1, _STACK - 1, _STACK + (8 << 20) - 1, _SMALL, _LARGE, _LARGE + 1, 2**64 - 1])
@pytest.mark.parametrize("size", [0, 1, 8, 4096])
def test_changes_anywhere_are_applied_or_ignored(address: int, size: int) -> None:
    records = struct.pack("<IIQQQ", ord("A"), 32, address, 2**63, 3) + _step(
        _main(), _STACK + 4096, [(address, b"z" * size)]
    )
    assert _decode(_log(records), _log(records)) >= 0


def test_fatal_record_is_read() -> None:
    (event,) = Log.of(_log(struct.pack("<IIQQQ", ord("X"), 32, 11, 0, 5))).events()
    assert event == Fatal(11, 0, 5)


_words = st.one_of(
    st.integers(0, 2**64 - 1),
    st.sampled_from([0, _STACK, _STACK + (8 << 20) - 8, _SMALL, _SMALL + 32, _LARGE, 2**64 - 1]),
)
_record = st.builds(
    lambda kind, size, words: struct.pack("<II3Q", kind, size, *words),
    st.sampled_from([ord(letter) for letter in "SCAFTXE?"]),
    st.sampled_from([0, 8, 24, 32, 48, 64, 2**32 - 8]),
    st.tuples(_words, _words, _words),
)
_honest = st.builds(
    lambda offset, pointer, address, content: _step(_main() + offset, pointer, [(address, content)]),
    st.integers(0, 40),
    _words,
    _words,
    st.binary(max_size=64),
)
_records = st.lists(st.one_of(_record, _honest, st.binary(max_size=40)), max_size=12).map(b"".join)


@settings(max_examples=200, deadline=None)
@given(first=_records, second=_records)
def test_any_log_is_decoded_or_refused(first: bytes, second: bytes) -> None:
    assert 0 <= _decode(_log(first), _log(second)) <= 50
