"""What is shown while terraform works."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest
from rich.console import Console

from generator.terraform.events import parse_event
from generator.terraform.progress import ProgressDisplay, RichReporter, SilentReporter
from tests.unit.terraform.conftest import MakeTerraform


def console(*, terminal: bool) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, force_terminal=terminal, width=100, color_system=None), stream


def tell(reporter: RichReporter, kind: str, **body: Any) -> None:
    reporter.event(parse_event(json.dumps({"type": kind, **body})))


def resource(address: str, action: str, **more: Any) -> dict[str, Any]:
    return {"resource": {"addr": address, "resource_type": "t", "module": ""}, "action": action, **more}


def rendered(display: ProgressDisplay) -> str:
    plain = Console(file=io.StringIO(), width=100)
    with plain.capture() as captured:
        plain.print(display)
    return captured.get()


def test_a_running_apply_shows_how_far_it_is_and_what_it_works_on() -> None:
    target, _ = console(terminal=False)
    display = ProgressDisplay(target)
    reporter = display.reporter("seepp/test")
    assert rendered(display).strip() == ""
    reporter.begin("apply")
    tell(reporter, "planned_change", change=resource("aws_vpc.a", "create"))
    tell(reporter, "planned_change", change=resource("aws_vpc.b", "replace"))
    tell(reporter, "planned_change", change=resource("data.aws_region.c", "read"))
    tell(reporter, "apply_start", hook=resource("aws_vpc.a", "create"))
    tell(reporter, "apply_start", hook=resource("data.aws_region.c", "read"))
    assert "0/3" in rendered(display)
    assert "create  aws_vpc.a" in rendered(display)
    assert "aws_region" not in rendered(display)
    tell(reporter, "apply_complete", hook=resource("aws_vpc.a", "create"))
    tell(reporter, "apply_start", hook=resource("aws_vpc.b", "delete"))
    assert "1/3" in rendered(display)
    assert "aws_vpc.a" not in rendered(display)
    tell(reporter, "apply_errored", hook=resource("aws_vpc.b", "delete"))
    assert "1/3" in rendered(display)
    assert "aws_vpc.b" not in rendered(display)
    reporter.end(False)
    assert rendered(display).strip() == ""


def test_many_resources_at_work_are_counted_instead_of_listed() -> None:
    display = ProgressDisplay(console(terminal=False)[0])
    reporter = display.reporter("x")
    reporter.begin("apply")
    for number in range(20):
        tell(reporter, "planned_change", change=resource(f"r.n{number}", "create"))
        tell(reporter, "apply_start", hook=resource(f"r.n{number}", "create"))
    shown = rendered(display)
    assert len(shown.splitlines()) == 8
    assert "and 14 more" in shown


def test_an_interrupted_run_says_that_it_is_stopping() -> None:
    display = ProgressDisplay(console(terminal=False)[0])
    reporter = display.reporter("x")
    reporter.begin("apply")
    tell(reporter, "log", **{"@message": "\nInterrupt received.\nPlease wait for Terraform to exit"})
    assert "x stopping" in rendered(display)


def test_several_runs_are_shown_at_once() -> None:
    display = ProgressDisplay(console(terminal=False)[0])
    first, second = display.reporter("one"), display.reporter("two")
    first.begin("apply")
    second.begin("plan")
    tell(second, "refresh_complete", hook=resource("r.a", ""))
    shown = rendered(display)
    assert "one apply" in shown
    assert "two plan" in shown
    assert "1 refreshed" in shown


def test_without_a_terminal_each_command_is_one_line(make_terraform: MakeTerraform) -> None:
    target, stream = console(terminal=False)
    with ProgressDisplay(target) as display:
        terraform = make_terraform('resource "terraform_data" "one" {}', reporter=display.reporter("seepp/test"))
        terraform.plan()
        terraform.apply()
        terraform.destroy()
    lines = [line.rpartition(" in ")[0] for line in stream.getvalue().splitlines()]
    assert lines == [
        "✓ seepp/test init: done",
        "✓ seepp/test plan: 1 to add, 0 to change, 0 to destroy",
        "✓ seepp/test apply: 1 added, 0 changed, 0 destroyed",
        "✓ seepp/test destroy: 0 added, 0 changed, 1 destroyed",
    ]


def test_a_failed_command_says_how_far_it_came() -> None:
    target, stream = console(terminal=False)
    reporter = ProgressDisplay(target).reporter("x")
    reporter.begin("apply")
    tell(reporter, "planned_change", change=resource("r.a", "create"))
    reporter.end(False)
    assert stream.getvalue().startswith("✗ x apply: failed after 0 of 1 changes in ")


def test_on_a_terminal_the_row_moves_and_one_line_stays() -> None:
    target, stream = console(terminal=True)
    with ProgressDisplay(target) as display:
        reporter = display.reporter("x")
        reporter.begin("apply")
        tell(reporter, "planned_change", change=resource("r.a", "create"))
        tell(reporter, "apply_start", hook=resource("r.a", "create"))
        deadline = time.monotonic() + 30
        while "create  r.a" not in stream.getvalue():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        reporter.end(True)
    assert "✓ x apply" in stream.getvalue()


@pytest.mark.parametrize("line", ["panic: [bold]boom[/bold]", "[/]", "plain"])
def test_a_line_that_is_no_event_is_shown_as_it_is(line: str) -> None:
    target, stream = console(terminal=False)
    reporter = ProgressDisplay(target).reporter("x")
    reporter.begin("plan")
    reporter.event(parse_event(line))
    assert stream.getvalue() == line + "\n"


def test_a_warning_is_shown_once() -> None:
    target, stream = console(terminal=False)
    reporter = ProgressDisplay(target).reporter("x")
    for command in ("plan", "apply"):
        reporter.begin(command)
        body = {"severity": "warning", "summary": "Deprecated", "detail": "d", "address": "aws_vpc.a"}
        tell(reporter, "diagnostic", diagnostic=body)
        reporter.end(True)
    assert stream.getvalue().count("warning: x: aws_vpc.a: Deprecated") == 1


def test_the_silent_reporter_prints_nothing(make_terraform: MakeTerraform, capfd: pytest.CaptureFixture[str]) -> None:
    make_terraform('resource "terraform_data" "one" {}', reporter=SilentReporter()).apply()
    assert capfd.readouterr() == ("", "")
