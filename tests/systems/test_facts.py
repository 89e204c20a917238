"""Every fact of the documents holds in the plan of its environment, and would be missed if it did not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.systems.emission import Emitted, emit
from tests.systems.facts.__main__ import roots
from tests.systems.facts.judge import failures
from tests.systems.facts.mutation import Trial
from tests.systems.facts.rows import PROJECT, SYSTEMS, Fact, facts, manifest, variables
from tests.systems.released import RootPlanner

ROOTS = [(system, root) for system in SYSTEMS for root in roots(system)]
# The rows of one root module stay on one worker, which plans it once.
ROWS = [
    pytest.param(system, fact, id=f"{system}-{fact.seen}-{fact.fact}", marks=pytest.mark.xdist_group(f"facts-{system}"))
    for system in SYSTEMS
    for fact in facts(system)
]


@cache
def emitted(system: str, root: str) -> Emitted:
    return emit(manifest(system), root)


@cache
def planned(planner: RootPlanner, system: str, root: str) -> dict[str, Any]:
    found = emitted(system, root)
    place = f"envs/{system}/{root}"
    committed = {file.name: file.read_text(encoding="utf-8") for file in (PROJECT / place).glob("*.tf")}
    return planner.plan(place, committed, found.region, found.released, variables(system, root))


@pytest.mark.parametrize(("system", "fact"), ROWS)
def test_it_holds(root_planner: RootPlanner, system: str, fact: Fact) -> None:
    found = failures(fact, emitted(system, fact.seen), planned(root_planner, system, fact.seen))
    assert not found, "\n  ".join([f"{fact.document} says: {fact.fact}", *found])


@pytest.mark.slow
@pytest.mark.parametrize(("system", "root"), ROOTS)
def test_it_would_be_missed(root_planner: RootPlanner, tmp_path: Path, system: str, root: str) -> None:
    verdicts = Trial(system, root, root_planner, tmp_path).run()
    assert verdicts
    assert [str(verdict) for verdict in verdicts if not verdict.killed] == []


def test_there_are_facts_of_every_environment() -> None:
    named = {(system, fact.seen) for system in SYSTEMS for fact in facts(system)}
    committed = {(p.parents[1].name, p.parent.name) for p in PROJECT.glob("envs/*/*/main.tf")}
    assert named == committed
    assert len(ROWS) >= 140


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_two_facts_are_the_same(system: str) -> None:
    told = [(fact.seen, fact.fact) for fact in facts(system)]
    assert len(told) == len(set(told))
