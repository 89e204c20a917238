"""The committed bindings are what the schema says, and every one of them has a user."""

from __future__ import annotations

import inspect
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from generator.bindings import functions
from generator.examples import all_examples, built_examples
from generator.hcl.expression import Expr
from generator.hcl.module_call import built
from generator.hcl.resource import Block
from generator.hcl.stack import Stack
from generator.modules import all_modules
from generator.schema import __main__ as command
from generator.schema.prune import load
from generator.schema.services import SERVICES
from generator.systems.account import AccountRoot
from generator.systems.environment import EnvironmentRoot
from generator.systems.manifest import load_manifest

PROJECT = Path(__file__).resolve().parents[3]
SCHEMA_KINDS = ("resource", "data", "ephemeral")


def bound_classes() -> Iterator[type[Block]]:
    for service in SERVICES:
        module = import_module(f"generator.bindings.{service}")
        for found in vars(module).values():
            if inspect.isclass(found) and issubclass(found, Block) and found.__module__ == module.__name__:
                yield found


def kind_and_type(bound: type[Block]) -> tuple[str, str]:
    return bound._kind, bound.type_


def stacks() -> Iterator[Stack]:
    for module in all_modules().values():
        yield built(module)
    for name in all_examples():
        yield from built_examples(name)
    for path in PROJECT.glob("envs/*/system.yaml"):
        manifest = load_manifest(path)
        yield AccountRoot(manifest.account)
        for name in manifest.environments:
            yield EnvironmentRoot(manifest.resolve(name))


def test_the_bindings_are_what_the_committed_schema_gives() -> None:
    for name, text in command.from_committed().items():
        assert (command.BINDINGS / name).read_text(encoding="utf-8") == text, name


def test_every_type_of_the_schema_has_one_class() -> None:
    found = sorted(kind_and_type(bound) for bound in bound_classes())
    assert found == sorted((kind, name) for kind in SCHEMA_KINDS for name in load()[kind])


def test_no_two_classes_have_one_name() -> None:
    names = [bound.__name__ for bound in bound_classes()]
    assert sorted(names) == sorted(set(names))


def test_every_bound_type_has_a_user() -> None:
    used = {(kind, type_) for stack in stacks() for kind, type_, _ in stack.placements if kind in SCHEMA_KINDS}
    assert {kind_and_type(bound) for bound in bound_classes()} - used == set()


def test_every_function_is_typed_and_gives_an_expression() -> None:
    found = {
        name: inspect.signature(f)
        for name, f in vars(functions).items()
        if inspect.isfunction(f) and f.__module__ == functions.__name__
    }
    assert len(found) > 100
    for name, signature in found.items():
        assert signature.return_annotation == "Expr", name
        assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values()), name


def test_functions_render_their_call() -> None:
    assert functions.max_(1, Expr("var.a")).code == "max(1, var.a)"
    assert functions.format_("%s-%d", "x", 1).code == 'format("%s-%d", "x", 1)'


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["generator.schema", *arguments])
    return command.main()


@pytest.fixture
def bindings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bindings that the command takes for the real ones."""
    copy = tmp_path / "bindings"
    shutil.copytree(command.BINDINGS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(command, "BINDINGS", copy)
    return copy


def test_check_names_what_is_out_of_date_and_writes_nothing(
    bindings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--committed", "--check") == 0
    (bindings / "ssm.py").write_text("edited\n")
    (bindings / "left_over.py").write_text("old\n")
    assert run(monkeypatch, "--committed", "--check") == 1
    said = capsys.readouterr().out.splitlines()[-2:]
    assert said == [f"out of date: generator/bindings/{name}" for name in ("ssm.py", "left_over.py")]
    assert (bindings / "ssm.py").read_text() == "edited\n"


def test_the_command_restores_files_and_removes_what_no_service_has(
    bindings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = (bindings / "ssm.py").read_text()
    (bindings / "ssm.py").write_text("edited\n")
    (bindings / "left_over.py").write_text("old\n")
    assert run(monkeypatch, "--committed") == 0
    assert (bindings / "ssm.py").read_text() == true
    assert not (bindings / "left_over.py").exists()
    assert (bindings / "functions.py").exists()


def test_without_terraform_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SLIPWAY_TERRAFORM", raising=False)
    assert run(monkeypatch, "--check") == 2
    assert "error: Terraform is not installed" in capsys.readouterr().err


@pytest.mark.slow
def test_the_bindings_are_what_the_real_provider_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--check") == 0
    assert capsys.readouterr().out == "the bindings are true\n"
