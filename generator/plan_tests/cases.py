"""Plan cases as data: ``<module>/<case>.yaml`` holds variables and what is expected of the plan."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from generator.errors import Location, SlipwayError
from generator.files import replace_files
from generator.plan_tests.comparison import MISSING
from generator.plan_tests.summary import PlanSummary

INVENTORY_MARK = "# Generated below, everything that the plan makes:"


class ExpectedError(BaseModel):
    """The error that a plan must end with: a part of its text, and where it points (``variables.tf:12``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: str
    at: str = ""


class Expected(BaseModel):
    """What is expected of a plan; each mapping is a subset. *error* excludes the others."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    counts: dict[str, int] = {}
    values: dict[str, dict[str, Any]] = {}
    outputs: dict[str, Any] = {}
    error: ExpectedError | None = None


class _Inventory(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: dict[str, int] = {}
    values: dict[str, dict[str, Any]] = {}


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    module: str = ""
    variables: dict[str, Any] = {}
    expect: Expected
    inventory: _Inventory | None = None


@dataclass(frozen=True)
class Case:
    """One plan case. *module* is the directory to plan."""

    file: Path
    module: Path
    variables: Mapping[str, Any]
    expect: Expected
    inventory: Mapping[str, Any] | None = None


def read_case(file: Path, modules: Path) -> Case:
    """Return the case in *file*; its module is ``modules/<name of the file's folder>`` unless it says otherwise.

    Raises SlipwayError with the place of what is wrong.
    """
    try:
        loaded = _yaml().load(file)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(file, None if mark is None else mark.line + 1)
        raise SlipwayError(f"the case is no YAML: {error.problem}", where=where, cure="Correct it.") from error
    try:
        document = _Document.model_validate(loaded)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"]) or "the case"
        raise SlipwayError(
            f"{path}: {first['msg']}",
            where=Location(file),
            cure="A case has variables and expect; see docs/plan-tests.md.",
        ) from error
    module = (file.parent / document.module).resolve() if document.module else modules / file.parent.name
    if not module.is_dir():
        raise SlipwayError(f"there is no module {module}", where=Location(file), cure="Say which with `module: path`.")
    inventory = document.inventory.model_dump() if document.inventory else None
    return Case(file, module, document.variables, document.expect, inventory)


def write_inventory(file: Path, summary: PlanSummary) -> None:
    """Put the inventory of a plan below what a person wrote in *file*, in place of an older one."""
    text = file.read_text(encoding="utf-8").split(INVENTORY_MARK)[0].rstrip() + "\n"
    values = {address: _known(v) for address, v in sorted(summary.values.items())}
    yaml = YAML()
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump({"inventory": {"counts": dict(summary.counts), "values": values}}, stream)
    replace_files({file: f"{text}\n{INVENTORY_MARK}\n{stream.getvalue()}"})


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    # The default tags of the provider say nothing of the module.
    return {k: v for k, v in sorted(values.items()) if v not in (None, [], {}) and k != "tags_all"}


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("!missing", lambda _constructor, _node: MISSING)
    return yaml
