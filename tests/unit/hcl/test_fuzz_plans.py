"""What is written as HCL plans to the same values as CDKTN's own JSON, and to the values that Python meant."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generator.hcl.expression import Expr, call, null, plain
from generator.hcl.template import literal
from generator.terraform.binary import TerraformBinary
from tests.unit.hcl.real_terraform import place, planned_outputs, terraform_in
from tests.unit.hcl.stacks import new_stack, written

VALUES_A_ROOT = 400
SEEDS = range(1, 4)
MORE_SEEDS = range(4, 14)

# A byte order mark stands after a letter: as the first character of a string terraform drops it from JSON.
PIECES = (
    *("a", "Z", "0", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", "\\", "\\n", '"', '""', "'", "`"),
    *("$", "$$", "%", "%%", "${", "%{", "$${", "%%{", "$$${", "}", "{", "}}", "${x}", "%{ if x }", "#", "//", "/*"),
    *("EOT", "<<EOT", "<<-EOT", "\nEOT\n", "\u2028", "\u2029", "\u0085", "\u00a0", "x\ufeff", "\x00", "\x07", "\x1b"),
    *("\x7f", "é", "e\u0301", "ß", "中", "🎓", "👩\u200d💻", "for", "null", "true", "= ", ",", "[", "]", "(", "~}"),
)
KEYS = ("a", "b_c", "d-e", "0a", "-x", "", "for", "null", "if", "true", "a.b", "a b", "é", "${k}", 'q"q', "x\ny", "_")
# In JSON terraform takes the rest of a template literally after a carriage return alone; only HCL can say it.
LONE_RETURN = re.compile("\r(?!\n)")
NUMBERS = (0, 1, -1, 42, 2**53, -(2**53), 0.5, -0.125, 1e-7, 1e21, 123456.75)


def normal(value: Any) -> Any:
    """*value* as terraform keeps it: text in Unicode's composed form."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {normal(k): normal(v) for k, v in value.items()}
    return [normal(v) for v in value] if isinstance(value, list) else value


def texts(value: Any) -> Iterator[str]:
    """Every key and text in *value*."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


class Values:
    """Pairs of what is given to the stack and what terraform must make of it, the same for one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def text(self) -> str:
        return "".join(self.random.choices(PIECES, k=self.random.randrange(9)))

    def lines(self) -> str:
        """Text of several lines, mostly fit for a heredoc."""
        chosen = self.random.choices(("one", "  two", "", "EOT", 'say "three"', "C:\\dir", "${x}", "t \t", "é"), k=4)
        return "\n".join(chosen) + self.random.choice(("", "\n", "\n\n"))

    def key(self) -> str:
        """A key; `terraform fmt` counts what is one character to the eye, the layout counts code points."""
        text = self.random.choice(KEYS) if self.random.random() < 0.7 else self.text()
        return "".join(c for c in text if c not in "\u200d\u0301")

    def template(self) -> tuple[object, object]:
        before, inner, after = self.text(), self.text(), self.text()
        expression = call("upper", literal(inner)) if self.random.random() < 0.5 else Expr('{ a = "}" }').a
        value = _upper(inner) if expression.code.startswith("upper") else "}"
        return f"{literal(before)}{call('format', '%s!', expression)}{literal(after)}", f"{before}{value}!{after}"

    def pair(self, depth: int = 3) -> tuple[object, object]:
        kind = self.random.randrange(10 if depth else 6)
        if kind <= 1:
            text = self.text()
            return literal(text), text
        if kind == 2:
            text = self.lines()
            return literal(text), text
        if kind == 3:
            return self.template()
        if kind == 4:
            number = self.random.choice(NUMBERS)
            return number, number
        if kind == 5:
            return self.random.choice(((True, True), (False, False), (null, None), (call("concat", [1], [2]), [1, 2])))
        size = self.random.randrange(4)
        items = [self.pair(depth - 1) for _ in range(size)]
        if kind <= 7:
            return [given for given, _ in items], [meant for _, meant in items]
        keys = list({normal(self.key()): None for _ in range(size)})
        pairs = list(zip(keys, items, strict=False))
        return {literal(k): given for k, (given, _) in pairs}, {k: meant for k, (_, meant) in pairs}


def _upper(text: str) -> str:
    # Terraform changes one character at a time: a sharp s stays.
    return "".join(c if len(c.upper()) > 1 else c.upper() for c in text)


def check(seed: int, directory: Path, binary: TerraformBinary) -> None:
    values = Values(seed)
    stack = new_stack()
    all_given: dict[str, object] = {}
    meant: dict[str, object] = {}
    for number in range(VALUES_A_ROOT):
        name = f"o{number}"
        given, meant[name] = values.pair()
        all_given[name] = given
        value = given if number % 2 else stack.local(f"l{number}", given)
        stack.output(name, value, "A generated value.")
    as_json = stack.configuration()
    del as_json["terraform"]
    as_hcl = {name: text for name, text in written(stack).items() if name != "versions.tf"}
    from_json = planned_outputs(place(directory / "json", {"main.tf.json": json.dumps(as_json)}), binary)
    from_hcl = planned_outputs(place(directory / "hcl", as_hcl), binary)
    expected = {name: normal(value) for name, value in meant.items()}
    assert [(v, expected[n]) for n, v in from_hcl.items() if v != expected[n]] == []
    comparable = [n for n, given in all_given.items() if not any(LONE_RETURN.search(t) for t in texts(plain(given)))]
    assert [(from_hcl[n], from_json[n]) for n in comparable if from_hcl[n] != from_json[n]] == []
    assert len(comparable) > VALUES_A_ROOT * 3 // 4
    assert from_hcl.keys() == from_json.keys() == expected.keys()
    assert terraform_in(directory / "hcl", binary).fmt_check() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_values_plan_alike_as_json_and_as_hcl(seed: int, tmp_path: Path, binary: TerraformBinary) -> None:
    check(seed, tmp_path, binary)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_thousands_more_values_plan_alike(seed: int, tmp_path: Path, binary: TerraformBinary) -> None:
    check(seed, tmp_path, binary)
