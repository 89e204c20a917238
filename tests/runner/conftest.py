"""What the runner's tests share: small limits, one lock for hostile programs, and a look at what is left behind."""

from __future__ import annotations

import fcntl
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.trace.build import agent
from runner.trace.service import service


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Holds the lock that keeps hostile programs of all workers from running at the same time."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "hostile.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def decoder() -> Iterator[None]:
    """Starts what every trace needs, once a process: the agent, built, and the process that decodes."""
    agent()
    with service().conversation():
        pass
    yield
    service().close()


@pytest.fixture(autouse=True)
def no_descriptor_left() -> Iterator[None]:
    """Every test gives back the descriptors it opened."""
    before = _descriptors()
    yield
    # The launcher's own, made once a process, is kept on purpose.
    left = _descriptors() - before
    assert not {kind: number for kind, number in left.items() if "slipway-launcher" not in kind}


def _descriptors() -> Counter[str]:
    """How many there are of each kind, but for the decoder's: tests in some homes end it, and the next starts it."""
    found: Counter[str] = Counter({"socket": 0 if service().worker_pid is None else -1})
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found[re.sub(r"^(\w+):\[\d+\]$", r"\1", str(entry.readlink()))] += 1
        except FileNotFoundError:  # the descriptor of the listing itself
            continue
    return found
