"""Replacing methods of moto fails early when moto has changed."""

from __future__ import annotations

from typing import Any

import pytest

from generator.embedded_aws.patching import adds, arguments, around, state


class Owner:
    def twice(self, number: int, *, plus: int = 0) -> int:
        return 2 * number + plus


def test_around_replaces_and_passes_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Owner, "twice", Owner.twice)

    @around(Owner, "twice")
    def twice(original: Any, self: Any, number: int, *, plus: int = 0) -> str:
        return f"<{original(self, number, plus=plus)}>"

    assert str(Owner().twice(2, plus=1)) == "<5>"


def test_around_something_absent_is_an_error() -> None:
    with pytest.raises(AttributeError, match="absent"):
        around(Owner, "absent")(lambda original: None)


def test_adding_what_exists_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"Owner\.twice exists"):
        adds(Owner, "twice")(lambda self: None)


def test_arguments_are_found_by_name_however_given() -> None:
    owner = Owner()
    assert arguments(Owner.twice, owner, 3) == {"self": owner, "number": 3, "plus": 0}
    assert arguments(Owner.twice, owner, number=3, plus=1) == {"self": owner, "number": 3, "plus": 1}


def test_state_belongs_to_one_backend_and_goes_when_it_is_reset() -> None:
    one, two = Owner(), Owner()
    state(one, "names", list[str]).append("a")
    assert state(one, "names", list[str]) == ["a"]
    assert state(two, "names", list[str]) == []
    one.__dict__ = {}
    assert state(one, "names", list[str]) == []
