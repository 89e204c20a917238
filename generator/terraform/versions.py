"""Version numbers as Terraform and its providers write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

PATTERN = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")


@dataclass(frozen=True)
class Version:
    """MAJOR.MINOR.PATCH with an optional pre-release, which sorts before its release."""

    major: int
    minor: int
    patch: int
    pre_release: str = ""

    @staticmethod
    def parse(text: str) -> Version:
        """Read ``1.11.4`` or ``v1.12.0-beta1``. Raises ValueError for anything else."""
        found = PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a version")
        return Version(int(found[1]), int(found[2]), int(found[3]), found[4] or "")

    def __lt__(self, other: Version) -> bool:
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre_release}" if self.pre_release else "")

    @property
    def sort_key(self) -> tuple[int, int, int, bool, str]:
        """A tuple that orders versions."""
        return (self.major, self.minor, self.patch, not self.pre_release, self.pre_release)
