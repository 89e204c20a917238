"""Layout as `terraform fmt` leaves it."""

from __future__ import annotations

from generator.hcl.layout import WIDTH, assignments, enclose, indent, needs_lines, stacked

LONG = "x" * WIDTH


def test_equals_signs_of_neighbouring_lines_are_in_one_column() -> None:
    assert assignments([("a", "1"), ("long_name", "2")], "  ") == "  a         = 1\n  long_name = 2\n"


def test_a_value_of_several_lines_ends_the_column() -> None:
    pairs = [("a", "1"), ("bbb", "{\n  c = 1\n}"), ("dd", "2"), ("e", "3")]
    assert assignments(pairs, "") == "a = 1\nbbb = {\n  c = 1\n}\ndd = 2\ne  = 3\n"


def test_a_heredoc_is_in_the_column_and_ends_it() -> None:
    pairs = [("long_name", "1"), ("a", "<<-EOT\n  text\nEOT"), ("b", "2")]
    assert assignments(pairs, "") == "long_name = 1\na         = <<-EOT\n  text\nEOT\nb = 2\n"


def test_a_call_around_a_heredoc_is_not_in_the_column() -> None:
    pairs = [("long_name", "1"), ("a", "chomp(<<-EOT\n  text\nEOT\n)")]
    assert assignments(pairs, "") == "long_name = 1\na = chomp(<<-EOT\n  text\nEOT\n)\n"


def test_short_items_share_a_line() -> None:
    assert enclose("f(", ["a", "b"], ")") == "f(a, b)"
    assert enclose("[", [], "]") == "[]"


def test_long_items_have_a_line_each() -> None:
    assert enclose("[", [LONG, "b"], "]", trailing_comma=True) == f"[\n  {LONG},\n  b,\n]"
    assert enclose("f(", [LONG, "b"], ")") == f"f(\n  {LONG},\n  b\n)"


def test_a_bracketed_last_item_shares_the_brackets_lines() -> None:
    assert enclose("f(", ["a", "{\n  b = 1\n}"], ")") == "f(a, {\n  b = 1\n})"


def test_a_bracketed_first_item_does_not() -> None:
    assert enclose("f(", ["{\n  b = 1\n}", "a"], ")") == "f(\n  {\n    b = 1\n  },\n  a\n)"


def test_parts_stand_below_each_other_when_two_have_several_lines() -> None:
    assert stacked("(", ["a\nb", "c\nd"], ")") == "(\n  a\n  b\n  c\n  d\n)"
    assert stacked("(", ["a\nb", "c"], ")") is None


def test_empty_lines_are_not_indented() -> None:
    assert indent("a\n\nb", "  ") == "  a\n\n  b"


def test_width_decides_about_lines() -> None:
    assert not needs_lines(["x" * (WIDTH - 2)])
    assert needs_lines(["x" * (WIDTH - 1)])
    assert needs_lines(["a\nb"])
