"""Removing a tree without leaving it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner.errors import RunnerError
from runner.workdir import remove_tree, work_directory


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    (outside / "kept").mkdir(parents=True)
    outside.chmod(0o750)
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "b" / "link").symlink_to(outside, target_is_directory=True)
    (tree / "link").symlink_to(outside, target_is_directory=True)
    remove_tree(tree)
    assert not tree.exists()
    assert (outside / "kept").is_dir()
    assert outside.stat().st_mode & 0o777 == 0o750


def test_a_link_in_place_of_the_tree_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "tree").symlink_to(tmp_path / "outside")
    with pytest.raises(RunnerError, match="could not be removed"):
        remove_tree(tmp_path / "tree")
    assert (tmp_path / "outside").is_dir()


def test_same_names_at_every_depth_do_not_collide(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for path in ("x/x/x/x", "x/y/x", "y/x/y", "y/y"):
        (tree / path).mkdir(parents=True)
        (tree / path / "file").touch()
    remove_tree(tree)
    assert not tree.exists()


def test_directory_is_private_and_gone_even_after_an_error() -> None:
    seen: list[Path] = []

    def use() -> None:
        with work_directory(None) as path:
            assert path.stat().st_mode & 0o777 == 0o700
            assert path.stat().st_uid == os.getuid()
            (path / "file").touch()
            seen.append(path)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use()
    assert not seen[0].exists()
