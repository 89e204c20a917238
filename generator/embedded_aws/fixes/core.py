"""What every service of moto builds on: the backends of accounts.

- Reset: moto makes every backend of every account anew, and then drops them all, which took a server of 25 accounts up
  to a minute on a busy machine. Here only those are reset that give something back, such as the files of S3.
"""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BaseBackend

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @around(AccountSpecificBackend, "reset")
    def give_back_and_forget(_original: Any, self: Any) -> None:
        for backend in self.values():
            if type(backend).reset is not BaseBackend.reset:
                backend.reset()
            # Caches of moto's keep some backends for longer, but then without what was in them.
            backend.__dict__.clear()
        self.clear()
