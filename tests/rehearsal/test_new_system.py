"""docs/new-system.md, followed word for word in a repository of its own: what it says is written, run and printed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from generator.errors import ManifestError
from generator.synthesis import differences, emit, write_files
from generator.systems.manifest import load_manifest
from tests.rehearsal.conftest import PROJECT, SLIPWAY, plain_terminal, slipway
from tests.tutorials import IDENTITY, Block, Shell, blocks, missing, repository

PAGE = PROJECT / "docs/new-system.md"
MANIFEST = "envs/quiz/system.yaml"
# What the first block makes, the tests run in: `slipway` and what it needs.
INSTALL = """\
python3 -m venv .venv
. .venv/bin/activate
pip install --constraint constraints.txt --editable .
"""


@pytest.fixture
def page() -> list[Block]:
    """The blocks that follow the installation."""
    install, *rest = blocks(PAGE)
    assert install.text == INSTALL
    return rest


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a copy of the repository, with the command `slipway`."""
    command = tmp_path / "bin/slipway"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {" ".join(SLIPWAY)} "$@"\n')
    command.chmod(0o755)
    copy = repository(PROJECT, tmp_path / "slipway", ("envs", "modules", "docs", ".github", ".gitignore"))
    environment = plain_terminal() | IDENTITY
    environment["PATH"] = f"{command.parent}:{environment['PATH']}"
    environment["PYTHONPATH"] = ":".join(path for path in sys.path if path)
    return Shell(copy, environment)


@pytest.fixture
def manifest(page: list[Block], tmp_path: Path) -> Path:
    """The manifest as the page has it written first."""
    (first, *_) = (block for block in page if block.file)
    (tmp_path / "envs/quiz").mkdir(parents=True)
    first.write(tmp_path)
    return tmp_path / MANIFEST


def test_two_services_and_a_database_are_under_forty_lines(manifest: Path) -> None:
    lines = [line for line in manifest.read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) < 40
    environment = load_manifest(manifest).resolve("test")
    assert set(environment.services) == {"web", "api"}
    assert set(environment.databases) == {"main"}


def keys(node: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys that mean something: names of services, variables and the like are the author's own."""
    if isinstance(node, dict):
        for key, value in node.items():
            if path not in {("services",), ("databases",), ("environments",), ("services", "api", "variables")}:
                yield key
            yield from keys(value, (*path, key))


def test_every_key_is_explained(manifest: Path) -> None:
    rows = PAGE.read_text(encoding="utf-8").partition("| field | says |")[2].partition("\n\n")[0].splitlines()[2:]
    told = {key for row in rows for field in re.findall("`([^`]+)`", row.split("|")[1]) for key in field.split(".")}
    assert set(keys(YAML(typ="safe", pure=True).load(manifest))) - told == set()


def test_an_editor_takes_the_manifest(manifest: Path) -> None:
    schema = json.loads((PROJECT / "envs/system.schema.json").read_text(encoding="utf-8"))
    data = YAML(typ="safe", pure=True).load(manifest)
    assert [error.message for error in Draft7Validator(schema).iter_errors(data)] == []


def test_each_step_of_the_manifest_becomes_terraform(page: list[Block], manifest: Path) -> None:
    project = manifest.parents[2]
    write_files(project, emit(project))
    (later,) = (block for block in page if block.at_end)
    later.write(project)
    changed = {Path(difference.file).parent.name for difference in differences(project, emit(project))}
    assert changed == {"account", "prod"}


def test_the_mistake_on_the_page_is_told_as_the_page_says(page: list[Block], manifest: Path) -> None:
    (told,) = (block for block in page if not block.language)
    manifest.write_text(manifest.read_text().replace("healthcheck", "helthcheck", 1))
    with pytest.raises(ManifestError) as refused:
        load_manifest(manifest)
    assert missing(told.text, f"error: {refused.value}") == []


def test_before_synth_a_plan_says_what_to_do(manifest: Path) -> None:
    refused = slipway("plan", "quiz/test", cwd=manifest.parents[2])
    assert refused.returncode == 2
    assert "envs/quiz/test: nothing was written there yet\n  Run `slipway synth`." in refused.stderr


@pytest.mark.slow
@pytest.mark.rehearsal(200)
def test_the_page_works_word_for_word(page: list[Block], shell: Shell) -> None:
    printed = ""
    for block in page:
        if block.file:
            block.write(shell.directory)
        elif block.language == "sh":
            printed = shell.succeed(block.text)
        elif block.language == "text":
            assert missing(block.text, printed) == [], printed
    assert any("slipway rehearse quiz/test" in block.text for block in page if block.language == "sh")
    assert shell.succeed("git log -1 --format=%s").strip() == "Add the quiz"
