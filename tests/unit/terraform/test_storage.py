"""A full disk, stood in for by RLIMIT_FSIZE: every write beyond the limit fails as on a full one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.errors import TerraformError
from generator.terraform.storage import storage_errors

PROGRAM = """
import os, resource, sys
from pathlib import Path
from generator.errors import TerraformError
from generator.terraform.binary import find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import ProviderSource
from generator.terraform.workspace import Workspace

project, into = Path(sys.argv[1]), Path(sys.argv[2])
source = ProviderSource(None, None, None, "the configuration needs no provider")
binary = find_terraform()

def terraform(directory):
    return Terraform(
        directory, binary=binary, provider_source=source, environment=child_environment(os.environ, source)
    )

def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

try:
"""


def run_limited(tmp_path: Path, body: str) -> str:
    """The text of the TerraformError that *body* raises under the limit."""
    root = Path(__file__).parents[3]
    program = PROGRAM + "".join(f"    {line}\n" for line in body.splitlines())
    program += "except TerraformError as error:\n    print(error)\n    sys.exit(2)\n"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "project"), str(tmp_path / "into")],
        capture_output=True,
        check=False,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
        timeout=120,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "env").mkdir(parents=True)
    (root / "env/main.tf").write_text('resource "terraform_data" "big" {\n  input = join("", range(1000))\n}\n')
    return root


def test_a_copy_that_does_not_fit_is_removed_and_explained(project: Path, tmp_path: Path) -> None:
    (project / "env/big.json").write_text("x" * 8192)
    said = run_limited(tmp_path, 'limit()\nWorkspace.copy(project / "env", project, into)')
    assert said.startswith("No space left to write ")
    assert "big.json" in said
    assert "Make room" in said
    assert not (tmp_path / "into").exists()


def test_an_override_that_does_not_fit_is_explained(project: Path, tmp_path: Path) -> None:
    said = run_limited(tmp_path, 'limit()\nWorkspace.copy(project / "env", project, into, "#" * 8192)')
    assert said.startswith("No space left to write ")
    assert not (tmp_path / "into").exists()


def test_variables_that_do_not_fit_are_explained(project: Path, tmp_path: Path) -> None:
    said = run_limited(tmp_path, 'limit()\nterraform(project / "env").plan(variables={"v": "x" * 8192})')
    assert said.startswith("No space left to write ")


def test_a_state_that_does_not_fit_is_explained(project: Path, tmp_path: Path) -> None:
    said = run_limited(tmp_path, 't = terraform(project / "env")\nt.init()\nlimit()\nt.apply()')
    assert "file too large" in said
    assert "Make room on the disk" in said


def test_a_full_disk_names_the_file() -> None:
    with pytest.raises(TerraformError, match=r"No space left to write /x/y\."), storage_errors(Path("/x")):
        raise OSError(errno.ENOSPC, "No space left on device", "/x/y")


def test_another_fault_of_the_file_system_names_the_place_and_the_reason(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="Permission denied") as caught, storage_errors(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert str(tmp_path) in caught.value.what
    assert "permission" in caught.value.cure


def test_a_closed_pipe_is_not_a_fault_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), storage_errors(tmp_path):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")
