"""What terraform said when it refused to plan."""

from __future__ import annotations

import pytest

from generator.plan_tests import PlanFailedError

# As terraform 1.11 prints them, with and without the line at the left.
VALIDATION = """
╷
│ Error: Invalid value for variable
│
│   on slipway-plan-test.tfvars.json line 3:
│    3: "name": "X"
│     ├────────────────
│     │ var.name is "X"
│
│ name must be 3 to 63 lower-case
│ letters.
│
│ This was checked by the validation rule at variables.tf:8,3-13.
╵
"""
PRECONDITION = """
Error: Resource precondition failed

  on ../service/main.tf line 30, in resource "aws_ssm_parameter" "released_image":
  30:       condition     = false

memory must fit cpu.
"""


def test_a_wrapped_message_is_found() -> None:
    PlanFailedError(VALIDATION).check("lower-case letters.")
    PlanFailedError(VALIDATION).check("lower-case\n  letters.")


@pytest.mark.parametrize("at", ["", "variables.tf", "variables.tf:8"])
def test_the_place_is_a_file_or_a_line(at: str) -> None:
    PlanFailedError(VALIDATION).check("Invalid value", at)


def test_the_place_of_a_precondition_is_its_resource() -> None:
    PlanFailedError(PRECONDITION).check("memory must fit cpu.", "../service/main.tf:30")


@pytest.mark.parametrize("at", ["main.tf", "variables.tf:80", "variables", "slipway-plan-test.tfvars.json"])
def test_another_place_is_told(at: str) -> None:
    with pytest.raises(AssertionError, match=r"expected the error at .*; terraform points at variables\.tf:8$"):
        PlanFailedError(VALIDATION).check("Invalid value", at)


def test_an_error_without_a_place_is_told_so() -> None:
    with pytest.raises(AssertionError, match="terraform points at no file"):
        PlanFailedError("Error: something").check("something", "main.tf")


def test_another_message_is_told() -> None:
    with pytest.raises(AssertionError, match="expected an error with 'upper'; terraform said: Error: Invalid value"):
        PlanFailedError(VALIDATION).check("upper")
