"""Where a rehearsal looks for what is left."""

from __future__ import annotations

from pathlib import Path

from generator.project import find_target
from generator.rehearsal.rehearse import regions

PROJECT = Path(__file__).resolve().parents[3]


def test_regions_with_copies_are_looked_at_too() -> None:
    assert regions([find_target(PROJECT, "counselor/prod")]) == {"us-east-1", "us-west-2"}
    assert regions([find_target(PROJECT, "sdt/dev")]) == {"us-east-1"}
