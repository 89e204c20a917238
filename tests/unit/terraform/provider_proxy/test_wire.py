"""The reader of protobuf messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.terraform.provider_proxy.wire import fields
from tests.unit.terraform.provider_proxy.messages import number, text, varint

NUMBERS = st.integers(1, 2**29 - 1)
VALUES = st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=300))


@given(st.lists(st.tuples(NUMBERS, VALUES)))
def test_every_field_is_found_with_its_encoding(written: list[tuple[int, int | bytes]]) -> None:
    encodings = [number(n, value) if isinstance(value, int) else text(n, value) for n, value in written]
    found = list(fields(b"".join(encodings)))
    assert [(field.number, field.value) for field in found] == written
    assert [field.encoding for field in found] == encodings


@pytest.mark.parametrize(("kind", "size"), [(1, 8), (5, 4)])
def test_a_field_of_fixed_size_is_passed_over(kind: int, size: int) -> None:
    fixed = varint(3 << 3 | kind) + bytes(size)
    assert [(field.number, field.value) for field in fields(fixed + number(4, 7))] == [(3, bytes(size)), (4, 7)]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (text(1, b"abc")[:-1], "ends inside the field"),
        (b"\x80", "ends inside a number"),
        (b"\x08" + b"\xff" * 11, "more than 64 bits"),
        (varint(1 << 3 | 3), "wire type 3"),
    ],
)
def test_what_is_no_message_is_refused(message: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        list(fields(message))
