"""The variables that a test gives a module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from generator.errors import SlipwayError
from generator.terraform.configuration import read_blocks


class UnknownVariableError(SlipwayError):
    """A value is given to a variable that the module does not declare."""

    def __init__(self, name: str, module: Path, cure: str) -> None:
        self.name = name
        super().__init__(f"the module {module.name} has no variable {name}", cure=cure)


def check_variables(module: Path, variables: Mapping[str, Any]) -> None:
    """Raises SlipwayError for a variable that *module* does not declare (terraform only warns), or that is not JSON."""
    declared = [block.labels[0] for block in read_blocks(module) if block.type == "variable" and block.labels]
    for name, value in variables.items():
        if name not in declared and not any(module.glob("*.tf.json")):
            near = get_close_matches(name, declared, n=1)
            cure = f"Did you mean {near[0]}?" if near else f"It has {', '.join(declared) or 'no variables'}."
            raise UnknownVariableError(name, module, cure)
        try:
            json.dumps(value, allow_nan=False, sort_keys=True)
        except (TypeError, ValueError) as error:
            raise SlipwayError(
                f"the value of {name} cannot be handed to terraform: {error}",
                cure="Give strings, numbers, booleans, None, and lists and dicts of them.",
            ) from error


def variables_text(variables: Mapping[str, Any]) -> str:
    """A variables file in JSON. Terraform quotes the line of a wrong value, so each variable has one."""
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in variables.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
