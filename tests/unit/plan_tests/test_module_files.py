"""Which files of a module a plan may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import TerraformError
from generator.plan_tests.module_files import copy_modules, module_files

KEPT = ["main.tf", ".terraform.lock.hcl", "templates/user_data.sh", "policies/deep/a.json"]
IGNORED = [
    ".git/config",
    ".terraform/modules/modules.json",
    ".venv/pyvenv.cfg",
    "venv/pyvenv.cfg",
    "venv/lib/x.py",
    "tests/test_it.py",
    "examples/complete/main.tf",
    "node_modules/x/index.js",
    "policies/__pycache__/x.pyc",
    "terraform.tfstate",
    "terraform.tfstate.backup",
]


@pytest.fixture
def module(tmp_path: Path) -> Path:
    directory = tmp_path / "root" / "network"
    for name in KEPT + IGNORED:
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return directory


def test_files_that_functions_read_belong_to_a_module_and_tests_and_states_do_not(module: Path) -> None:
    assert sorted(str(file.relative_to(module)) for file in module_files(module)) == sorted(KEPT)


def test_a_link_to_a_directory_above_is_not_followed(module: Path) -> None:
    (module / "templates" / "loop").symlink_to(module)
    assert len(list(module_files(module))) == len(KEPT)


def test_a_linked_file_and_directory_are_read(module: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "a.json").write_text("{}", encoding="utf-8")
    (module / "shared").symlink_to(shared)
    (module / "common.tf").symlink_to(shared / "a.json")
    assert {"a.json", "common.tf"} <= {file.name for file in module_files(module)}


def test_a_copy_has_the_same_places(module: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    example = module / "examples" / "complete"
    copy_modules([example, module], root, tmp_path / "copy")
    copied = {str(p.relative_to(tmp_path / "copy" / "network")) for p in (tmp_path / "copy").rglob("*") if p.is_file()}
    assert copied == {*KEPT, "examples/complete/main.tf"}


def test_a_place_that_cannot_be_written_is_named(module: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TerraformError, match="file"):
        copy_modules([module], tmp_path / "root", tmp_path / "file")
