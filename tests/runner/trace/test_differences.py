"""The page of what is shown differently: what it says is seen is what the corpus expects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs/trace-differences.md"
SEEN = re.compile(r"`([\w.]+\.(?:c|cpp|py))`: `([^`]+)`")


def rows() -> list[str]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("|") and not line.startswith(("| here |", "|---"))]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[2:40])
def test_what_is_said_to_be_seen_is_expected_by_a_test(row: str) -> None:
    seen = SEEN.fullmatch(row.replace("\\|", "¦").split("|")[-2].strip())
    assert seen is not None, row
    file = FOLDER / seen[1] if seen[1].endswith(".py") else FOLDER / "programs" / seen[1]
    assert seen[2].replace("¦", "|") in file.read_text(encoding="utf-8")


def test_the_page_is_not_empty() -> None:
    assert len(rows()) > 20
