"""Reading YAML files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import Location, ManifestError
from generator.systems.manifest import ManifestErrors
from generator.systems.manifest.nodes import locate, plain
from generator.systems.manifest.read import read_yaml


def written(directory: Path, text: str | bytes) -> Path:
    path = directory / "system.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(directory: Path, text: str | bytes) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        read_yaml(written(directory, text))
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", 1000),
        ("-3", -3),
        ("1.5", 1.5),
        (".inf", float("inf")),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("1-10", "1-10"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_are_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    read = plain(read_yaml(written(tmp_path, f"key: {text}")))["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "Yes", "NO", "y", "n"])
def test_words_that_yaml_1_1_takes_for_truth_values_are_text(tmp_path: Path, word: str) -> None:
    assert plain(read_yaml(written(tmp_path, f"{word}: {word}"))) == {word: word}


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert plain(read_yaml(written(tmp_path, b"\xef\xbb\xbfsystem: lab"))) == {"system": "lab"}


def test_aliases_are_copies(tmp_path: Path) -> None:
    node = read_yaml(written(tmp_path, "a: &x {b: 1}\nc: *x\nd: &x 2\ne: *x\n"))
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}, "d": 2, "e": 2}


def test_every_value_knows_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "a:\n  b:\n    c: 1\n  d: [2, 3]\n  e:\n    5\n")
    node = read_yaml(path)
    assert locate(node, ("a",)) == Location(path, 1, 1)
    assert locate(node, ("a", "b", "c")) == Location(path, 3, 8)
    assert locate(node, ("a", "d", 1)) == Location(path, 4, 10)
    assert locate(node, ("a", "d")) == Location(path, 4, 3)
    assert locate(node, ("a", "e")) == Location(path, 6, 5)
    assert locate(node, ("a", "e"), at_key=True) == Location(path, 5, 3)
    assert locate(node, ("a", "missing", "deeper")) == Location(path, 1, 1)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: [1, 2\n", 3, "expected ',' or ']'"),
        ("a: b: c", 1, "mapping values are not allowed here"),
        ("a: 1\n\tb: 2", 2, "cannot start any token"),
        ("a: 1\nb: 'x\n", 3, "unexpected end of stream (while scanning a quoted scalar from line 2 on)"),
        ("a: 1\n---\nb: 2\n", 2, "found another document"),
        ("a: 1\nb: *nothing\n", 2, "undefined alias"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("- a\n- b\n", 1, "not a map"),
        ("just text", 1, "not a map"),
    ],
)
def test_a_file_that_is_no_yaml_map_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, what: str
) -> None:
    error = refusal(tmp_path, text)
    assert what in error.what
    assert error.where is not None
    assert (error.where.file, error.where.line) == (tmp_path / "system.yaml", line)
    assert error.cure


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    error = refusal(tmp_path, text)
    assert "empty" in error.what or "not a map" in error.what


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such manifest") as caught:
        read_yaml(tmp_path / "absent.yaml")
    assert caught.value.where == Location(tmp_path / "absent.yaml")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_yaml(tmp_path)


def test_what_a_manifest_cannot_hold_is_reported_together(tmp_path: Path) -> None:
    text = 'a: 1\na: 2\n? [x]\n: 3\nb: !secret 4\n<<: {c: 5}\nd: "\\ud800"\n'
    with pytest.raises(ManifestErrors) as caught:
        read_yaml(written(tmp_path, text))
    found = [(error.where.line if error.where else None, error.what) for error in caught.value.errors]
    assert found == [
        (2, 'The key "a" is already written in line 1.'),
        (3, "A key must be a single word, not a list or a map."),
        (5, "The tag !secret is not read."),
        (6, "Merge keys (<<) are not read."),
        (7, "The text \\ud800 holds half of a character."),
    ]


def test_aliases_of_aliases_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    assert "without end" in refusal(tmp_path, "\n".join(lines)).what


def test_an_alias_within_itself_is_refused(tmp_path: Path) -> None:
    assert "without end" in refusal(tmp_path, "a: &a [*a]").what


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    assert "nested too deeply" in refusal(tmp_path, "a: " + "[" * 5000).what


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    error = refusal(tmp_path, '"a\\e[31m": 1\n"a\\e[31m": 2\n')
    assert "\x1b" not in str(error)


def place_of_refusal(path: Path) -> Location | None:
    try:
        read_yaml(path)
    except ManifestError as error:
        return error.where or Location(Path())
    return None


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,?\n\t 1", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    place = place_of_refusal(path)
    assert place is None or place.file == path
