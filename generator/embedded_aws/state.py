"""What the fixes share within one server process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from generator.embedded_aws.blobs import BlobStore
from generator.embedded_aws.functions.pool import FunctionPool
from generator.embedded_aws.turns import Turns


@dataclass(frozen=True)
class ServerState:
    """*endpoint_url* is the server's own; *blobs* are image layers; *functions* are the running Lambda runtimes.

    *turns* order the requests.
    """

    endpoint_url: str
    blobs: BlobStore
    functions: FunctionPool
    turns: Turns = field(default_factory=Turns)

    @classmethod
    def make(cls, work: Path, endpoint_url: str, alive_fd: int | None) -> ServerState:
        """The state of a server whose files go under *work*. *alive_fd* is kept open by every runtime's guard."""
        blobs = BlobStore(work / "blobs")
        return cls(endpoint_url, blobs, FunctionPool(blobs, work / "images", alive_fd))

    def clear(self) -> None:
        """Stop every runtime and forget every image. Returns when the last runtime is gone."""
        self.functions.stop()
        self.blobs.clear()
