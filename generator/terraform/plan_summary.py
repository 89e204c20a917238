"""What a plan would do, by module and resource type, for a person. Values of resources are never shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from generator.errors import TerraformError

Action = Literal["create", "update", "replace", "delete", "import", "forget"]
ACTIONS: tuple[Action, ...] = ("create", "update", "replace", "delete", "import", "forget")
STYLES: dict[Action, str] = {
    "create": "green",
    "update": "yellow",
    "replace": "magenta",
    "delete": "red",
    "import": "cyan",
    "forget": "cyan",
}
SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"


class _Change(BaseModel):
    model_config = ConfigDict(extra="ignore")

    actions: tuple[str, ...]
    after: Any = None
    after_unknown: Any = False
    before_sensitive: Any = False
    after_sensitive: Any = False
    importing: dict[str, Any] | None = None


class _ResourceChange(BaseModel):
    model_config = ConfigDict(extra="ignore")

    address: str
    module_address: str = ""
    mode: str
    type: str
    change: _Change


class _Plan(BaseModel):
    model_config = ConfigDict(extra="ignore")

    resource_changes: tuple[_ResourceChange, ...] = ()
    output_changes: dict[str, _Change] = {}


@dataclass(frozen=True)
class SummaryRow:
    """How many instances of resource *type* in *module* (empty: the root) each action touches."""

    module: str
    type: str
    counts: Mapping[Action, int]


@dataclass(frozen=True)
class OutputChange:
    """An output and the value it will have; in place of the value stands SENSITIVE or UNKNOWN where that is so."""

    name: str
    action: str
    value: str


@dataclass(frozen=True)
class PlannedChanges:
    """The rows that change something, sorted by module and type; the outputs that change; the totals."""

    rows: tuple[SummaryRow, ...]
    outputs: tuple[OutputChange, ...]
    totals: Mapping[Action, int]
    replaced: tuple[str, ...]
    deleted: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """True when an apply would change neither a resource nor an output."""
        return not self.rows and not self.outputs


def summarise(plan: Mapping[str, Any]) -> PlannedChanges:
    """Summarise a plan in Terraform's JSON format (`Terraform.show_plan`, ``terraform show -json``).

    Raises TerraformError when *plan* is no such document.
    Source: https://developer.hashicorp.com/terraform/internals/json-format
    """
    if "format_version" not in plan:
        raise TerraformError("This is not a plan in JSON.", cure="Write it with `terraform show -json PLAN`.")
    try:
        read = _Plan.model_validate(dict(plan))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise TerraformError(
            f"This plan cannot be read: {place} is missing or of another type.",
            cure="Write it with `terraform show -json PLAN` of Terraform 1.11 or newer.",
        ) from error
    by_row: dict[tuple[str, str], Counter[Action]] = {}
    totals: Counter[Action] = Counter()
    addresses: dict[Action, list[str]] = {"replace": [], "delete": []}
    for resource in read.resource_changes:
        action = _action(resource.change) if resource.mode == "managed" else None
        if action is None:
            continue
        by_row.setdefault((resource.module_address, resource.type), Counter())[action] += 1
        totals[action] += 1
        if action in addresses:
            addresses[action].append(resource.address)
    rows = tuple(SummaryRow(module, kind, by_row[module, kind]) for module, kind in sorted(by_row))
    outputs = tuple(
        OutputChange(name, _output_action(change), _output_value(change))
        for name, change in sorted(read.output_changes.items())
        if change.actions != ("no-op",)
    )
    return PlannedChanges(rows, outputs, totals, tuple(addresses["replace"]), tuple(addresses["delete"]))


def render(summary: PlannedChanges) -> RenderableType:
    """The summary for a terminal: a table of counts, what is replaced or deleted by address, the outputs."""
    if summary.is_empty:
        return Text("No changes: what exists matches the configuration.", "green")
    used = [action for action in ACTIONS if summary.totals.get(action)]
    parts: list[RenderableType] = []
    if used:
        parts.append(_resource_table(summary, used))
    for title, addresses, style in (
        ("Replaced", summary.replaced, STYLES["replace"]),
        ("Deleted", summary.deleted, STYLES["delete"]),
    ):
        if addresses:
            parts.append(Text(f"\n{title}:\n" + "\n".join(f"  {address}" for address in addresses), style))
    if summary.outputs:
        table = Table("output", "action", "value", box=None, title_justify="left")
        for output in summary.outputs:
            table.add_row(Text(output.name), Text(output.action), Text(output.value))
        parts += [Text(), table]
    return Group(*parts)


def _resource_table(summary: PlannedChanges, used: list[Action]) -> Table:
    table = Table("module", "resource type", box=None, show_footer=True)
    table.columns[0].footer = "total"
    for action in used:
        table.add_column(action, justify="right", style=STYLES[action], footer=str(summary.totals[action]))
    last = None
    for row in summary.rows:
        module = row.module or "(root)"
        counts = [str(row.counts[action]) if row.counts.get(action) else "" for action in used]
        table.add_row(Text("" if module == last else module), Text(row.type), *counts)
        last = module
    return table


def _action(change: _Change) -> Action | None:
    if len(change.actions) == 2:
        return "replace"
    for action in ("create", "update", "delete", "forget"):
        if change.actions == (action,):
            return action
    return "import" if change.importing is not None else None


def _output_action(change: _Change) -> str:
    return "replace" if len(change.actions) == 2 else change.actions[0]


def _output_value(change: _Change) -> str:
    # Of a value with one sensitive part nothing is shown, and neither of one that stops being sensitive now.
    if _marks(change.after_sensitive) or _marks(change.before_sensitive):
        return SENSITIVE
    if _marks(change.after_unknown):
        return UNKNOWN
    return "" if change.after is None else _shorten(str(change.after))


def _marks(value: Any) -> bool:
    """True when *value*, True or a structure that mirrors the output's, marks anything."""
    if isinstance(value, Mapping):
        return any(_marks(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_marks(part) for part in value)
    return value is True


def _shorten(text: str, limit: int = 100) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
