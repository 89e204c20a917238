"""The trial of the facts: each value is changed in a copy of its manifest, and the fact's expectation must then fail.

Rows share a plan when none can do the work of another: they change different values of the manifest and different
arguments of the emitted root module, they read different attributes, and none reads a module whose arguments another
one changes, unless both change that module. And what is emitted for all of them is what each alone makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.errors import SlipwayError
from tests.systems.emission import Emitted, changed, emit
from tests.systems.facts.judge import failures
from tests.systems.facts.rows import Fact, facts, manifest, variables
from tests.systems.released import RootPlanner

Argument = tuple[str, str, str]
"""Kind and name of a block, and one of its arguments."""


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant: *noticed* are the expectation's failures, *refused* why there was no plan."""

    system: str
    fact: Fact
    noticed: tuple[str, ...] = ()
    refused: str = ""

    @property
    def killed(self) -> bool:
        return bool(self.noticed)

    def __str__(self) -> str:
        state = "killed" if self.killed else f"no mutant: {self.refused}" if self.refused else "SURVIVED"
        return f"{self.system}/{self.fact.seen}: {self.fact.fact} ({self.fact.path} = {self.fact.mutant!r}): {state}"


@dataclass(frozen=True)
class Mutant:
    """A row with the arguments of the emitted root module that its change touches, as they then are."""

    fact: Fact
    values: Mapping[Argument, object]

    @property
    def touched(self) -> frozenset[Argument]:
        return frozenset(self.values)

    @property
    def calls(self) -> frozenset[str]:
        """The module calls that it touches."""
        return frozenset(name for kind, name, _ in self.touched if kind == "module")

    def disturbs(self, other: Mutant) -> bool:
        """Whether this one's change could have a part in how *other* is judged."""
        if "*" in other.fact.modules or self.touched & other.touched or self.fact.reads & other.fact.reads:
            return True
        if (self.calls & other.fact.modules) - other.calls:
            return True
        return any(_overlap(mine, theirs) for mine in self.fact.changes for theirs in other.fact.changes)


class Trial:
    """Tries the mutants of one *root* of *system*, in manifests that are written below *directory*."""

    def __init__(self, system: str, root: str, planner: RootPlanner, directory: Path) -> None:
        self.system, self.root, self.planner = system, root, planner
        self.file = directory / "envs" / system / "system.yaml"
        self.file.parent.mkdir(parents=True, exist_ok=True)

    def run(self) -> list[Verdict]:
        """The verdict of each row."""
        verdicts, mutants = [], []
        for fact in (f for f in facts(self.system) if f.seen == self.root):
            try:
                mutants.append(Mutant(fact, self.touched(self.emit([fact]))))
            except SlipwayError as error:
                verdicts.append(Verdict(self.system, fact, refused=str(error)))
        return verdicts + [verdict for group in grouped(mutants) for verdict in self.judge(group)]

    def judge(self, together: Sequence[Mutant]) -> list[Verdict]:
        """Plan a manifest with the changes of all, and judge each; one by one if they do not go together."""
        facts = [mutant.fact for mutant in together]
        try:
            emitted = self.emit(facts)
            alone = {argument: value for mutant in together for argument, value in mutant.values.items()}
            if len(together) > 1 and self.touched(emitted) != alone:
                return self.judge_each(together)
            plan = self.plan(emitted)
        except SlipwayError as error:
            if len(together) > 1:
                return self.judge_each(together)
            return [Verdict(self.system, facts[0], refused=str(error))]
        return [Verdict(self.system, fact, tuple(failures(fact, emitted, plan))) for fact in facts]

    def judge_each(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        return [verdict for mutant in mutants for verdict in self.judge([mutant])]

    def touched(self, emitted: Emitted) -> dict[Argument, object]:
        """The arguments that are not what the committed manifest makes, with their values."""
        return _touched(self.before, emitted.configuration)

    @cached_property
    def before(self) -> dict[str, Any]:
        return emit(manifest(self.system), self.root).configuration

    def emit(self, together: Iterable[Fact]) -> Emitted:
        values = {path: value for fact in together for path, value in fact.changes.items()}
        self.file.write_text(changed(manifest(self.system), values), encoding="utf-8")
        return emit(self.file, self.root)

    def plan(self, emitted: Emitted) -> dict[str, Any]:
        place = f"envs/{self.system}/{self.root}"
        return self.planner.plan(
            place, emitted.files, emitted.region, emitted.released, variables(self.system, self.root)
        )


def grouped(mutants: Iterable[Mutant]) -> list[list[Mutant]]:
    """Put the mutants into as few groups as come first, so that none disturbs another of its group."""
    groups: list[list[Mutant]] = []
    for mutant in mutants:
        for group in groups:
            if not any(mutant.disturbs(other) or other.disturbs(mutant) for other in group):
                group.append(mutant)
                break
        else:
            groups.append([mutant])
    return groups


def _touched(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[Argument, object]:
    """The arguments that differ, as they are *after*; outputs follow from others and are read by no row."""
    return {
        (kind, name, argument): _arguments(after, kind, name).get(argument)
        for kind, name in _different(before, after)
        if kind != "output"
        for argument in _differing(_arguments(before, kind, name), _arguments(after, kind, name))
    }


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in before.keys() | after.keys():
        for name in _differing(before.get(kind, {}), after.get(kind, {})):
            yield kind, name


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def _arguments(configuration: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    """The arguments of a block; one that is not there, or of which there are several, is a whole."""
    block = configuration.get(kind, {}).get(name)
    return block if isinstance(block, Mapping) else {"": block}


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
