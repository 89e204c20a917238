"""Host tools that tests need and pip does not install: where one is missing, they are reported as not run."""

from __future__ import annotations

import shutil

import pytest

INSTALL = {
    "buildah": "apt-get install buildah",
    "chromium": "apt-get install chromium",
    "debootstrap": "apt-get install debootstrap",
}


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skips a test where one of *tools* is not on PATH, and says how to install it."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    how = ", ".join(f"{tool} is missing ({INSTALL[tool]})" for tool in missing)
    return pytest.mark.skipif(bool(missing), reason=f"not run: {how}")
