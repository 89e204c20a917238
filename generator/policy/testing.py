"""For tests of rules: what a rule says of a plan, and plans with one argument changed.

Plans come from the fixture ``plan`` of Slipway's pytest plugin, or from ``terraform show -json``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from generator.errors import Location
from generator.policy.evaluate import evaluate
from generator.policy.findings import Finding
from generator.policy.plan import Plan
from generator.policy.plan.document import read_document
from generator.policy.platform import Platform
from generator.policy.rule import Rule
from generator.policy.source import Sources
from generator.policy.verdict import Outcome


def plan_of(document: dict[str, Any], sources: Path | None = None) -> Plan:
    """The plan in *document*, with the HCL in *sources* that it was made of, if that is at hand."""
    plan = read_document(document, Location(sources or Path("plan.json")))
    if sources is not None:
        plan.files = Sources(sources)
    return plan


def judged(plan: Plan, rules: Iterable[Rule], *, production: bool = True) -> list[Finding]:
    """What *rules* say of *plan*, as of an environment in production or not."""
    return list(evaluate(Platform(plan, production=production), rules, "test"))


def outcomes(findings: Iterable[Finding]) -> dict[str, set[Outcome]]:
    """The outcomes of each rule."""
    found: dict[str, set[Outcome]] = {}
    for finding in findings:
        found.setdefault(finding.rule, set()).add(finding.outcome)
    return found


@dataclass(frozen=True)
class Flip:
    """One change of a plan: at the resource *at*, other values by path, and other references by path.

    A step ``json`` goes into a string of JSON; the path ``actions`` is what the plan does with the resource.
    """

    at: str
    set: dict[str, Any] = field(default_factory=dict)
    refers: dict[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def of(self, document: dict[str, Any]) -> dict[str, Any]:
        """*document*, changed."""
        result = copy.deepcopy(document)
        (resource,) = (r for r in result["resource_changes"] if r["address"] == self.at)
        change = resource["change"]
        for path, value in self.set.items():
            if path == "actions":
                change["actions"], change["before"] = value, change["after"]
                continue
            change["after"] = _set(change["after"], path.split("."), value)
            _forget(change["after_unknown"], path.split("."))
        for path, target in self.refers.items():
            _refer(result, resource, path.split("."), target)
        return result

    def hidden(self, document: dict[str, Any]) -> dict[str, Any]:
        """*document*, in which the arguments that this changes are known only after the apply, and tell nothing."""
        result = copy.deepcopy(document)
        (resource,) = (r for r in result["resource_changes"] if r["address"] == self.at)
        paths = {path.partition(".json.")[0] for path in (*self.set, *self.refers)}
        for path in sorted(paths):
            if not any(path.startswith(f"{other}.") for other in paths):
                _refer(result, resource, path.split("."), None)
        return result


def _refer(document: dict[str, Any], resource: dict[str, Any], path: list[str], target: str | None) -> None:
    """Let an argument refer to *target*, or to what no plan knows, and be known after the apply."""
    block = next(
        r
        for r in document["configuration"]["root_module"]["resources"]
        if (r["type"], r["name"]) == (resource["type"], resource["name"])
    )
    expressions, unknown, after = block["expressions"], resource["change"]["after_unknown"], resource["change"]["after"]
    for step, following in pairwise(path):
        if step.isdigit():
            place = int(step)
            for parts in (expressions, unknown, after):
                parts += [{} for _ in range(place + 1 - len(parts))]
            expressions, unknown, after = expressions[place], unknown[place], after[place]
            continue
        for mapping in (expressions, unknown, after):
            if not mapping.get(step):
                mapping[step] = [{}] if following.isdigit() else {}
        expressions, unknown, after = expressions[step], unknown[step], after[step]
    expressions[path[-1]] = {"references": [f"{target}.id", target]} if target else {"references": ["var.elsewhere"]}
    unknown[path[-1]] = True
    after.pop(path[-1], None)


def _set(node: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    head, *rest = steps
    if head == "json":
        return json.dumps(_set(json.loads(node), rest, value))
    if isinstance(node, list):
        index = int(head)
        assert index < len(node), f"{head} of {len(node)} elements"
        node[index] = _set(node[index], rest, value)
        return node
    node[head] = _set(node.get(head), rest, value)
    return node


def _forget(unknown: Any, steps: list[str]) -> None:
    """What is set is known."""
    for step in steps[:-1]:
        if step == "json" or not isinstance(unknown, dict | list):
            return
        unknown = unknown.get(step) if isinstance(unknown, dict) else unknown[int(step)]
        if unknown is None or unknown is True:
            return
    if isinstance(unknown, dict):
        unknown.pop(steps[-1], None)
