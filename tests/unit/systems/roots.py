"""Root modules for tests to look at: the files of an environment, and blocks without their alignment."""

from __future__ import annotations

from pathlib import Path

from generator.hcl.writer import write
from generator.schema.prune import load
from generator.systems.account import AccountRoot
from generator.systems.environment import EnvironmentRoot
from generator.systems.manifest import Environment, load_manifest


def environment(directory: Path, text: str, name: str = "test") -> Environment:
    """The environment *name* of the manifest *text*."""
    path = directory / "system.yaml"
    path.write_text(text)
    return load_manifest(path).resolve(name)


def emitted(directory: Path, text: str, name: str = "test") -> dict[str, str]:
    """The files of that environment's root module."""
    return write(EnvironmentRoot(environment(directory, text, name)), load(), "header")


def block(files: dict[str, str], label: str, kind: str = "module") -> list[str]:
    """The lines of the block *label*, with single spaces."""
    (text,) = [t for t in files.values() if f'{kind} "{label}" {{' in t]
    body = text[text.index(f'{kind} "{label}" {{') :].split("\n}\n")[0]
    return [" ".join(line.split()) for line in body.splitlines()]


def emitted_account(directory: Path, text: str) -> dict[str, str]:
    """The files of the root module of what exists once an account."""
    path = directory / "system.yaml"
    path.write_text(text)
    return write(AccountRoot(load_manifest(path).account), load(), "header")
