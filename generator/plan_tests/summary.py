"""What a plan makes: numbers by type, values by address, outputs; and what changes between two plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tftest import TerraformPlanOutput

from generator.plan_tests.comparison import differences


@dataclass(frozen=True)
class PlanSummary:
    """*counts* of managed resources by type, *values* by address as planned, *outputs* that are known."""

    counts: Mapping[str, int]
    values: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Any]

    @classmethod
    def of(cls, plan: TerraformPlanOutput) -> PlanSummary:
        planned = plan["planned_values"]
        resources = list(_resources(planned.get("root_module", {})))
        return cls(
            counts=dict(sorted(Counter(r["type"] for r in resources).items())),
            values={r["address"]: r.get("values", {}) for r in resources},
            outputs={name: o["value"] for name, o in planned.get("outputs", {}).items() if "value" in o},
        )

    def check(
        self,
        *,
        counts: Mapping[str, int] | None = None,
        values: Mapping[str, Mapping[str, Any]] | None = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> None:
        """Compare with what is expected, as a subset. Raises AssertionError with a line for each difference."""
        found = [
            *differences(counts or {}, {**dict.fromkeys(counts or {}, 0), **self.counts}, "counts"),
            *differences(values or {}, self.values, "values"),
            *differences(outputs or {}, self.outputs, "outputs"),
        ]
        if found:
            raise AssertionError("the plan is not what was expected:\n  " + "\n  ".join(found))


@dataclass(frozen=True)
class PlanChange:
    """What a caller of a module sees who changes variables: addresses that come, go, or get other values."""

    added: frozenset[str]
    removed: frozenset[str]
    changed: Mapping[str, list[str]]

    @classmethod
    def between(cls, before: TerraformPlanOutput, after: TerraformPlanOutput) -> PlanChange:
        old, new = PlanSummary.of(before).values, PlanSummary.of(after).values
        changed = {
            address: sorted(
                key for key in {*old[address], *new[address]} if old[address].get(key) != new[address].get(key)
            )
            for address in old.keys() & new.keys()
            if old[address] != new[address]
        }
        return cls(frozenset(new.keys() - old.keys()), frozenset(old.keys() - new.keys()), changed)

    def check_only_adds(self) -> None:
        """Raises AssertionError when anything of the plan before is gone or changed: address stability."""
        if self.removed or self.changed:
            lines = [f"{address}: gone" for address in sorted(self.removed)]
            lines += [f"{address}: other {', '.join(keys)}" for address, keys in sorted(self.changed.items())]
            raise AssertionError("the change touches what was there:\n  " + "\n  ".join(lines))


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (r for r in module.get("resources", []) if r["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _resources(child)
