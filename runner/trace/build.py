"""Builds the tracer's parts that are C: the agent (agent/*.c), which is preloaded into traced programs, and what is
linked into them (linked/*.c)."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from runner.errors import RunnerError
from runner.launcher import find_compiler

_HERE = Path(__file__).parent
_COMMON = ("-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror")
_LIBRARY = (
    "-fPIC",
    "-shared",
    "-Wl,--as-needed",  # a C program gets no C++ library
    "-fvisibility=hidden",
    "-fno-builtin-malloc",  # or calloc would be turned into a call of itself
    "-fno-stack-protector",  # what it interrupts may have broken the stack
)


@cache
def agent() -> bytes:
    """The library, built once a process with the machine's compiler (some tenths of a second). RunnerError if that
    fails.

    A process that runs programs under its own user calls this before the first of them: a later build could be
    tampered with.
    """
    return _built(_LIBRARY, sorted((_HERE / "agent").glob("*.c")))


@cache
def linked() -> bytes:
    """The object file that takes the place of libubsan. RunnerError if it cannot be built."""
    return _built(("-c",), [_HERE / "linked" / "bounds.c"])


def _built(options: Iterable[str], sources: Iterable[Path]) -> bytes:
    compiler = find_compiler()
    with tempfile.TemporaryDirectory(prefix="slipway-agent-") as directory:
        target = Path(directory) / "built"
        # g++ takes -x for the next file only.
        files = (word for path in sources for word in ("-x", "c", str(path)))
        words = [compiler.path, *_COMMON, *options, "-o", str(target), *files]
        environment = {**compiler.environment, "TMPDIR": directory}
        done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip()
            raise RunnerError(f"a part of the tracer could not be built: {reason}")
        return target.read_bytes()
