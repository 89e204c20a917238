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


def test_a_trace_is_told_by_its_last_step() -> None:
    last = {"event": "return", "funcName": "main", "line": 9}
    assert Answer({"trace": {"code": "", "trace": [{}, last]}}).last_step == "return in main, line 9"


def test_why_there_is_no_trace_is_told() -> None:
    assert Answer({"trace": None, "traceError": "It has threads."}).last_step == "no trace: It has threads."
    assert Answer({"success": False, "trace": None, "error": WHY}).last_step == f"no trace: {WHY}"
