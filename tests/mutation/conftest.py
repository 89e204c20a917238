"""What the tests of mutation share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def project() -> Path:
    return Path(__file__).resolve().parents[2]
