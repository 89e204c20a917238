"""The working copy: complete, private, renewable; the original stays as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator.errors import Location, TerraformError
from generator.terraform.override import FILE_NAME
from generator.terraform.workspace import Workspace
from tests.unit.terraform.conftest import MakeTerraform


def write(file: Path, text: str = "") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def contents(directory: Path) -> dict[str, str]:
    return {
        str(file.relative_to(directory)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An environment that calls `a`, which calls `b`; `c` is not called."""
    root = tmp_path / "project"
    write(root / "envs/demo/test/main.tf", 'module "a" {\n  source = "../../../modules/a"\n}\n')
    write(root / "envs/demo/test/policies/one.json", "{}")
    write(root / "modules/a/main.tf", 'module "b" {\n  source = "../b"\n}\noutput "b" { value = module.b.text }\n')
    write(root / "modules/b/main.tf", 'output "text" { value = file("${path.module}/files/text") }\n')
    write(root / "modules/b/files/text", "hello")
    write(root / "modules/c/main.tf", "locals {}\n")
    write(root / "system.yaml", "not copied")
    return root


def copy(project: Path, into: Path, override: str | None = "# added\n") -> Workspace:
    return Workspace.copy(project / "envs/demo/test", project, into, override)


def test_holds_the_environment_its_modules_and_one_file_more(project: Path, tmp_path: Path) -> None:
    workspace = copy(project, tmp_path / "copy")
    expected = contents(project)
    del expected["system.yaml"], expected["modules/c/main.tf"]
    found = contents(tmp_path / "copy")
    assert found.pop(f"envs/demo/test/{FILE_NAME}")
    assert found == expected
    assert workspace.directory == tmp_path / "copy/envs/demo/test"
    assert (workspace.directory / FILE_NAME).read_text() == "# added\n"


def test_terraform_accepts_the_copy(project: Path, tmp_path: Path, make_terraform: MakeTerraform) -> None:
    workspace = copy(project, tmp_path / "copy", override='terraform {\n  backend "local" {}\n}\n')
    terraform = make_terraform("", init=False)
    terraform._directory = workspace.directory
    terraform.init()
    assert terraform.validate() == []


def test_without_an_override_nothing_is_added(project: Path, tmp_path: Path) -> None:
    workspace = copy(project, tmp_path / "copy", override=None)
    assert not (workspace.directory / FILE_NAME).exists()


def test_the_project_stays_as_it_was(project: Path, tmp_path: Path) -> None:
    before = contents(project)
    copy(project, tmp_path / "copy")
    assert contents(project) == before


def test_only_its_owner_can_read_it(project: Path, tmp_path: Path) -> None:
    copy(project, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


def test_what_terraform_made_in_the_original_is_not_copied(project: Path, tmp_path: Path) -> None:
    for name in (".terraform/x", ".terraform.lock.hcl", "terraform.tfstate", "terraform.tfstate.d/w/terraform.tfstate"):
        write(project / "envs/demo/test" / name, "the operator's")
    write(project / "modules/a/.terraform/x", "the operator's")
    copy(project, tmp_path / "copy")
    assert not [file for file in contents(tmp_path / "copy") if "terraform." in file or ".terraform" in file]


def test_a_second_copy_follows_the_project_and_keeps_the_state(project: Path, tmp_path: Path) -> None:
    workspace = copy(project, tmp_path / "copy")
    write(workspace.directory / "terraform.tfstate", "state")
    write(workspace.directory / ".terraform/providers/link", "link")
    write(workspace.directory / "stale.tf", "locals {")
    write(tmp_path / "copy/modules/b/stale.tf", "locals {")
    write(project / "modules/b/files/text", "changed")
    (project / "envs/demo/test/policies/one.json").unlink()
    again = copy(project, tmp_path / "copy")
    assert again == workspace
    assert (workspace.directory / "terraform.tfstate").read_text() == "state"
    assert (workspace.directory / ".terraform/providers/link").read_text() == "link"
    assert (tmp_path / "copy/modules/b/files/text").read_text() == "changed"
    assert not list((tmp_path / "copy").rglob("stale.tf"))
    assert not list((tmp_path / "copy").rglob("one.json"))


def test_modules_that_call_each_other_are_copied_once(project: Path, tmp_path: Path) -> None:
    write(project / "modules/b/loop.tf", 'module "a" {\n  source = "../a"\n}\n')
    write(project / "modules/a/inner.tf", 'module "inner" {\n  source = "./inner"\n}\n')
    write(project / "modules/a/inner/main.tf", "locals {}\n")
    copy(project, tmp_path / "copy")
    assert (tmp_path / "copy/modules/a/inner/main.tf").exists()


def test_a_module_that_is_absent_is_an_error_with_its_line(project: Path, tmp_path: Path) -> None:
    write(project / "modules/a/main.tf", '# why\nmodule "x" {\n  source = "../x"\n}\n')
    with pytest.raises(TerraformError, match=r"\.\./x is not a directory") as caught:
        copy(project, tmp_path / "copy")
    assert caught.value.where == Location(project / "modules/a/main.tf", 2)
    assert not (tmp_path / "copy").exists()


def test_a_module_outside_the_project_is_an_error(project: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside/main.tf", "locals {}\n")
    write(project / "modules/a/main.tf", 'module "x" {\n  source = "../../../outside"\n}\n')
    with pytest.raises(TerraformError, match="leaves the project"):
        copy(project, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_directory_without_configuration_is_an_error(project: Path, tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="holds no Terraform configuration"):
        Workspace.copy(project / "envs/demo", project, tmp_path / "copy")


def test_an_environment_of_another_project_is_an_error(project: Path, tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="is not below"):
        Workspace.copy(project / "envs/demo/test", project / "modules", tmp_path / "copy")


def test_an_environment_that_does_not_exist_is_an_error(project: Path, tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="holds no Terraform configuration"):
        Workspace.copy(project / "envs/demo/nowhere", project, tmp_path / "copy")


def test_a_copy_into_itself_is_an_error(project: Path) -> None:
    before = contents(project)
    with pytest.raises(TerraformError, match="inside the project's own files"):
        copy(project, project / "envs/demo/test/copy")
    with pytest.raises(TerraformError, match="inside the project's own files"):
        copy(project, project)
    assert contents(project) == before
