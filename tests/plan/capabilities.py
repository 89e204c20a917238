"""Which capability is proven by what: the list of them, and the plan cases and tests that say one word for word."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from generator.plan_tests.cases import read_case

ROOT = Path(__file__).resolve().parents[2]
MARKER = "proves"


@dataclass(frozen=True)
class Proof:
    """A plan case or a test that proves *capability* of *module*. *file* is relative to the project's root."""

    module: str
    capability: str
    file: Path
    name: str


def required() -> dict[str, list[str]]:
    """The capabilities that each module must have, from capabilities.yaml."""
    text = (Path(__file__).parent / "capabilities.yaml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = YAML(typ="safe", pure=True).load(text)
    return found


def proofs(root: Path, modules: Sequence[str]) -> list[Proof]:
    """Every proof below *root*, those of plan cases first."""
    return [*_of_cases(root), *_of_tests(root, modules)]


def case_files(root: Path) -> dict[str, list[Path]]:
    """The YAML cases of each module, by the folder's name."""
    found: dict[str, list[Path]] = {}
    for file in sorted((root / "tests/plan").glob("*/*.yaml")):
        found.setdefault(file.parent.name, []).append(file)
    return found


def module_of_test(file: Path, modules: Sequence[str]) -> str | None:
    """The module that a test file is about: ``test_rds_replicas.py`` is about ``rds``."""
    subject = file.stem.removeprefix("test_")
    about = [module for module in modules if subject == module or subject.startswith(f"{module}_")]
    return max(about, key=len, default=None)


def _of_cases(root: Path) -> Iterator[Proof]:
    for module, files in case_files(root).items():
        for file in files:
            for capability in read_case(file, root / "modules").proves:
                yield Proof(module, capability, file.relative_to(root), file.stem)


def _of_tests(root: Path, modules: Sequence[str]) -> Iterator[Proof]:
    for file in sorted((root / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        # Most files name none, and to parse them all takes seconds.
        if f"mark.{MARKER}(" in text:
            for test in ast.parse(text).body:
                if isinstance(test, ast.FunctionDef):
                    yield from _of_test(test, file, root, modules)


def _of_test(test: ast.FunctionDef, file: Path, root: Path, modules: Sequence[str]) -> Iterator[Proof]:
    for mark in test.decorator_list:
        if not isinstance(mark, ast.Call) or not ast.unparse(mark.func).endswith(f"mark.{MARKER}"):
            continue
        keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in mark.keywords}
        module = keywords.get("module") or module_of_test(file, modules)
        if module is None:
            raise ValueError(f'{file}: {test.name} must say of which module: proves("…", module="vpc")')
        for phrase in mark.args:
            yield Proof(module, ast.literal_eval(phrase), file.relative_to(root), test.name)


def by_capability(found: Sequence[Proof]) -> Mapping[tuple[str, str], list[Proof]]:
    """*found* by module and capability."""
    sorted_out: dict[tuple[str, str], list[Proof]] = {}
    for proof in found:
        sorted_out.setdefault((proof.module, proof.capability), []).append(proof)
    return sorted_out
