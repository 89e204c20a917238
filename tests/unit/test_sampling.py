"""The sample of slow tests."""

from __future__ import annotations

from tests.sampling import sample

PLAN = [f"tests/plan/test_{n}.py::test_it" for n in range(25)]
POLICY = ["tests/policy/test_one.py::test_it"]


def test_every_folder_is_sampled_and_at_least_a_tenth_of_it() -> None:
    chosen = sample([*PLAN, *POLICY], "4f2a")
    assert len(set(chosen) & set(PLAN)) == 3
    assert set(chosen) & set(POLICY) == set(POLICY)


def test_the_commit_decides_which() -> None:
    assert sample(PLAN, "4f2a") == sample(PLAN, "4f2a")
    assert len({tuple(sample(PLAN, f"commit {n}")) for n in range(20)}) > 5


def test_no_slow_test_gives_an_empty_sample() -> None:
    assert sample([], "4f2a") == []
