"""policy.yaml: what a team accepts, until when, and what it expects of each environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from generator.errors import Location, ManifestError, SlipwayError
from generator.systems.manifest.nodes import ListNode, MapNode, Node, plain
from generator.systems.manifest.problems import ManifestErrors
from generator.systems.manifest.read import read_yaml

FILE = "policy.yaml"
HELP = "docs/policy.md has every field."
RULE = re.compile(r"[A-Z][A-Z0-9]*(-\d{3,}|(_[A-Z0-9]+)+)")


class PolicyError(SlipwayError):
    """A policy.yaml that cannot be read."""


class Exemption(BaseModel):
    """A failure that is accepted: of one rule, at addresses, for a reason, by someone, until a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(description="The rule's exact id, Slipway's or checkov's.")
    address: str = Field(
        min_length=1, description="Addresses with their modules; * stands for anything, nothing else is special."
    )
    message: str = Field(
        default="",
        description="What is accepted when the rule says more than one thing of an address: the whole message; * "
        "stands for anything. By default all of it.",
    )
    reason: str = Field(description="Why this is right here; four words at least.")
    owner: str = Field(min_length=1, description="Who answers for it.")
    expires: date = Field(description="The last day on which it is accepted.")
    environments: tuple[str, ...] = Field(
        default=(), description="The environments it is for; by default all, without the account."
    )

    @field_validator("rule")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if not RULE.fullmatch(value):
            raise ValueError("is no id of a rule, such as PLT-001 or CKV_AWS_18")
        return value

    @field_validator("reason")
    @classmethod
    def _says_why(cls, value: str) -> str:
        if len(value.split()) < 4:
            raise ValueError("is too short: say why in four words or more")
        return value

    def covers(self, environment: str) -> bool:
        """Whether it is for *environment*; for what exists once an account only when it says so."""
        return environment in self.environments if self.environments else environment != "account"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code_runners: tuple[str, ...] = Field(
        default=(), description="Addresses of what runs people's code; by default their names tell."
    )
    production: tuple[str, ...] = Field(default=(), description="The environments that people rely on.")
    exemptions: tuple[Exemption, ...] = ()
    expectations: dict[str, dict[str, dict[str, Any]]] = Field(
        default={}, description="By environment and address: the values that a plan must have."
    )


@dataclass(frozen=True)
class Placed:
    """An exemption and its line."""

    exemption: Exemption
    where: Location


@dataclass(frozen=True)
class Expected:
    """What an environment's plan must have at the addresses of *pattern*."""

    pattern: str
    values: Mapping[str, Any]
    where: Location


@dataclass(frozen=True)
class Settings:
    """A policy.yaml, or nothing at all when there is none."""

    code_runners: tuple[str, ...] = ()
    production: tuple[str, ...] = ()
    exemptions: tuple[Placed, ...] = ()
    expectations: Mapping[str, tuple[Expected, ...]] = field(default_factory=dict)
    file: Path | None = None


def load_settings(file: Path) -> Settings:
    """Read *file*. Raises PolicyError, or ManifestError for what is no YAML, with file and line."""
    root = _read(file)
    try:
        document = _Document.model_validate(plain(root))
    except ValidationError as error:
        raise _first(error, root) from error
    exemptions = tuple(
        Placed(exemption, _place(root, ("exemptions", number))) for number, exemption in enumerate(document.exemptions)
    )
    expectations = {
        environment: tuple(
            Expected(pattern, values, _place(root, ("expectations", environment, pattern)))
            for pattern, values in table.items()
        )
        for environment, table in document.expectations.items()
    }
    return Settings(document.code_runners, document.production, exemptions, expectations, file)


def _read(file: Path) -> MapNode:
    if not file.is_file():
        raise PolicyError("there is no such file", where=Location(file), cure=HELP)
    try:
        return read_yaml(file)
    except ManifestErrors:
        raise
    except ManifestError as error:
        # Its words are those of manifests; what it says of YAML holds for any.
        if not error.what.startswith("The manifest"):
            raise
        what = f"the policy{error.what.removeprefix('The manifest').rstrip('.')}"
        raise PolicyError(what, where=error.where, cure=HELP) from error


def _first(error: ValidationError, root: MapNode) -> PolicyError:
    first = error.errors()[0]
    path = tuple(first["loc"])
    name = ".".join(str(part) for part in path)
    what = {
        "missing": f"{name} is missing",
        "extra_forbidden": f"{name} is no field of policy.yaml",
    }.get(first["type"], f"{name}: {first['msg'].removeprefix('Value error, ')}")
    return PolicyError(what, where=_place(root, path), cure=HELP)


def _place(root: Node, path: tuple[str | int, ...]) -> Location:
    """Where *path* stands, or the nearest that is there."""
    node, where = root, root.where
    for part in path:
        if isinstance(node, MapNode) and str(part) in node.entries:
            where, node = node.entries[str(part)].where, node.entries[str(part)].node
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            where = node.where
        else:
            break
    return where
