"""The rows of facts/<system>/<environment>.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from ruamel.yaml import YAML

from generator.plan_tests import MISSING
from tests.systems.emission import ACCOUNT_ROOT

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parents[2]
SYSTEMS = ("seepp", "containrlab", "counselor", "sdt")
# What the operator has said by then: who releases (before, there are no roles), and that Amplify has its repository.
ACCOUNT_VARIABLES = {"github_repositories": ["acme/platform"]}
VARIABLES = {"sdt": {"site_frontend_repository_connected": True}}

Text = Annotated[str, StringConstraints(min_length=3, strip_whitespace=True)]


class Fact(BaseModel):
    """One row. At least one of the four expectations is there; each is a subset of what is found.

    *document* is where it is written: S1 to S5 with the section's heading, or the decisions' table or number.
    *path* leads to the manifest's value, *seen* is the environment (or ``account``) that shows it: the file's name.
    *mutant* is what the value becomes in the trial, *also* what else changes so that the manifest is still accepted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    fact: Text
    document: Annotated[str, StringConstraints(pattern=r"^(S[1-5]|decision \d+|decisions:) .+")]
    path: Annotated[str, StringConstraints(pattern=r"^[^.]+(\.[^.]+)*$")]
    seen: Text
    plan: dict[str, Any] = Field(default={}, description="Values by address, as planned.")
    counts: dict[str, int] = Field(default={}, description="Numbers of resources by type, as planned.")
    emitted: dict[str, Any] = Field(
        default={}, description="Arguments of a module call by its name: what only the apply could tell."
    )
    texts: dict[str, list[str]] = Field(
        default={}, description="Lines or parts of the environment's README or of the system's workflows."
    )
    mutant: Any
    also: dict[str, Any] = {}

    @model_validator(mode="after")
    def _expects_something(self) -> Fact:
        if not (self.plan or self.counts or self.emitted or self.texts):
            raise ValueError("expects nothing: write plan, counts, emitted or texts")
        return self

    @property
    def changes(self) -> Mapping[str, Any]:
        """Every value that the trial changes."""
        return {self.path: self.mutant, **self.also}

    @property
    def modules(self) -> frozenset[str]:
        """The module calls that the expectation reads; with "*" all: it counts resources, or reads a whole text."""
        calls = {address.split(".")[1].partition("[")[0] for address in self.plan}
        everything = {"*"} if self.counts or self.texts else set()
        return frozenset(calls | set(self.emitted) | everything)

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """Address and attribute (of a module call: name and argument) of all that the expectation reads."""
        return frozenset(
            (address, attribute)
            for address, values in {**self.plan, **self.emitted}.items()
            for attribute in (values if isinstance(values, dict) else [""])
        )


@cache
def facts(system: str) -> tuple[Fact, ...]:
    """The rows of *system*, those of the account first. Raises ValidationError for a wrong row."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("!missing", lambda _constructor, _node: MISSING)
    files = sorted((FOLDER / system).glob("*.yaml"))
    loaded = ((file.stem, yaml.load(file.read_text(encoding="utf-8"))) for file in files)
    return tuple(Fact.model_validate({"seen": root, **row}) for root, rows in loaded for row in rows)


def manifest(system: str) -> Path:
    return PROJECT / "envs" / system / "system.yaml"


def variables(system: str, root: str) -> dict[str, Any]:
    """What the operator says when *root* is planned."""
    return dict(ACCOUNT_VARIABLES) if root == ACCOUNT_ROOT else dict(VARIABLES.get(system, {}))
