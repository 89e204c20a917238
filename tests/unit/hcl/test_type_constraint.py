"""Type constraints of variables."""

from __future__ import annotations

import pytest

from generator.hcl.type_constraint import list_of, map_of, object_of, optional, set_of


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (list_of("string"), "list(string)"),
        (set_of(map_of("number")), "set(map(number))"),
        (optional("string"), "optional(string)"),
        (optional("string", ""), 'optional(string, "")'),
        (optional("bool", False), "optional(bool, false)"),
        (optional("number", 0), "optional(number, 0)"),
        (optional(list_of("string"), []), "optional(list(string), [])"),
        (object_of({"a": "string", "bcd": "number"}), "object({\n  a   = string\n  bcd = number\n})"),
        (
            object_of({"a": "string", "inner": object_of({"b": "bool"})}),
            "object({\n  a = string\n  inner = object({\n    b = bool\n  })\n})",
        ),
    ],
)
def test_renders(built: str, text: str) -> None:
    assert built == text
