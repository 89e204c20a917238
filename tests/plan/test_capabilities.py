"""No capability without a proof, and no proof of what nobody asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.modules import all_modules
from tests.plan.capabilities import proofs, required
from tests.plan.pages import counts, pages

MODULES = list(all_modules())


@pytest.fixture(scope="module")
def said() -> set[tuple[str, str]]:
    return {(proof.module, proof.capability) for proof in proofs(Path(__file__).resolve().parents[2], MODULES)}


def test_every_module_has_capabilities_each_named_once() -> None:
    assert set(required()) == set(MODULES)
    for phrases in required().values():
        assert phrases
        assert len(set(phrases)) == len(phrases)


@pytest.mark.parametrize("module", MODULES)
def test_every_capability_is_proven(said: set[tuple[str, str]], module: str) -> None:
    assert [phrase for phrase in required()[module] if (module, phrase) not in said] == []


def test_nothing_is_proven_that_is_no_capability(project: Path) -> None:
    unknown = [
        f"{proof.file}: {proof.module}: {proof.capability!r} is not in tests/plan/capabilities.yaml"
        for proof in proofs(project, MODULES)
        if proof.capability not in required()[proof.module]
    ]
    assert unknown == []


@pytest.mark.parametrize("module", MODULES)
def test_every_check_is_counted_against_a_wrong_call(project: Path, module: str) -> None:
    found = counts(project, module, {})
    assert found.shown == found.checks > 0


def test_the_pages_are_true(project: Path) -> None:
    for name, text in pages(project).items():
        assert (project / name).read_text(encoding="utf-8") == text
