"""Has the decoder started before the first of these tests looks at its descriptors."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def decoder_runs(decoder: None) -> None:
    """Every test here traces."""
