"""A scaffolded module passes every guard of the others, in a copy of this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAME = "dead_letters"
PYTHON = ("generator/modules", "generator/examples", "tests/plan")
# The guards, each a command that must succeed there. Whatever goes through all modules is asked about this one.
GUARDS = {
    "generated files": ["generator.cli.main", "synth", "--check"],
    "pages": ["tests.plan.pages", "--check"],
    "format": ["ruff", "format", "--check", "FILES"],
    "lint": ["ruff", "check", "FILES"],
    "types": ["mypy", "FILES"],
    "plan tests": ["pytest", f"tests/plan/test_{NAME}.py", f"tests/plan/{NAME}"],
    "guards of plan tests": [
        "pytest",
        *(f"tests/plan/test_{guard}.py" for guard in ("capabilities", "coverage", "examples", "wrong_values")),
        "-k",
        f"{NAME} or every_message or capabilities",
    ],
    "conventions": ["pytest", "tests/emit/test_conventions.py", "tests/emit/test_provider_6.py"],
    "mutants": ["tests.mutation", NAME, "--jobs", "1"],
    "life of the examples": ["pytest", "tests/rehearsal/modules/test_examples.py", "--full", "-k", NAME],
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = Path(__file__).resolve().parents[2]
    into = tmp_path_factory.mktemp("scaffold") / "slipway"
    shutil.copytree(source, into, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.tfstate*"))
    for words in (["generator.cli.main", "new", "module", NAME], ["generator.cli.main", "synth"], ["tests.plan.pages"]):
        done = run(into, words)
        assert done.returncode == 0, done.stdout + done.stderr
    return into


def run(copy: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """``python -m`` with *words*, in the copy and of the copy."""
    files = [str(file.relative_to(copy)) for folder in PYTHON for file in sorted((copy / folder).glob(f"*{NAME}*.py"))]
    words = [word for each in words for word in (files if each == "FILES" else [each])]
    if words[0] == "pytest":
        words[1:1] = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    # Nothing of the run that this test is part of: a worker of pytest-xdist is none there.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env=environment | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.slow
@pytest.mark.xdist_group("scaffold")
@pytest.mark.parametrize("guard", GUARDS)
def test_a_scaffolded_module_passes(copy: Path, guard: str) -> None:
    done = run(copy, GUARDS[guard])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no tests ran" not in done.stdout
    assert " 0 mutants" not in done.stdout
