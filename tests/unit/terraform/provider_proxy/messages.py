"""Writes protobuf messages for the tests; an independent counterpart of the reader under test."""

from __future__ import annotations


def varint(value: int) -> bytes:
    encoded = b""
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def text(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def schema_entry(field: int, name: str, schema: bytes) -> bytes:
    """An entry of a map from type names to schemas."""
    return text(field, text(1, name.encode()) + text(2, schema))


def diagnostic(field: int, severity: int, summary: str) -> bytes:
    return text(field, number(1, severity) + text(2, summary.encode()))
