"""Terraform's machine-readable UI: one JSON object a line becomes one typed event.

Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.terraform.diagnostic import Diagnostic

Phase = Literal["start", "progress", "complete", "errored"]


class _Resource(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    addr: str
    module: str = ""
    resource_type: str = ""


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    resource: _Resource
    action: str
    reason: str = ""


class _Hook(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    resource: _Resource
    action: str = ""
    id_value: str = ""
    elapsed_seconds: float = 0.0
    output: str = ""


class _Counts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    add: int = 0
    change: int = 0
    remove: int = 0
    imported: int = Field(default=0, alias="import")


@dataclass(frozen=True)
class ChangeCounts:
    """How many resource instances are, or were, created, updated, destroyed and imported.

    A replacement counts as one created and one destroyed.
    """

    add: int = 0
    change: int = 0
    destroy: int = 0
    imported: int = 0

    @property
    def total(self) -> int:
        """All of them together."""
        return self.add + self.change + self.destroy + self.imported


@dataclass(frozen=True)
class VersionEvent:
    """The first event: Terraform's version and that of its UI format."""

    terraform: str
    ui: str


@dataclass(frozen=True)
class ResourceChange:
    """A change that the plan contains, or (*drift* True) a difference between the state and what the provider read."""

    address: str
    module: str
    type: str
    action: str
    reason: str
    drift: bool


@dataclass(frozen=True)
class ChangeSummary:
    """The totals of a plan, an apply or a destroy (*operation*)."""

    operation: str
    counts: ChangeCounts


@dataclass(frozen=True)
class OperationEvent:
    """Work on one resource instance begins, goes on or ends.

    *kind* is ``apply``, ``refresh``, ``provision`` or ``ephemeral_op``; *action* is Terraform's (create, update,
    delete, read, …), empty for a refresh. *elapsed_seconds* counts from the start event.
    """

    kind: str
    phase: Phase
    address: str
    action: str
    id: str
    elapsed_seconds: float
    output: str


@dataclass(frozen=True)
class DiagnosticEvent:
    """An error or a warning."""

    diagnostic: Diagnostic


@dataclass(frozen=True)
class OutputsEvent:
    """The names of the outputs and which of them are sensitive. Values are read by ``terraform output`` alone."""

    sensitive: dict[str, bool]


@dataclass(frozen=True)
class MessageEvent:
    """What terraform says in words, and every event of a type not known here; *raw* is the whole object."""

    type: str
    message: str
    raw: dict[str, Any]


@dataclass(frozen=True)
class PlainLine:
    """A line that is no JSON object, as a crash or a wrapper script writes it."""

    text: str


Event = (
    VersionEvent
    | ResourceChange
    | ChangeSummary
    | OperationEvent
    | DiagnosticEvent
    | OutputsEvent
    | MessageEvent
    | PlainLine
)


def parse_event(line: str) -> Event:
    """The event in one line of output. Never raises: what is not understood is kept as it is."""
    try:
        raw = json.loads(line)
    except ValueError:
        return PlainLine(line)
    if not isinstance(raw, dict):
        return PlainLine(line)
    kind = str(raw.get("type", ""))
    try:
        known = _reader_for(kind)
        if known is not None:
            return known(raw)
    except (ValidationError, KeyError, TypeError, AttributeError):
        # A newer Terraform may change an event; its message is still shown.
        pass
    return MessageEvent(kind, str(raw.get("@message", "")), raw)


def _reader_for(kind: str) -> Callable[[dict[str, Any]], Event] | None:
    readers: dict[str, Callable[[dict[str, Any]], Event]] = {
        "version": lambda raw: VersionEvent(raw["terraform"], raw["ui"]),
        "planned_change": lambda raw: _change(raw, drift=False),
        "resource_drift": lambda raw: _change(raw, drift=True),
        "change_summary": _summary,
        "diagnostic": lambda raw: DiagnosticEvent(Diagnostic.model_validate(raw["diagnostic"])),
        "outputs": lambda raw: OutputsEvent({name: bool(o["sensitive"]) for name, o in raw["outputs"].items()}),
    }
    if kind in readers:
        return readers[kind]
    operation, _, phase = kind.rpartition("_")
    if operation in ("apply", "refresh", "provision", "ephemeral_op"):
        for known in ("start", "progress", "complete", "errored"):
            if phase == known:
                return lambda raw: _operation(raw, operation, known)
    return None


def _change(raw: dict[str, Any], *, drift: bool) -> ResourceChange:
    change = _Change.model_validate(raw["change"])
    resource = change.resource
    return ResourceChange(resource.addr, resource.module, resource.resource_type, change.action, change.reason, drift)


def _summary(raw: dict[str, Any]) -> ChangeSummary:
    counts = _Counts.model_validate(raw["changes"])
    totals = ChangeCounts(counts.add, counts.change, counts.remove, counts.imported)
    return ChangeSummary(str(raw["changes"]["operation"]), totals)


def _operation(raw: dict[str, Any], kind: str, phase: Phase) -> OperationEvent:
    hook = _Hook.model_validate(raw["hook"])
    return OperationEvent(
        kind, phase, hook.resource.addr, hook.action, hook.id_value, hook.elapsed_seconds, hook.output
    )
