"""One request works at a time, but for one that waits for a function."""

from __future__ import annotations

import threading

from generator.embedded_aws.turns import Turns


def other_gets_a_turn(turns: Turns, within: float) -> bool:
    """Whether another thread gets a turn in *within* seconds."""
    taken = threading.Event()

    def take() -> None:
        with turns.take():
            taken.set()

    threading.Thread(target=take, daemon=True).start()
    return taken.wait(within)


def test_a_turn_is_held_by_one() -> None:
    turns = Turns()
    with turns.take():
        assert not other_gets_a_turn(turns, 0.1)


def test_a_lent_turn_is_another_s_and_comes_back() -> None:
    turns = Turns()
    with turns.take():
        with turns.lend():
            assert other_gets_a_turn(turns, 10)
        assert not other_gets_a_turn(turns, 0.1)
    assert other_gets_a_turn(turns, 10)


def test_who_holds_no_turn_lends_none() -> None:
    turns = Turns()
    with turns.take():
        pass
    with turns.lend(), turns.take():
        assert not other_gets_a_turn(turns, 0.1)
