"""Messages between the runner and the processes that decode: a length, then bytes."""

from __future__ import annotations

import socket
import struct

from runner.trace.errors import TraceError

_LENGTH = struct.Struct("<I")


def send(connection: socket.socket, message: bytes) -> None:
    """Sends *message*."""
    # At once: who has read that the last one is empty has all, and may be gone before a second call.
    connection.sendall(_LENGTH.pack(len(message)) + message)


def receive(connection: socket.socket, most: int) -> bytes:
    """The next message. TraceError if the other side is gone, is too slow, or sends more than *most* bytes."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > most:
        raise TraceError("the trace is too large")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes:
    content = bytearray()
    while len(content) < count:
        try:
            part = connection.recv(min(count - len(content), 1 << 20))
        except OSError as error:  # a timeout, too
            raise TraceError("the trace could not be decoded in time") from error
        if not part:
            raise TraceError("the trace could not be decoded")
        content += part
    return bytes(content)
