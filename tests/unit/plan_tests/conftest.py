"""A repository of another team, and a terraform that writes down what it was asked."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.terraform.binary import VARIABLE, find_terraform

# A module that needs no provider, so that its plan takes a fraction of a second.
SMALL_MODULE = """
variable "size" {
  type    = number
  default = 1
  validation {
    condition     = var.size < 10
    error_message = "size must be less than 10."
  }
}

variable "secret" {
  type      = string
  default   = ""
  sensitive = true
}

resource "terraform_data" "this" {
  count = var.size
  input = { index = count.index, secret = var.secret }
}

output "size" {
  value = var.size
}
"""


@dataclass(frozen=True)
class Recorder:
    """Which directories terraform was asked to plan in, by name."""

    log: Path

    def take(self) -> list[str]:
        """The names since the last time, sorted."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sorted(Path(line.split(" ", 1)[1]).name for line in lines if line.startswith("plan "))


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Terraform itself, behind a script that writes down each command."""
    recorder = Recorder(tmp_path / "terraform.log")
    script = tmp_path / "terraform-recorded"
    terraform = shlex.quote(str(find_terraform().path))
    script.write_text(
        f'#!/bin/sh\necho "$1 $PWD" >> {shlex.quote(str(recorder.log))}\nexec {terraform} "$@"\n', encoding="utf-8"
    )
    script.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(script))
    return recorder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in [name for name in os.environ if name.startswith(("AWS_", "TF_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def repository(pytester: pytest.Pytester) -> Path:
    """A repository with the module ``small`` and a directory for cases."""
    write(pytester.path, {"modules/small/main.tf": SMALL_MODULE, "cases/small/.keep": ""})
    pytester.makeini("[pytest]\nslipway_cases = cases\nfilterwarnings = error\naddopts = -p no:cacheprovider\n")
    return pytester.path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
