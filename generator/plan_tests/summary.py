"""What a plan makes: numbers by type, values by address, outputs; and what changes between two plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.plan_tests.comparison import differences


@dataclass(frozen=True)
class PlanSummary:
    """*counts* of managed resources by type, *values* by address as planned, *outputs* that are known.

    An attribute that only the apply tells is absent from its resource's values.
    """

    counts: Mapping[str, int]
    values: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Any]

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> PlanSummary:
        """Summarise a plan in Terraform's JSON format, as the fixture ``plan`` returns it."""
        resources = list(managed_resources(plan))
        outputs = plan["planned_values"].get("outputs", {})
        return cls(
            counts=dict(sorted(Counter(r["type"] for r in resources).items())),
            values={r["address"]: r.get("values", {}) for r in resources},
            outputs={name: output["value"] for name, output in outputs.items() if "value" in output},
        )

    def differences(
        self,
        *,
        counts: Mapping[str, int] | None = None,
        values: Mapping[str, Mapping[str, Any]] | None = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> list[str]:
        """Return a line for each place where the plan is not what is expected; each mapping is a subset."""
        counts = counts or {}
        return [
            *differences(counts, dict.fromkeys(counts, 0) | dict(self.counts), "counts"),
            *differences(values or {}, self.values, "values"),
            *differences(outputs or {}, self.outputs, "outputs"),
        ]

    def check(
        self,
        *,
        counts: Mapping[str, int] | None = None,
        values: Mapping[str, Mapping[str, Any]] | None = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> None:
        """Raises AssertionError with a line for each of the `differences`."""
        found = self.differences(counts=counts, values=values, outputs=outputs)
        if found:
            raise AssertionError("\n  ".join(["the plan is not what was expected:", *found]))


@dataclass(frozen=True)
class PlanChange:
    """What a caller of a module sees who changes variables: addresses that come, go, or get other values.

    *changed* names the attributes whose planned values differ, by address.
    """

    added: frozenset[str]
    removed: frozenset[str]
    changed: Mapping[str, list[str]]

    @classmethod
    def between(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> PlanChange:
        old, new = PlanSummary.of(before).values, PlanSummary.of(after).values
        changed = {address: _other_keys(old[address], new[address]) for address in sorted(old.keys() & new.keys())}
        return cls(
            frozenset(new.keys() - old.keys()),
            frozenset(old.keys() - new.keys()),
            {address: keys for address, keys in changed.items() if keys},
        )

    def check_only_adds(self) -> None:
        """Raises AssertionError when anything of the plan before is gone or changed: address stability."""
        if self.removed or self.changed:
            lines = [f"{address}: gone" for address in sorted(self.removed)]
            lines += [f"{address}: other {', '.join(keys)}" for address, keys in self.changed.items()]
            raise AssertionError("\n  ".join(["the change touches what was there:", *lines]))


def managed_resources(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The planned resources of the root module and of all it calls, without data sources."""
    modules = [plan["planned_values"].get("root_module", {})]
    for module in modules:
        yield from (r for r in module.get("resources", []) if r["mode"] == "managed")
        modules += module.get("child_modules", [])


def _other_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
