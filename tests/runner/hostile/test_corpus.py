"""The whole corpus in every home that this machine can stand for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.runner.hostile import Program, answers, files, kernel, memory, processes
from tests.runner.house import SECRET, House, house, needs_house

pytestmark = [needs_house, pytest.mark.usefixtures("alone"), pytest.mark.xdist_group("hostile")]

NAMESPACES = ("namespaces", "user-namespace")
# What a home leaves out of what this machine gives, and whether its runner is root.
HOMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "ec2": ("root", ()),
    "fargate-landlock": ("root", NAMESPACES),
    "fargate": ("root", (*NAMESPACES, "landlock")),
    "local": ("hidden", ()),
    "lambda-landlock": ("hidden", NAMESPACES),
    "lambda": ("hidden", (*NAMESPACES, "landlock")),
    "floor": ("floor", ()),
}
PATIENCE = {"wall_seconds": 60, "cpu_seconds": 20}
THEMES: dict[str, dict[str, Program]] = {
    "processes": processes.PROGRAMS,
    "memory": memory.PROGRAMS,
    "files": files.PROGRAMS,
    "kernel": kernel.PROGRAMS,
    "answers": answers.PROGRAMS,
    "compilers": answers.COMPILERS,
}


@pytest.fixture(scope="module", params=HOMES)
def home(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def place(home: str) -> Iterator[House]:
    kind = HOMES[home][0]
    with house(kind, **({} if kind == "root" else {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"})) as running:
        yield running


def test_corpus_is_as_large_as_promised() -> None:
    assert sum(map(len, THEMES.values())) >= 200


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
def test_programs_end_as_they_must_and_leave_nothing(theme: str, home: str, place: House) -> None:
    wrong = {}
    for name, program in THEMES[theme].items():
        # In some homes it would end the runner itself: docs/runner.md says which.
        if home not in program.more.get("skip", ()):
            wrong[name] = list(faults(program, home, place))
    assert {name: what for name, what in wrong.items() if what} == {}


def faults(program: Program, home: str, place: House) -> Iterator[str]:
    """What is not as it must be when *program* has run."""
    more = program.more
    answer = place.run(
        program.code,
        program.language,
        without=HOMES[home][1],
        # Time is short only for those that are to run out of it: the machine may be busy.
        limits={"wall_seconds": 2, "cpu_seconds": 1} if "time_limit" in program.status else PATIENCE,
        compile_limits={"wall_seconds": 15, "cpu_seconds": 5} if "compile_limit" in program.status else PATIENCE,
        **{key: more[key] for key in ("stdin", "files") if key in more},
    )
    if answer["status"] not in more.get("status_in", {}).get(home, program.status):
        yield f"unexpected: {brief(answer)}"
    if SECRET in json.dumps(answer):
        yield "it found a secret"
    yield from what_it_says(program, answer)
    after = answer["after"]
    for kind, nothing in (("processes", []), ("files", []), ("objects", 0), ("descriptors", 0)):
        if after[kind] != nothing:
            yield f"it left {kind}: {after[kind]}"
    if after["connections"] and set(answer["isolation"]["layers"]) & {"seccomp", "landlock", "namespaces"}:
        yield "it reached an address"


def what_it_says(program: Program, answer: dict[str, Any]) -> Iterator[str]:
    """What it says that it did, although a layer in force is to stop it."""
    layers, said = set(answer["isolation"]["layers"]), str(answer["stdout"])
    if answer["status"] == "ok" and "did it" in said and program.stopped_by & layers:
        yield f"it did it in spite of {sorted(program.stopped_by & layers)}"
    if "by_signal" in program.more and "seccomp" in layers and answer["signal"] != program.more["by_signal"]:
        yield f"it ended with {answer['signal']}"
    if "output_lacks" in program.more and program.more["output_lacks"] in said and "no-new-privileges" in layers:
        yield f"it said {said!r}"


def brief(answer: dict[str, Any]) -> str:
    """What of an answer explains a fault."""
    names = ("status", "error", "limit", "exitCode", "signal", "timings", "ccStderr", "stdout", "stderr")
    return ", ".join(f"{name}={str(answer[name])[:200]!r}" for name in names)
