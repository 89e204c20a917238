"""The complete example of docs/plan-tests.md, run as a team would run it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.plan_tests.conftest import write

pytest_plugins = ["pytester"]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "plan-tests.md"
FILE = re.compile(r"^`([\w./]+)`:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_complete_example_passes_and_its_cases_are_collected(pytester: pytest.Pytester) -> None:
    files = dict(FILE.findall(PAGE.read_text(encoding="utf-8")))
    assert {"pyproject.toml", "modules/queue/main.tf", "tests/test_queue.py"} <= files.keys()
    write(pytester.path, files)
    result = pytester.runpytest_subprocess("-q", "-n", "2", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=6)
    result = pytester.runpytest_subprocess("-q", "-n", "0", "-p", "no:cacheprovider", "--no-plan-cache")
    result.assert_outcomes(passed=6)
