"""A plan that terraform refused: what it said, and where it points."""

from __future__ import annotations

import re

VARIABLES_FILE = "slipway-plan-test.tfvars.json"

# "on main.tf line 3", and of a variable's value "the validation rule at variables.tf:8,3-13".
PLACE = re.compile(r"\bon (\S+) line (\d+)|\bat (\S+?):(\d+),")


class PlanFailedError(AssertionError):
    """Terraform refused to plan. *message* is what it said, in one line; *places* are ``file:line``."""

    def __init__(self, stderr: str) -> None:
        # Terraform wraps its messages and draws a line beside them.
        self.message = " ".join(re.sub(r"[│╷╵├─]", " ", stderr).split())
        places = [":".join(part for part in found if part) for found in PLACE.findall(self.message)]
        # The file of the test's own variables says nothing of the module.
        self.places = [place for place in places if not place.startswith(VARIABLES_FILE)]
        super().__init__(f"terraform refused to plan: {self.message}")

    def check(self, match: str, at: str = "") -> None:
        """Raises AssertionError unless terraform said *match*, and pointed at *at* (``file`` or ``file:line``)."""
        if " ".join(match.split()) not in self.message:
            raise AssertionError(f"expected an error with {match!r}; terraform said: {self.message}")
        if at and not any(place == at or place.startswith(f"{at}:") for place in self.places):
            named = ", ".join(self.places) or "no file"
            raise AssertionError(f"expected the error at {at}; terraform points at {named}")
