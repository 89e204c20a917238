"""mypy finds what is wrong with a use of the bindings, and nothing else.

A line of the cases says what mypy must say of it: ``# E: text``, once for each message, in any order.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "cases"
MESSAGE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: (?P<text>.*)")

Place = tuple[str, int]


def expected() -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = {}
    for file in CASES.glob("*.py"):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if texts := [text.strip() for text in line.split("# E:")[1:]]:
                found[file.name, number] = texts
    return found


def reported() -> dict[Place, list[str]]:
    """What mypy says. Raises when it says something else than errors in the cases."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", *_cases()],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[Place, list[str]] = defaultdict(list)
    for line in done.stdout.splitlines():
        if message := MESSAGE.fullmatch(line):
            assert Path(message["file"]).parent == CASES.relative_to(PROJECT), line
            found[Path(message["file"]).name, int(message["line"])].append(message["text"])
        else:
            assert ": note: " in line, line
    return dict(found)


def _cases() -> list[str]:
    return [str(file.relative_to(PROJECT)) for file in sorted(CASES.glob("*.py"))]


def test_mypy_says_exactly_what_the_cases_expect() -> None:
    wanted, found = expected(), reported()
    assert sum(map(len, wanted.values())) > 25
    assert found.keys() == wanted.keys()
    for place, texts in wanted.items():
        assert len(found[place]) == len(texts), (place, found[place])
        for text in texts:
            assert any(text in message for message in found[place]), (place, text, found[place])


def test_one_case_file_expects_nothing() -> None:
    assert {file.name for file in CASES.glob("*.py")} - {name for name, _ in expected()} == {"correct.py"}
