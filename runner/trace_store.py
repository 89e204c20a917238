"""Keeps answers in a bucket under the six keys that See++ knows. The caller's side: the runner has no way there.

    {id}/{id}_code.cpp        the program                  {id}/{id}_cc_stderr.txt  what the compiler said
    {id}/{id}_trace.json      its ProgramTrace, or null    {id}/{id}_stdout.txt     what the program printed
    {id}/{id}_cc_stdout.txt                                {id}/{id}_stderr.txt

GetObject and PutObject on the bucket are all the permissions that it takes. The trace is written last, so whoever finds
one finds the rest; what an interrupted `put` left is overwritten when it is repeated with its id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from runner.errors import RunnerError

# An id is a folder and part of names; letters, digits, - and _ mean the same everywhere.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# The streams of an answer, and their keys' ends.
STREAMS = {"ccStdout": "cc_stdout.txt", "ccStderr": "cc_stderr.txt", "stdout": "stdout.txt", "stderr": "stderr.txt"}
RUN_STREAMS = ("stdout", "stderr")  # exact bytes, if the request asks for them; the compiler's are always text
CODE, TRACE = "code.cpp", "trace.json"
_TEXT, _JSON = "text/plain; charset=utf-8", "application/json"
# Metadata of the trace: an answer without one still says how it ended.
_STATUS = "status"
# Without s3:ListBucket AWS says of a missing object that access to it is denied.
_ABSENT = ("NoSuchKey", "404", "AccessDenied", "403")


class S3(Protocol):
    """What is used of boto3's S3 client."""

    def put_object(self, **arguments: Any) -> Any: ...
    def get_object(self, **arguments: Any) -> Any: ...


@dataclass(frozen=True)
class Stored:
    """An answer as it was kept. *streams* has the exact bytes by their names in the answer; *trace* may be None."""

    code: str
    trace: dict[str, Any] | None
    streams: Mapping[str, bytes]
    status: str

    def to_json(self) -> dict[str, Any]:
        """The fields that See++ reads, with invalid UTF-8 in the streams replaced."""
        texts = {name: content.decode(errors="replace") for name, content in self.streams.items()}
        return {"success": self.status == "ok", "status": self.status, "trace": self.trace, **texts}


@dataclass(frozen=True)
class TraceStore:
    """The bucket *bucket*, seen with *s3*."""

    s3: S3
    bucket: str

    def put(self, request: Mapping[str, Any], answer: Mapping[str, Any], identifier: str | None = None) -> str:
        """Keep the *answer* (JSON) to *request* (JSON) and return its id: *identifier*, or a new one.

        RunnerError for an id that cannot be one, or an answer that is none; and what the client raises.
        """
        identifier = uuid.uuid4().hex if identifier is None else identifier
        contents = _contents(request, answer)
        for end, content in contents.items():
            metadata = {_STATUS: str(answer.get("status", ""))} if end == TRACE else {}
            self.s3.put_object(
                Bucket=self.bucket,
                Key=key(identifier, end),
                Body=content,
                ContentType=_JSON if end == TRACE else _TEXT,
                Metadata=metadata,
            )
        return identifier

    def get(self, identifier: str) -> Stored | None:
        """What was kept under *identifier*; None if there is nothing, or nothing whole.

        None also where reading is denied: without s3:ListBucket AWS does not tell the two apart.
        """
        trace = self._read(identifier, TRACE)
        if trace is None:
            return None
        parts = {end: self._read(identifier, end) for end in (CODE, *STREAMS.values())}
        found = {end: part.content for end, part in parts.items() if part is not None}
        if len(found) < len(parts):
            return None
        return Stored(
            code=found[CODE].decode(),
            trace=json.loads(trace.content),
            streams={name: found[end] for name, end in STREAMS.items()},
            status=trace.status,
        )

    def _read(self, identifier: str, end: str) -> _Object | None:
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key(identifier, end))
        except Exception as error:
            if _code(error) in _ABSENT:
                return None
            raise
        return _Object(answer["Body"].read(), answer.get("Metadata", {}).get(_STATUS, ""))


@dataclass(frozen=True)
class _Object:
    content: bytes
    status: str


def key(identifier: str, end: str) -> str:
    """The key of the part *end* of *identifier*. RunnerError for what cannot be an id."""
    if not _ID.fullmatch(identifier):
        raise RunnerError(f"{identifier!r} cannot be an id.", cure="Use at most 128 letters, digits, - and _.")
    return f"{identifier}/{identifier}_{end}"


def identifier_of(request: Mapping[str, Any]) -> str:
    """The same id for the same *request* (JSON), so that a program which was run before is found again."""
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(canonical).hexdigest()


def _contents(request: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, bytes]:
    """What is written, by the ends of the keys, in the order of writing."""
    encoded = request.get("encoding") == "base64"
    try:
        code = str(request["code"]).encode()
        streams = {end: _exact(answer[name], encoded and name in RUN_STREAMS) for name, end in STREAMS.items()}
        trace = json.dumps(answer["trace"], ensure_ascii=False, separators=(",", ":")).encode()
    except (KeyError, AttributeError, binascii.Error) as error:
        raise RunnerError(
            f"This is no request and its answer: {error!r}.", cure="Give both as they were sent."
        ) from error
    return {CODE: code, **streams, TRACE: trace}


def _exact(text: str, encoded: bool) -> bytes:
    return base64.b64decode(text, validate=True) if encoded else text.encode()


def _code(error: Exception) -> str:
    """The error code in a ClientError of botocore's, which is not imported: the runner's images do not carry it."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))
