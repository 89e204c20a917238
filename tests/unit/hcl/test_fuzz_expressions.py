"""Random trees of operators: terraform computes what Python computes, so precedence and parentheses are right."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from generator.hcl.expression import Expr, call, for_list, for_map
from generator.terraform.binary import TerraformBinary
from tests.unit.hcl.real_terraform import place, planned_outputs, terraform_in
from tests.unit.hcl.stacks import Data, new_stack, written

TREES_A_ROOT = 300
DEPTH = 4
SEEDS = range(1, 3)
MORE_SEEDS = range(3, 8)


@dataclass(frozen=True)
class Tree:
    """What is given to Terraform, and the value that Python computes beside it."""

    given: Expr
    value: Fraction | bool | str


class Trees:
    """Random expressions over the locals n0 … n9 (numbers) and yes, no (conditions), the same for one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def number(self, depth: int) -> Tree:
        makers = [
            self._sum,
            self._product,
            self._negative,
            self._conditional,
            self._length,
            self._indexed,
            self._looped,
        ]
        return self.random.choice(makers)(depth - 1) if depth else self._leaf()

    def condition(self, depth: int) -> Tree:
        makers = [self._comparison, self._comparison, self._equality, self._junction, self._not, self._text_equality]
        return self.random.choice(makers)(depth - 1) if depth else self._known_condition()

    def text(self, _: int) -> Tree:
        """A template of small expressions: large ones have several lines, which nobody puts into a template."""
        number, condition = self.number(1), self.condition(1)
        if Fraction(number.value).denominator != 1 or not number.value:
            # Python and Terraform write fractions and the negative zero in different ways.
            return Tree(Expr(f'"is {condition.given}"'), f"is {str(condition.value).lower()}")
        given = call("format", "%s", f"a {number.given}-{condition.given}")
        return Tree(given, f"a {int(Fraction(number.value))}-{str(condition.value).lower()}")

    def _leaf(self) -> Tree:
        value = self.random.randrange(10)
        return Tree(Expr(f"local.n{value}"), Fraction(value))

    def _known_condition(self) -> Tree:
        return self.random.choice((Tree(Expr("local.yes"), True), Tree(Expr("local.no"), False)))

    def _literal(self) -> int:
        return self.random.randrange(-9, 10)

    def _sum(self, depth: int) -> Tree:
        a, b, n = self.number(depth), self.number(depth), self._literal()
        x, y = Fraction(a.value), Fraction(b.value)
        return self.random.choice(
            (
                lambda: Tree(a.given + b.given, x + y),
                lambda: Tree(a.given - b.given, x - y),
                lambda: Tree(a.given + n, x + n),
                lambda: Tree(n - a.given, n - x),
                lambda: Tree(a.given - n, x - n),
            )
        )()

    def _product(self, depth: int) -> Tree:
        a, b, n = self.number(depth), self.number(depth), self._literal()
        x, y, power = Fraction(a.value), Fraction(b.value), self.random.choice((1, 2, 4))
        return self.random.choice(
            (
                lambda: Tree(a.given * b.given, x * y),
                lambda: Tree(n * a.given, n * x),
                lambda: Tree(a.given / power, x / power),
                lambda: Tree(a.given % 7, _remainder(x, 7)),
                lambda: Tree(a.given * n, x * n),
            )
        )()

    def _negative(self, depth: int) -> Tree:
        a = self.number(depth)
        return Tree(-a.given, -Fraction(a.value))

    def _conditional(self, depth: int) -> Tree:
        condition, yes, no = self.condition(depth), self.number(depth), self.number(depth)
        return Tree(condition.given.then(yes.given, no.given), yes.value if condition.value else no.value)

    def _length(self, depth: int) -> Tree:
        low = self.number(depth)
        kept = for_list([1, 2, 3], lambda item: item * low.given, when=lambda item: item > low.given)
        return Tree(call("length", kept), Fraction(sum(item > Fraction(low.value) for item in (1, 2, 3))))

    def _indexed(self, depth: int) -> Tree:
        condition, a, b = self.condition(depth), self.number(depth), self.number(depth)
        chosen = condition.given.then({"pair": [a.given, b.given]}, {"pair": [b.given, a.given]})
        return Tree(chosen.pair[1], b.value if condition.value else a.value)

    def _looped(self, depth: int) -> Tree:
        a = self.number(depth)
        doubled = for_map({"one": 1, "two": 2}, lambda key, value: (f"{key}-x", value - a.given))
        return Tree(doubled["two-x"], 2 - Fraction(a.value))

    def _comparison(self, depth: int) -> Tree:
        a, b = self.number(depth), self.number(depth)
        x, y = Fraction(a.value), Fraction(b.value)
        return self.random.choice(
            (
                lambda: Tree(a.given < b.given, x < y),
                lambda: Tree(a.given <= b.given, x <= y),
                lambda: Tree(a.given > b.given, x > y),
                lambda: Tree(a.given >= 3, x >= 3),
            )
        )()

    def _equality(self, depth: int) -> Tree:
        make = self.random.choice((self.number, self.condition))
        a, b = make(depth), make(depth)
        if self.random.random() < 0.5:
            return Tree(a.given == b.given, a.value == b.value)
        return Tree(a.given != b.given, a.value != b.value)

    def _text_equality(self, depth: int) -> Tree:
        a = self.text(depth)
        return Tree(a.given == "a 1-true", a.value == "a 1-true")

    def _junction(self, depth: int) -> Tree:
        a, b = self.condition(depth), self.condition(depth)
        if self.random.random() < 0.5:
            return Tree(a.given & b.given, bool(a.value and b.value))
        return Tree(a.given | b.given, bool(a.value or b.value))

    def _not(self, depth: int) -> Tree:
        a = self.condition(depth)
        return Tree(~a.given, not a.value)


def _remainder(x: Fraction, divisor: int) -> Fraction:
    # Terraform's remainder has the sign of the dividend.
    return x - divisor * int(x / divisor)


def _as_float_allows(tree: Tree) -> bool:
    """Python reads the plan's numbers as floats: leave out what they cannot hold."""
    return not isinstance(tree.value, Fraction) or Fraction(float(tree.value)) == tree.value


def check(seed: int, directory: Path, binary: TerraformBinary) -> None:
    trees = Trees(seed)
    stack = new_stack()
    for number in range(10):
        stack.local(f"n{number}", number)
    stack.local("yes", True)
    stack.local("no", False)
    expected: dict[str, object] = {}
    for number in range(TREES_A_ROOT):
        make = trees.random.choice((trees.number, trees.condition, trees.text))
        tree = make(DEPTH)
        if not _as_float_allows(tree):
            continue
        name, through = f"o{number}", tree.given
        if number % 3 == 0:
            through = Data(stack, f"d{number}", content={"value": [tree.given]}).content.value[0]
        elif number % 3 == 1:
            through = stack.local(f"l{number}", tree.given)
        stack.output(name, through, "A random expression.")
        expected[name] = tree.value
    files = {name: text for name, text in written(stack).items() if name != "versions.tf"}
    place(directory, files)
    terraform_in(directory, binary).init()
    found = planned_outputs(directory, binary)
    assert {n: (v, expected[n]) for n, v in found.items() if v != expected[n]} == {}
    assert found.keys() == expected.keys()
    assert len(expected) > TREES_A_ROOT // 2
    assert terraform_in(directory, binary).fmt_check() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_terraform_computes_what_python_computes(seed: int, tmp_path: Path, binary: TerraformBinary) -> None:
    check(seed, tmp_path, binary)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_more_expressions_are_computed_alike(seed: int, tmp_path: Path, binary: TerraformBinary) -> None:
    check(seed, tmp_path, binary)
