"""The languages: what becomes of the source, and what is started."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.errors import RunnerError

PROGRAM_NAME = "main"
_COMPILING = ("-O0", "-pipe", "-fmax-errors=20")


@dataclass(frozen=True)
class Language:
    """One language: *source* is the name of the file that `code` becomes, *suffixes* those of further sources.

    A language without a *compiler* is checked by its interpreter instead, so that a syntax error is a compile error.
    """

    name: str
    source: str
    suffixes: tuple[str, ...]
    compiler: str | None = None
    options: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    def sources(self, names: Sequence[str]) -> list[str]:
        """Those of the files *names* that are handed to the compiler, the main one first."""
        others = sorted(name for name in names if name != self.source and name.endswith(self.suffixes))
        return [self.source, *others]

    def compiling(self, tool: str, names: Sequence[str], more: Sequence[str] = ()) -> list[str]:
        """The words of the compile stage with the compiler or interpreter at *tool*, and *more* compiler options."""
        if self.compiler is None:
            return [tool, *_PYTHON, "-c", _CHECK, *self.sources(names)]
        return [tool, *self.options, *_COMPILING, *more, "-o", PROGRAM_NAME, *self.sources(names), *self.libraries]

    def precompiling(self, tool: str, more: Sequence[str], header: str) -> list[str]:
        """The words that compile *header* for programs compiled with *more* options; to *header* with ".gch"."""
        return [tool, *self.options, *_COMPILING, *more, "-x", "c++-header", "-o", f"{header}.gch", header]

    def running(self, tool: str, arguments: Sequence[str]) -> list[str]:
        """The words of the run stage."""
        if self.compiler is None:
            return [tool, *_PYTHON, self.source, *arguments]
        return [f"./{PROGRAM_NAME}", *arguments]


# No user site, no environment variables, no bytecode files; the work directory stays importable, for further files.
_PYTHON = ("-E", "-s", "-B")
_CHECK = """
import sys
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        text = file.read()
    try:
        compile(text, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        import traceback
        sys.exit("".join(traceback.format_exception_only(error)).rstrip())
"""

CPP = Language("cpp", "main.cpp", (".cpp", ".cc", ".cxx"), "g++", ("-std=c++17",))
C = Language("c", "main.c", (".c",), "gcc", ("-std=gnu17",), ("-lm",))
PYTHON = Language("python", "main.py", (".py",))
LANGUAGES = {language.name: language for language in (CPP, C, PYTHON)}

# The interpreter of the system, not one that the caller's PATH puts first: a program's user has to be able to run it.
_INTERPRETERS = ("/usr/bin/python3", "/usr/local/bin/python3", "/var/lang/bin/python3", "/bin/python3")


def find_interpreter() -> str:
    """The Python that programs run on. RunnerError if there is none."""
    for path in _INTERPRETERS:
        if shutil.which(path):
            return str(Path(path).resolve())
    raise RunnerError("no Python was found for programs.", cure="Install it (Debian: apt-get install python3).")
