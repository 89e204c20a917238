"""Terraform's event stream becomes typed events, and nothing in it is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.terraform.driver import Terraform
from generator.terraform.events import (
    ChangeCounts,
    ChangeSummary,
    DiagnosticEvent,
    Event,
    MessageEvent,
    OperationEvent,
    OutputsEvent,
    PlainLine,
    ResourceChange,
    VersionEvent,
    parse_event,
)
from tests.unit.terraform.conftest import MakeTerraform

CONFIGURATION = """
variable "input" { default = 1 }
resource "terraform_data" "one" {
  input = var.input
  provisioner "local-exec" { command = "echo hello" }
}
output "id" { value = terraform_data.one.id }
output "secret" {
  value     = "s3cret"
  sensitive = true
}
check "warns" {
  assert {
    condition     = var.input > 5
    error_message = "The input is small."
  }
}
"""


class Recorder:
    """A reporter that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def begin(self, command: str) -> None:
        self.heard.append(("begin", command))

    def event(self, event: Event) -> None:
        self.heard.append(event)

    def end(self, succeeded: bool) -> None:
        self.heard.append(("end", succeeded))

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def terraform(make_terraform: MakeTerraform, recorder: Recorder) -> Terraform:
    made = make_terraform(CONFIGURATION, reporter=recorder)
    recorder.heard.clear()
    return made


def test_an_apply_is_heard_from_the_version_to_the_outputs(terraform: Terraform, recorder: Recorder) -> None:
    terraform.apply()
    assert recorder.heard[0] == ("begin", "apply")
    assert recorder.heard[-1] == ("end", True)
    assert recorder.of(VersionEvent)[0].ui.startswith("1.")
    change = ResourceChange("terraform_data.one", "", "terraform_data", "create", "", drift=False)
    assert recorder.of(ResourceChange) == [change]
    steps = [(event.kind, event.phase) for event in recorder.of(OperationEvent)]
    assert steps[0] == ("apply", "start")
    assert steps[-1] == ("apply", "complete")
    assert ("provision", "progress") in steps
    assert "hello" in [event.output for event in recorder.of(OperationEvent)]
    assert recorder.of(ChangeSummary)[-1] == ChangeSummary("apply", ChangeCounts(add=1))
    assert recorder.of(OutputsEvent)[-1].sensitive == {"id": False, "secret": True}
    [warning] = {event.diagnostic for event in recorder.of(DiagnosticEvent)}
    assert (warning.severity, warning.detail) == ("warning", "The input is small.")


def test_a_sensitive_value_is_in_no_event(terraform: Terraform, recorder: Recorder) -> None:
    terraform.apply()
    assert "s3cret" not in repr(recorder.heard)


def test_a_refresh_is_heard(terraform: Terraform, recorder: Recorder) -> None:
    terraform.apply()
    recorder.heard.clear()
    terraform.plan()
    refreshes = [event for event in recorder.of(OperationEvent) if event.kind == "refresh"]
    assert [event.phase for event in refreshes] == ["start", "complete"]
    assert refreshes[0].id


def test_an_event_of_an_unknown_type_is_kept_whole() -> None:
    raw = {"@message": "New in 2.0", "type": "hologram", "shape": [1, 2]}
    assert parse_event(json.dumps(raw)) == MessageEvent("hologram", "New in 2.0", raw)


@pytest.mark.parametrize(
    "kind", ["version", "planned_change", "change_summary", "diagnostic", "outputs", "apply_start"]
)
@pytest.mark.parametrize("body", [{}, {"change": 3, "changes": [], "diagnostic": "x", "outputs": 1, "hook": None}])
def test_a_known_type_of_another_shape_is_kept_as_a_message(kind: str, body: dict[str, Any]) -> None:
    event = parse_event(json.dumps({"@message": "said", "type": kind, **body}))
    assert isinstance(event, MessageEvent)
    assert event.message == "said"


@pytest.mark.parametrize("line", ["panic: boom", "", "[1, 2]", "3", '{"half": '])
def test_a_line_that_is_no_object_is_kept_as_text(line: str) -> None:
    assert parse_event(line) == PlainLine(line)


def test_unknown_fields_are_ignored() -> None:
    line = '{"type": "change_summary", "changes": {"add": 1, "remove": 2, "operation": "plan", "future": true}}'
    assert parse_event(line) == ChangeSummary("plan", ChangeCounts(add=1, destroy=2))
