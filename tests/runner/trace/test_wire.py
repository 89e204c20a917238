"""Messages between the runner and the processes that decode."""

from __future__ import annotations

import socket

from runner.trace.wire import receive, send


class Hasty(socket.socket):
    """A connection whose other side goes as soon as it was sent something."""

    other: socket.socket

    def sendall(self, *arguments: object) -> None:
        super().sendall(*arguments)  # type: ignore[arg-type]
        self.other.close()


def test_messages_come_as_they_were_sent() -> None:
    here, there = socket.socketpair()
    with here, there:
        for message in (b"one", b"", b"x" * 100_000):
            send(here, message)
            assert receive(there, 100_000) == message


def test_whoever_has_read_an_empty_message_may_go() -> None:
    here, there = socket.socketpair()
    with Hasty(fileno=here.detach()) as hasty:
        hasty.other = there
        send(hasty, b"")
