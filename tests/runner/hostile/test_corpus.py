"""The whole corpus in every home that this machine can stand for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.runner.hostile import Program, answers, files, kernel, memory, processes
from tests.runner.house import SECRET, House, house
from tests.runner.programs import needs_root

pytestmark = [needs_root, pytest.mark.usefixtures("alone")]

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
CORPUS: dict[str, Program] = {
    f"{name}-{program}": what
    for name, programs in (
        ("process", processes.PROGRAMS),
        ("memory", memory.PROGRAMS),
        ("file", files.PROGRAMS),
        ("kernel", kernel.PROGRAMS),
        ("answer", answers.PROGRAMS),
        ("compiler", answers.COMPILERS),
    )
    for program, what in programs.items()
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
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("name", CORPUS)
def test_program_ends_as_it_must_and_leaves_nothing(name: str, home: str, place: House) -> None:
    program, more = CORPUS[name], CORPUS[name].more
    if home in more.get("skip", ()):
        pytest.skip("it would end the runner itself, as this home cannot prevent: docs/runner.md says so")
    given = {key: more[key] for key in ("stdin", "files") if key in more}
    answer = place.run(
        program.code,
        program.language,
        without=HOMES[home][1],
        limits={"wall_seconds": 2, "cpu_seconds": 1},
        compile_limits={"wall_seconds": 15, "cpu_seconds": 5},
        **given,
    )
    expected = more.get("status_in", {}).get(home, program.status)
    assert answer["status"] in expected, brief(answer)
    check_what_it_says(program, answer)
    assert SECRET not in json.dumps(answer)
    after = answer["after"]
    assert (after["processes"], after["files"], after["objects"], after["descriptors"]) == ([], [], 0, 0)
    if set(answer["isolation"]["layers"]) & {"seccomp", "landlock", "namespaces"}:
        assert after["connections"] == 0


def check_what_it_says(program: Program, answer: dict[str, Any]) -> None:
    isolation = answer["isolation"]
    said = str(answer["stdout"])
    if program.stopped_by & set(isolation["layers"]) and answer["status"] == "ok":
        assert "did it" not in said, (program.stopped_by & set(isolation["layers"]), said)
    if "by_signal" in program.more and "seccomp" in isolation["layers"]:
        assert answer["signal"] == program.more["by_signal"]
    if "output_lacks" in program.more and "no-new-privileges" in isolation["layers"]:
        assert program.more["output_lacks"] not in said


def brief(answer: dict[str, Any]) -> str:
    """What of an answer explains a failure."""
    names = ("status", "error", "limit", "exitCode", "signal", "timings", "ccStderr", "stdout", "stderr")
    return ", ".join(f"{name}={str(answer[name])[:200]!r}" for name in names)
