"""The summary of a rehearsal."""

from __future__ import annotations

import io

from rich.console import Console

from generator.rehearsal.checks import Check
from generator.rehearsal.life import Report, Step
from generator.rehearsal.program import Answer
from generator.rehearsal.rehearse import Rehearsal, SystemReport
from generator.rehearsal.summary import as_json, render


def rehearsal(*, found: int = 2, left: list[str] | None = None, failure: str = "") -> Rehearsal:
    environment = Report(
        "one/test",
        steps=[Step("apply", "98 added, 0 changed, 0 destroyed", 90.0), Step("ask AWS", "", 2.0)],
        checks=[Check("web: tasks", found, 2, "services")],
        answer=Answer({"stdout": "[hello]\n", "timings": {"total": 0.5}, "trace": {"code": "", "trace": [{}] * 7}}),
        failure=failure,
    )
    return Rehearsal({"one": SystemReport(Report("one/account"), [environment], [] if left is None else left)}, 125.4)


def text(result: Rehearsal) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(render(result))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_it_says_what_was_done_what_ran_and_that_nothing_is_left() -> None:
    said = text(rehearsal())
    assert "98 added" in said
    assert "services 1/1: web: tasks" in said
    assert "[hello]" in said
    assert "compiled and run in 0.50 s, 7 steps of it traced" in said
    assert "left of one: nothing" in said
    assert "All holds: 1 of 1 checks, 2 min 5 s" in said


def test_a_failed_check_says_what_was_found_and_expected() -> None:
    said = text(rehearsal(found=3))
    assert "found 3, expected 2" in said
    assert "It does not hold: 0 of 1 checks" in said


def test_left_overs_and_failures_are_findings() -> None:
    assert not rehearsal(left=["address a"]).passed
    assert "address a" in text(rehearsal(left=["address a"]))
    assert not rehearsal(failure="the apply failed [red]").passed
    assert "the apply failed [red]" in text(rehearsal(failure="the apply failed [red]"))


def test_what_was_never_counted_does_not_pass() -> None:
    result = rehearsal()
    result.systems["one"].left = None
    assert not result.passed


def test_the_json_has_every_check() -> None:
    environment = as_json(rehearsal(found=3))["systems"]["one"]["environments"][0]
    assert environment["checks"] == [
        {
            "concern": "services",
            "name": "web: tasks",
            "passed": False,
            "stub": False,
            "found": "3",
            "expected": "2",
        }
    ]
    assert environment["program"]["stdout"] == "[hello]\n"


def test_what_the_embedded_aws_only_claims_is_marked() -> None:
    plain = rehearsal()
    assert "°" not in text(plain)
    report = plain.systems["one"].environments[0]
    report.checks.append(Check("web: the deployment", "COMPLETED", "COMPLETED", "services", stub=True))
    assert "web: the deployment°" in text(plain)
    assert "° the embedded AWS says so without doing it" in text(plain)
