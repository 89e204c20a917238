"""Everything on the list of what AWS refuses is caught by something that is there, and is shown by a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.refusals import Refusal, checks, is_test, refusals, wrong_calls

ROWS = [one for rows in refusals().values() for one in rows]


@pytest.mark.parametrize("refusal", ROWS, ids=lambda one: one.refuses)
def test_what_aws_refuses_is_caught_and_shown(project: Path, refusal: Refusal) -> None:
    assert refusal.messages or refusal.tests
    assert [test for test in refusal.tests if not is_test(project, test)] == []
    for module, beginnings in refusal.messages.items():
        for beginning in beginnings:
            found = checks(project, module, beginning)
            assert found, f"{module} has no check that says: {beginning}"
            for _, message in found:
                assert list(wrong_calls(module, message)), f"no wrong call of {module} ends with: {message}"


def test_a_check_that_is_not_there_is_missed(project: Path) -> None:
    assert checks(project, "vpc", "The moon must be full") == []
    assert not is_test(project, "tests/plan/test_vpc.py::test_that_was_never_written")
