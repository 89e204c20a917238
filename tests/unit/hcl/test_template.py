"""Splitting, escaping and quoting of templates."""

from __future__ import annotations

import pytest

from generator.hcl.template import Part, formatted, literal, only_expression, quote, split


def parts(*pairs: tuple[str, bool]) -> list[Part]:
    return [Part(text, is_expression) for text, is_expression in pairs]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", parts()),
        ("plain", parts(("plain", False))),
        ("${a}", parts(("${a}", True))),
        ("x${a}y", parts(("x", False), ("${a}", True), ("y", False))),
        ("${a}${b}", parts(("${a}", True), ("${b}", True))),
        ("$${a}", parts(("$${a}", False))),
        ("%%{a}", parts(("%%{a}", False))),
        ("$$${a}", parts(("$$${a}", False))),
        ("a $ { b", parts(("a $ { b", False))),
        ("%{ if x }y%{ endif }", parts(("%{ if x }", True), ("y", False), ("%{ endif }", True))),
        ("${ { a = { b = 1 } } }!", parts(("${ { a = { b = 1 } } }", True), ("!", False))),
        ('${f("}")}!', parts(('${f("}")}', True), ("!", False))),
        ('${f("\\"}")}!', parts(('${f("\\"}")}', True), ("!", False))),
        ('${f("${g("}")}")}!', parts(('${f("${g("}")}")}', True), ("!", False))),
        ('${f("$${")}!', parts(('${f("$${")}', True), ("!", False))),
    ],
)
def test_splits_into_text_and_interpolations(text: str, found: list[Part]) -> None:
    assert split(text) == found


@pytest.mark.parametrize("text", ["${a", "x %{ if", '${f("}', '${"${a}"', "${ { }"])
def test_an_interpolation_that_never_closes_raises(text: str) -> None:
    with pytest.raises(ValueError, match="never closes"):
        split(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${a}", "a"),
        ("${ a }", "a"),
        ("${a}b", None),
        ("a${b}", None),
        ("${a}${b}", None),
        ("%{ if a }", None),
        ("$${a}", None),
        ("", None),
    ],
)
def test_a_template_may_be_nothing_but_an_expression(text: str, code: str | None) -> None:
    assert only_expression(text) == code


def test_literal_text_that_ends_with_a_dollar_does_not_escape_what_follows() -> None:
    assert split(literal("US$") + "${a}") == parts(("US", False), ('${"$"}', True), ("${a}", True))
    assert split(literal("50%") + "${a}") == parts(("50", False), ('${"%"}', True), ("${a}", True))
    assert quote(literal("$$%")) == '"${"$$%"}"'


@pytest.mark.parametrize("text", ["${a}", "%{ if a }", "$${a}", "$%{a}", "$$$${", "a ${ b", "%%{%{${"])
def test_literal_text_has_no_interpolation(text: str) -> None:
    assert [part.is_expression for part in split(literal(text))] in ([False], [])
    assert literal(text).replace("$${", "${").replace("%%{", "%{") == text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('say "hi"', '"say \\"hi\\""'),
        ("a\\b", '"a\\\\b"'),
        ("a\nb\tc\rd", '"a\\nb\\tc\\rd"'),
        ("\x00\x08\x0c\x1f", '"\\u0000\\u0008\\u000c\\u001f"'),
        ("é\u2028", '"é\u2028"'),
        ('x${f("a", "b")}"', '"x${f("a", "b")}\\""'),
        ("$${a}\n", '"$${a}\\n"'),
    ],
)
def test_quoting_escapes_the_text_and_keeps_the_code(text: str, quoted: str) -> None:
    assert quote(text) == quoted


def test_formatting_changes_only_what_fmt_would() -> None:
    assert formatted("a ${b} $${-c} ${-d} ${{}}") == "a ${b} $${-c} ${(-d)} ${({})}"
