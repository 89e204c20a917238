"""Compiles programs of the tests and records them, without the run that the engine would make beside."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.contract import RUN_LIMITS
from runner.identity import SLOT_UIDS
from runner.launcher import launcher
from runner.trace.build import linked
from runner.trace.program import Program
from runner.trace.recorder import COMPILER_OPTIONS, LINKED_AS, record

PROGRAMS = Path(__file__).with_name("programs")
LIMITS = replace(RUN_LIMITS, wall_seconds=20, cpu_seconds=4, file_size_bytes=4 << 20, processes=16)


def compiled(code: str, name: str, *options: str) -> bytes:
    """The program that *code* makes; *name* says the language."""
    compiler = shutil.which("gcc" if name.endswith(".c") else "g++")
    if compiler is None:
        pytest.fail("gcc and g++ are needed")
    with tempfile.TemporaryDirectory(prefix="slipway-test-") as directory:
        (Path(directory) / name).write_text(code)
        (Path(directory) / LINKED_AS).write_bytes(linked())
        words = [compiler, "-w", "-O0", *COMPILER_OPTIONS, *options, "-o", "program", name]
        subprocess.run(words, cwd=directory, check=True, capture_output=True)
        return (Path(directory) / "program").read_bytes()


def traced(
    code: str, name: str = "main.cpp", stdin: str = "", *, options: tuple[str, ...] = (), memcheck: bool = False
) -> dict[str, Any]:
    """The trace of *code*."""
    options = options or (() if name.endswith(".c") else ("-std=c++17",))
    program = Program(compiled(code, name, *options), name, code, stdin.encode(), LIMITS, memcheck)
    return record(program, launcher(), SLOT_UIDS).trace
