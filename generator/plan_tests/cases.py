"""Plan cases as data: ``<module>/<case>.yaml`` holds variables and what is expected of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node

from generator.errors import Location, SlipwayError
from generator.plan_tests.comparison import MISSING

CURE = "A case has variables and expect: docs/plan-tests.md."


class _Model(BaseModel):
    # Of its own types MISSING alone; what is compared is not converted.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class ExpectedError(_Model):
    """The error that a plan must end with: a part of its text, and where it points (``variables.tf:12``)."""

    match: str
    at: str = ""


class Expected(_Model):
    """What is expected of a plan; each mapping is a subset. *error* excludes the others."""

    counts: dict[str, int] = {}
    values: dict[str, dict[str, Any]] = {}
    outputs: dict[str, Any] = {}
    error: ExpectedError | None = None

    @model_validator(mode="after")
    def _error_stands_alone(self) -> Expected:
        if self.error is not None and (self.counts or self.values or self.outputs):
            raise ValueError("a plan that ends with an error makes nothing: error stands alone")
        return self


class _Document(_Model):
    module: str = ""
    proves: list[str] = []
    variables: dict[str, JsonValue] = {}
    expect: Expected
    inventory: dict[str, Any] | None = None


@dataclass(frozen=True)
class Case:
    """One plan case. *module* is the directory to plan; *inventory* is empty until it is generated.

    *proves* names the capabilities that the case stands for: for a page that leads from each to its proof.
    """

    file: Path
    module: Path
    variables: Mapping[str, Any]
    expect: Expected
    inventory: Mapping[str, Any] | None = None
    proves: Sequence[str] = ()


def read_case(file: Path, modules: Path) -> Case:
    """Return the case in *file*; its module is ``modules/<name of the file's folder>`` unless it says otherwise.

    Raises SlipwayError with the place of what is wrong.
    """
    tree, content = _read(file)
    try:
        document = _Document.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = [str(part) for part in first["loc"] if part != "[key]"]
        what = first["msg"].removeprefix("Value error, ")
        where = Location(file, _line(tree, path))
        raise SlipwayError(f"{'.'.join(path) or 'the case'}: {what}", where=where, cure=CURE) from error
    module = (file.parent / document.module).resolve() if document.module else modules / file.parent.name
    if not module.is_dir():
        where = Location(file, _line(tree, ["module"]))
        raise SlipwayError(f"there is no module {module}", where=where, cure="Say which with `module: path`.")
    return Case(file, module, document.variables, document.expect, document.inventory, document.proves)


def line_of_variable(file: Path, name: str) -> int | None:
    """The line of *file* that gives the variable *name* a value, counted from 1."""
    return _line(_read(file)[0], ["variables", name])


def _read(file: Path) -> tuple[Node | None, Any]:
    """The nodes of a YAML file, which know their lines, and its content."""
    try:
        text = file.read_text(encoding="utf-8")
        return _yaml().compose(text), _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(file, None if mark is None else mark.line + 1)
        raise SlipwayError(f"the case is not YAML: {error.problem or error.context}", where=where, cure=CURE) from error
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        raise SlipwayError(f"the case is not YAML: {error}", where=Location(file), cure=CURE) from error


def _line(node: Node | None, path: list[str]) -> int | None:
    """The line of what *path* leads to, or of the innermost thing around it that was written; None in an empty file."""
    line = None if node is None else node.start_mark.line + 1
    for part in path:
        if not isinstance(node, MappingNode):
            break
        found = [(key, value) for key, value in node.value if key.value == part]
        if not found:
            break
        key, node = found[0]
        line = key.start_mark.line + 1
    return line


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("!missing", lambda _constructor, _node: MISSING)
    return yaml
