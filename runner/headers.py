"""Precompiled headers: a third of the time that g++ takes for a program with <iostream> is that header's.

`python -m runner.headers`, as root while an image is built, compiles it into a directory that no program can write to,
once for programs as they are and once for those that are traced: g++ takes one with the very options it was made with
only, and reads the header itself otherwise. Where there is no such directory nothing is different but the time.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from runner.errors import RunnerError
from runner.languages import CPP, Language
from runner.launcher import find_compiler
from runner.trace.recorder import COMPILER_OPTIONS

# Below /usr, which a compiler may read in every home.
DIRECTORY = Path("/usr/lib/slipway-runner")
HEADER = "iostream"
_KINDS = {"plain": (), "traced": COMPILER_OPTIONS}
# What may stand before the first other line: a header that comes first anyhow can as well be given first. Anything
# else, such as a macro, might have meant something to it.
_BEFORE = re.compile(
    r"\s+|//[^\n\\]*(?=\n)|/\*.*?\*/|#[ \t]*include[ \t]*<(?P<name>[a-z_]+)>[ \t]*(?=\n|//)", re.DOTALL
)


def options_for(language: Language, code: str, sources: Sequence[str], options: Sequence[str]) -> tuple[str, ...]:
    """The compiler's options that have *code* start with its precompiled header, if it is the only one of *sources*
    and begins with it. *options* are those that its kind of program is compiled with."""
    kind = next((name for name, given in _KINDS.items() if tuple(given) == tuple(options)), None)
    if language is not CPP or kind is None or len(sources) != 1 or not begins_with(HEADER, code):
        return ()
    header = DIRECTORY / kind / f"{HEADER}.hpp"
    return ("-include", str(header)) if _is_ours(header) else ()


def begins_with(header: str, code: str) -> bool:
    """Whether *header* is included before anything that could change what it means."""
    position = 0
    while match := _BEFORE.match(code, position):
        if match["name"] == header:
            return True
        position = match.end()
    return False


def build(directory: Path = DIRECTORY) -> None:
    """Compile the header into *directory*. RunnerError if that fails."""
    compiler = find_compiler(CPP.compiler or "")
    for kind, options in _KINDS.items():
        folder = directory / kind
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        header = folder / f"{HEADER}.hpp"
        header.write_text(f"#include <{HEADER}>\n")
        words = CPP.precompiling(compiler.path, options, header.name)
        done = subprocess.run(words, cwd=folder, env=compiler.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RunnerError(f"the header {HEADER} could not be compiled: {done.stderr.strip()}")


def _is_ours(header: Path) -> bool:
    """Whether *header* and its directories are root's alone to change: else it might be a program's."""
    for path in (header.with_name(f"{header.name}.gch"), header, *header.parents):
        try:
            found = path.lstat()
        except OSError:
            return False
        if found.st_uid != 0 or stat.S_ISLNK(found.st_mode) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return False
    return True


def main() -> None:
    """Build where images have it."""
    os.umask(0o022)
    try:
        build()
    except (RunnerError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
