"""Files are replaced at once, all or none, and an error leaves no trace."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.errors import Location, SlipwayError
from generator.files import replace_files
from tests.unit.limited_writes import complaint, contents


def test_writes_files_and_the_directories_that_they_need(tmp_path: Path) -> None:
    replace_files({tmp_path / "a/b/c.tf": "c\n", tmp_path / "d.tf": "é\r\n"})
    assert contents(tmp_path) == {"a/b/c.tf": "c\n", "d.tf": "é\n"}
    assert (tmp_path / "d.tf").read_bytes() == "é\r\n".encode()


def test_a_reader_of_the_old_file_keeps_it_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.tf"
    target.write_text("old" * 100_000)
    with target.open() as reader:
        first = reader.read(3)
        replace_files({target: "new"})
        assert first + reader.read() == "old" * 100_000
    assert target.read_text() == "new"


def test_files_are_readable_by_others(tmp_path: Path) -> None:
    replace_files({tmp_path / "a.tf": "a"})
    assert (tmp_path / "a.tf").stat().st_mode & 0o777 == 0o644


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("outside")
    (tmp_path / "a.tf").symlink_to(tmp_path / "outside")
    replace_files({tmp_path / "a.tf": "a"})
    assert contents(tmp_path) == {"a.tf": "a", "outside": "outside"}


def test_without_space_every_old_file_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text("old a")
    (tmp_path / "b.tf").write_text("old b")
    new = {str(tmp_path / "a.tf"): "new", str(tmp_path / "b.tf"): "x" * 100_000, str(tmp_path / "c.tf"): "new"}
    said = complaint(new, most_bytes=50_000)
    assert said == f"{tmp_path / 'b.tf'}: no space left to write this\n  Free some and run it again.\n"
    assert contents(tmp_path) == {"a.tf": "old a", "b.tf": "old b"}


def test_within_the_limit_all_is_written(tmp_path: Path) -> None:
    assert complaint({str(tmp_path / "a.tf"): "x" * 50_000}, most_bytes=50_000) == ""
    assert (tmp_path / "a.tf").stat().st_size == 50_000


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """A directory that every user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


def test_a_directory_that_cannot_be_written_is_an_error_with_its_file(public_directory: Path) -> None:
    (public_directory / "a.tf").write_text("old")
    public_directory.chmod(0o555)
    said = complaint({str(public_directory / "a.tf"): "new"}, unprivileged=True)
    public_directory.chmod(0o755)
    assert said == (
        f"{public_directory / 'a.tf'}: cannot be written: Permission denied\n  Check the directory's owner and mode.\n"
    )
    assert contents(public_directory) == {"a.tf": "old"}


@pytest.mark.parametrize("obstacle", ["a directory of this name", "a file where a directory belongs"])
def test_one_target_that_cannot_be_replaced_keeps_all_others_as_they_were(tmp_path: Path, obstacle: str) -> None:
    (tmp_path / "a.tf").write_text("old")
    bad = tmp_path / "b.tf"
    if obstacle == "a directory of this name":
        bad.mkdir()
    else:
        bad.write_text("file")
        bad = bad / "c.tf"
    with pytest.raises(SlipwayError, match="cannot be written") as caught:
        replace_files({tmp_path / "a.tf": "new", bad: "new"})
    assert caught.value.where == Location(bad)
    assert contents(tmp_path)["a.tf"] == "old"
    assert not list(tmp_path.glob(".*"))


def test_an_interruption_leaves_no_half_written_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.tf").write_text("old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_files({tmp_path / "a.tf": "new", tmp_path / "b.tf": "new"})
    assert contents(tmp_path) == {"a.tf": "old"}
