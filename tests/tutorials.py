"""Pages of docs/ that tests follow word for word: their blocks, and a repository and a shell to follow them in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# A block of a page; where a line above it names a file, what the file holds, or what is put at its end.
BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`(?P<at_end>, at its end)?:\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
IDENTITY = {
    "GIT_AUTHOR_NAME": "Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.com",
    "GIT_COMMITTER_NAME": "Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass(frozen=True)
class Block:
    """A fenced block: its text, and the file that the line above it names, if any."""

    language: str
    text: str
    file: str | None
    at_end: bool

    def write(self, directory: Path) -> None:
        """Do with the file below *directory* what a reader does."""
        assert self.file is not None
        path = directory / self.file
        before = path.read_text(encoding="utf-8") if self.at_end else ""
        path.write_text(before + self.text, encoding="utf-8")


@dataclass(frozen=True)
class Shell:
    """A shell in *directory*."""

    directory: Path
    environment: Mapping[str, str]

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run *commands* until one fails."""
        return subprocess.run(
            ["sh", "-e", "-c", commands],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def succeed(self, commands: str) -> str:
        """What *commands* print on standard output; fails if one of them fails."""
        done = self.run(commands)
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        return done.stdout


def blocks(page: Path) -> list[Block]:
    """The blocks of *page*, in order."""
    return [
        Block(found["language"], found["text"], found["file"], found["at_end"] is not None)
        for found in BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


def repository(project: Path, into: Path, names: Iterable[str]) -> Path:
    """A git repository of what is committed and changed in *project*: its files and folders *names*."""
    into.mkdir(parents=True, exist_ok=True)
    for name in names:
        if (project / name).is_dir():
            shutil.copytree(project / name, into / name, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        else:
            shutil.copy(project / name, into / name)
    Shell(into, os.environ | IDENTITY).succeed("git init --quiet; git add .; git commit --quiet -m 'Begin'")
    return into


def missing(expected: str, printed: str) -> list[str]:
    """The lines of *expected* that do not follow each other in *printed*.

    … is anything within a line, and any number of spaces is one. Printed lines between them and behind them, such as
    rows and columns that a page leaves out, do not count.
    """
    absent, rest = [], [" ".join(line.split()) for line in printed.splitlines()]
    for line in expected.splitlines():
        parts = " ".join(line.split()).split("…")
        pattern = re.compile(".*".join(re.escape(part) for part in parts))
        at = next((number for number, found in enumerate(rest) if pattern.match(found)), None)
        if at is None:
            absent.append(line)
        else:
            rest = rest[at + 1 :]
    return absent
