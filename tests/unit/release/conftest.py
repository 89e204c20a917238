"""A machine with stand-ins for Docker, Podman and buildah, and nothing else that builds images."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.unit.release.builders import Tools


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """None of the tools yet; git and sleep are those of this machine."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "sleep"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    made = Tools(folder)
    made.told()
    assert os.environ["PATH"] == str(folder)
    return made
