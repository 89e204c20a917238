"""Host tools that tests need and pip does not install: where one is missing, they are reported as not run."""

from __future__ import annotations

import os
import shutil

import pytest

# SLIPWAY_REQUIRE_TOOLS=1 asks for these: without them a test fails instead. Most of the runner's tests need them.
REQUIRED = ("valgrind",) if os.environ.get("SLIPWAY_REQUIRE_TOOLS") == "1" else ()

INSTALL = {
    "buildah": "apt-get install buildah",
    "chromium": "apt-get install chromium",
    "debootstrap": "apt-get install debootstrap",
    "valgrind": "apt-get install valgrind",
}


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skips a test where one of *tools* is not on PATH, and says how to install it."""
    missing = [tool for tool in tools if tool not in REQUIRED and shutil.which(tool) is None]
    how = ", ".join(f"{tool} is missing ({INSTALL[tool]})" for tool in missing)
    return pytest.mark.skipif(bool(missing), reason=f"not run: {how}")
