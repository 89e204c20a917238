"""Starts what every test of the tracer uses, before the first of them looks at its descriptors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.trace.build import agent
from runner.trace.service import service


@pytest.fixture(scope="session", autouse=True)
def decoder() -> Iterator[None]:
    """The agent, built, and the process that decodes, running."""
    agent()
    with service().conversation():
        pass
    yield
    service().close()
