"""Every wrong value is refused with its message, and no message is without a call that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from generator.modules import all_modules
from tests.plan.planning import Inputs, Planner
from tests.plan.wrong_values import WrongCall

MESSAGE = re.compile(r'^ *error_message = "((?:[^"\\]|\\.)*)"$', re.MULTILINE)
CHECK = re.compile(r"^ *(?:validation|precondition|postcondition|assert) \{$", re.MULTILINE)
PARTS = [import_module(f"tests.plan.{file.stem}") for file in sorted(Path(__file__).parent.glob("wrong_values*.py"))]
REFERENCE = re.compile(r"\\\$\\\{.*?\\\}")


def wrong_calls(kind: str) -> dict[str, WrongCall]:
    """The calls of *kind* from every file of wrong values, each with a name of its own."""
    found = [item for part in PARTS for item in getattr(part, kind, {}).items()]
    assert len({name for name, _ in found}) == len(found)
    return dict(found)


VALIDATIONS, COMPARISONS, PRECONDITIONS = map(wrong_calls, ("VALIDATIONS", "COMPARISONS", "PRECONDITIONS"))


@pytest.mark.parametrize("call", VALIDATIONS)
def test_wrong_values_are_refused_by_their_validations_and_no_others(planner: Planner, call: str) -> None:
    found = planner.refused("validations", inputs_of(VALIDATIONS))
    assert own_words(found.get(call, [])) == sorted(VALIDATIONS[call].messages)


@pytest.mark.parametrize("call", COMPARISONS)
def test_values_that_contradict_each_other_are_refused(planner: Planner, call: str) -> None:
    found = planner.refused("comparisons", inputs_of({**COMPARISONS, **PRECONDITIONS}))
    assert own_words(found.get(call, [])) == sorted(COMPARISONS[call].messages)


@pytest.mark.parametrize("module", sorted({call.module for call in PRECONDITIONS.values()}))
def test_what_aws_would_refuse_is_refused_before_the_first_release(planner: Planner, module: str) -> None:
    found = planner.refused("comparisons", inputs_of({**COMPARISONS, **PRECONDITIONS}))
    expected = [message for call in PRECONDITIONS.values() if call.module == module for message in call.messages]
    assert own_words(found.get(module, [])) == sorted(expected)


def test_every_message_of_every_module_is_expected_by_a_wrong_call(project: Path) -> None:
    unexpected = [
        f"{module}: {message}"
        for module in all_modules()
        for message in messages(project / "modules" / module)
        if not is_expected(module, message)
    ]
    assert unexpected == []


@pytest.mark.parametrize("name", all_modules())
def test_the_emitted_messages_are_those_of_the_class(project: Path, name: str) -> None:
    declared = [
        message
        for variable in all_modules()[name].variables().values()
        for _, message in (variable.checks(variable.reference()) if variable.checks else [])
    ]
    files = (project / "modules" / name).glob("variables*.tf")
    emitted = [message for file in files for message in MESSAGE.findall(file.read_text(encoding="utf-8"))]
    assert sorted(emitted) == sorted(declared)


@pytest.mark.parametrize("name", all_modules())
def test_no_check_escapes_the_search_for_messages(project: Path, name: str) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in (project / "modules" / name).glob("*.tf"))
    assert len(CHECK.findall(text)) == len(MESSAGE.findall(text)) == text.count("error_message")


def inputs_of(calls: Mapping[str, WrongCall]) -> dict[str, tuple[str, Inputs]]:
    return {name: (call.module, call.inputs) for name, call in calls.items()}


def own_words(errors: list[str]) -> list[str]:
    """The module's own words: after an empty line, Terraform says which rule it checked."""
    return sorted(error.split("\n\n")[0] for error in errors)


def messages(module: Path) -> Iterator[str]:
    for file in sorted(module.glob("*.tf")):
        yield from MESSAGE.findall(file.read_text(encoding="utf-8"))


def is_expected(module: str, message: str) -> bool:
    """Whether a wrong call of *module* shows *message*."""
    return any(re.fullmatch(pattern(message), expected) for expected in expected_of(module))


def pattern(message: str) -> str:
    """What *message* looks like once Terraform has filled in its references."""
    return REFERENCE.sub(".+", re.escape(message))


def expected_of(module: str) -> list[str]:
    calls = [*VALIDATIONS.values(), *COMPARISONS.values(), *PRECONDITIONS.values()]
    return [message for call in calls if call.module == module for message in call.messages]
