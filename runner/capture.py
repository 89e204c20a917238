"""Captures a stream of bytes as text, up to a size measured as the text is in a JSON answer."""

from __future__ import annotations

import base64
import codecs
import json

from runner.contract import Output


class Capture:
    """Keeps at most *limit* bytes of JSON-encoded text: one control character is six bytes there, so a limit on what
    the program wrote would let an answer grow sixfold. Everything is counted, also what is not kept.

    With *encoding* "base64" the text is that of the exact bytes, and the limit holds for that too.
    """

    def __init__(self, limit: int, encoding: str = "utf-8") -> None:
        self._limit = limit
        self._exact = encoding == "base64"
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept: list[str] = []
        self._raw = bytearray()
        self._encoded = 0
        self._bytes = 0
        self.full = False

    def feed(self, data: bytes) -> None:
        """Takes the next bytes. *full* holds once something had to be cut."""
        self._bytes += len(data)
        if self.full:
            return
        if self._exact:
            self._keep_exactly(data)
        else:
            self._keep(self._decoder.decode(data))

    def finish(self) -> Output:
        """What was captured; an unfinished character at the end counts as invalid."""
        if self._exact:
            return Output(text=base64.b64encode(self._raw).decode(), bytes=self._bytes, truncated=self.full)
        if not self.full:
            self._keep(self._decoder.decode(b"", final=True))
        return Output(text="".join(self._kept), bytes=self._bytes, truncated=self.full)

    def kept(self) -> str:
        """What is kept as text, whatever the encoding of `finish`."""
        return self._raw.decode(errors="replace") if self._exact else "".join(self._kept)

    @property
    def seen(self) -> int:
        """Bytes the program wrote, kept or not."""
        return self._bytes

    def _keep_exactly(self, data: bytes) -> None:
        room = self._limit // 4 * 3 - len(self._raw)
        self.full = len(data) > room
        self._raw += data[:room]

    def _keep(self, text: str) -> None:
        room = self._limit - self._encoded
        size = encoded_size(text)
        if size > room:
            self.full = True
            text = _prefix(text, room)
            size = encoded_size(text)
        self._kept.append(text)
        self._encoded += size


def encoded_size(text: str) -> int:
    """Bytes of *text* inside a JSON string in ASCII form, the longest form an encoder chooses."""
    return len(json.dumps(text)) - 2


def _prefix(text: str, room: int) -> str:
    """The longest prefix of *text* whose encoded size is at most *room*."""
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if encoded_size(text[:middle]) <= room else (low, middle - 1)
    return text[:low]
