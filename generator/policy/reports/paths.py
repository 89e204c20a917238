"""Files as other programs know them: relative to where the scan ran."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from generator.errors import Location


def relative(location: Location | None, base: Path) -> str | None:
    """The file of *location* below *base*, with slashes; its whole path when it is elsewhere."""
    if location is None:
        return None
    file = location.file if location.file.is_absolute() else base / location.file
    resolved = file.resolve()
    root = base.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else resolved.as_posix()


def uri(path: str) -> str:
    """*path* as a URI reference: GitHub takes no other."""
    return quote(path, safe="/") if not path.startswith("/") else f"file://{quote(path, safe='/')}"
