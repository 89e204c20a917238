"""What is said of a program that a rehearsal runs."""

from __future__ import annotations

from generator.rehearsal.program import Answer

WHY = "Compiling stopped at its limit: wall (10 s; measured 10.5 s)."


def test_of_a_program_that_ran_its_output_is_said() -> None:
    assert Answer({"success": True, "stdout": "hello\n", "error": None}).said == "hello\n"


def test_of_one_that_did_not_end_well_the_reason_is_said() -> None:
    assert Answer({"success": False, "stdout": "", "error": WHY}).said == WHY


def test_an_answer_of_another_form_is_said_whole() -> None:
    assert Answer({"message": "busy"}).said == "{'message': 'busy'}"
