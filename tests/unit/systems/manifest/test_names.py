"""Names within AWS's limits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.systems.manifest.names import limited_name

NAMES = st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True)


def test_a_name_that_fits_stays() -> None:
    assert limited_name("lab-dev-web", 11) == "lab-dev-web"


def test_a_long_name_keeps_its_beginning_and_ends_in_a_stable_hash() -> None:
    # The hash is part of the names of running resources: another one would replace them.
    assert limited_name("laboratory-production-submission-service", 32) == "laboratory-production-s-e32f5088"


def test_names_that_are_cut_at_the_same_place_differ() -> None:
    stem = "s" * 40
    assert limited_name(f"{stem}-one", 32) != limited_name(f"{stem}-two", 32)


def test_no_hyphen_doubles_at_the_cut() -> None:
    assert "--" not in limited_name("a" * 22 + "-" + "b" * 20, 32)


def test_a_limit_without_room_for_a_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        limited_name("lab", 9)


@settings(deadline=None)
@given(NAMES, st.integers(min_value=10, max_value=64))
def test_a_name_is_within_its_limit_and_cut_once(name: str, limit: int) -> None:
    short = limited_name(name, limit)
    assert len(short) <= limit
    assert limited_name(short, limit) == short
    assert (short == name) == (len(name) <= limit)
