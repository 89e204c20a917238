"""Reads the little of protobuf's wire format that the proxy needs; generated stubs would be its only use of protobuf.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FIXED_SIZES = {FIXED64: 8, FIXED32: 4}


@dataclass(frozen=True)
class Field:
    """One field of a message: its *number*, its *value* (an int for a varint) and its whole *encoding*."""

    number: int
    value: int | bytes
    encoding: bytes


def fields(message: bytes) -> Iterator[Field]:
    """The fields of *message* in order. Raises ValueError when it is not a protobuf message."""
    position = 0
    while position < len(message):
        start = position
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        value: int | bytes
        if kind == VARINT:
            value, position = _varint(message, position)
        else:
            if kind == BYTES:
                size, position = _varint(message, position)
            elif kind in FIXED_SIZES:
                size = FIXED_SIZES[kind]
            else:
                raise ValueError(f"wire type {kind} at byte {start}")
            value = message[position : position + size]
            position += size
        if position > len(message):
            raise ValueError(f"the message ends inside the field at byte {start}")
        yield Field(number, value, message[start:position])


def _varint(message: bytes, position: int) -> tuple[int, int]:
    result = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise ValueError("the message ends inside a number")
        byte = message[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
    raise ValueError(f"a number of more than 64 bits before byte {position}")
