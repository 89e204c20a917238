"""The committed figures: of every module, high enough, and still true of a sample that each commit chooses anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.modules import all_modules
from tests.mutation.mutants import mutants
from tests.mutation.results import DEMANDED, read_results
from tests.mutation.run import sample, trial
from tests.sampling import commit

SAMPLED = 6  # mutants of a module
RESULTS = read_results()


def test_every_module_is_measured() -> None:
    # One that is missing gets its figures by `./toxw run -e mutation -- MODULE`.
    assert RESULTS.keys() == all_modules().keys()


@pytest.mark.parametrize("module", RESULTS)
def test_enough_mutants_are_killed(module: str) -> None:
    result = RESULTS[module]
    assert result.killed + len(result.survivors) == result.mutants > 0
    assert result.share >= DEMANDED, f"{result.share:.1%}"


@pytest.mark.slow
@pytest.mark.parametrize("module", RESULTS)
def test_nothing_survives_that_is_not_known_to(project: Path, module: str) -> None:
    every = mutants(project / "modules", module)
    chosen = sample(every, SAMPLED / len(every), commit(project))
    known = {survivor.name for survivor in RESULTS[module].survivors}
    with trial(module) as court:
        survivors = [mutant.name for mutant in chosen if not court.outcome(mutant).by]
        court.check_baseline()
    # An expectation was weakened, or an argument added that no expectation is about: write one, or measure anew.
    assert [name for name in survivors if name not in known] == []
