"""Whether a fact holds in a root module that was emitted and planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.plan_tests import PlanSummary, differences
from tests.systems.emission import Emitted
from tests.systems.facts.rows import Fact


def failures(fact: Fact, emitted: Emitted, plan: Mapping[str, Any]) -> list[str]:
    """Return a line for each place where it does not hold; an empty list when it does."""
    found = PlanSummary.of(plan).differences(counts=fact.counts, values=fact.plan)
    if fact.emitted:
        found += differences(fact.emitted, emitted.configuration["module"], "emitted")
    for name, parts in fact.texts.items():
        text = emitted.texts.get(name, "")
        found += [f"{name}: does not say {part!r}" for part in parts if part not in text]
    return found
