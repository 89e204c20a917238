"""The page of rules is that of the rules."""

from __future__ import annotations

from generator.policy.page import PAGE, page
from tests.policy.fixtures import ROOT


def test_the_page_is_true() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "write it: python -m generator.policy.page"
