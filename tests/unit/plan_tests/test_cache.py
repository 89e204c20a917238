"""Which plans are kept, what changes their key, and how much is kept."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from generator.errors import SlipwayError
from generator.plan_tests.cache import PlanCache, default_directory

ANSWER = {"plan": {"planned_values": {"a": [1, None, "ü"]}}}
MODULE = "network"
CALLED = "logs"


@pytest.fixture
def cache(tmp_path: Path) -> PlanCache:
    return PlanCache(tmp_path / "cache")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        f"{MODULE}/main.tf": 'module "logs" { source = "../logs" }',
        f"{MODULE}/templates/user_data.sh": "echo",
        f"{CALLED}/main.tf": "",
        "other/main.tf": "",
        "README.md": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def key(cache: PlanCache, root: Path, variables: dict[str, Any] | None = None, versions: tuple[str, ...] = ()) -> str:
    return cache.key([root / MODULE, root / CALLED], variables or {}, versions)


@pytest.mark.parametrize("name", [f"{MODULE}/main.tf", f"{MODULE}/templates/user_data.sh", f"{CALLED}/main.tf"])
def test_a_changed_file_of_the_module_or_of_one_it_calls_changes_the_key(
    cache: PlanCache, root: Path, name: str
) -> None:
    before = key(cache, root)
    (root / name).write_text("# changed", encoding="utf-8")
    assert key(cache, root) != before


def test_a_new_a_renamed_and_a_removed_file_change_the_key(cache: PlanCache, root: Path) -> None:
    keys = {key(cache, root)}
    file = root / CALLED / "extra.tf"
    file.write_text("", encoding="utf-8")
    keys.add(key(cache, root))
    file.rename(root / CALLED / "other.tf")
    keys.add(key(cache, root))
    assert len(keys) == 3


def test_content_that_moves_from_one_file_to_the_next_changes_the_key(cache: PlanCache, root: Path) -> None:
    a, b = root / CALLED / "a.tf", root / CALLED / "b.tf"
    a.write_text("xy", encoding="utf-8")
    b.write_text("", encoding="utf-8")
    before = key(cache, root)
    a.write_text("x", encoding="utf-8")
    b.write_text("y", encoding="utf-8")
    assert key(cache, root) != before


def test_files_of_others_states_and_times_do_not_change_the_key(cache: PlanCache, root: Path) -> None:
    before = key(cache, root)
    for name in ("other/main.tf", "README.md", f"{MODULE}/terraform.tfstate", f"{MODULE}/tests/test_it.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("changed", encoding="utf-8")
    os.utime(root / MODULE / "main.tf", (1, 1))
    assert key(cache, root) == before


def test_variables_and_versions_change_the_key_and_the_order_of_variables_does_not(
    cache: PlanCache, root: Path
) -> None:
    keys = [
        key(cache, root),
        key(cache, root, {"a": 1, "b": 2}),
        key(cache, root, {"a": 1}),
        key(cache, root, {"a": "1"}),
        key(cache, root, {"a": True}),
        key(cache, root, {}, ("1.11.4",)),
        key(cache, root, {}, ("1.12.0",)),
    ]
    assert len(set(keys)) == len(keys)
    assert key(cache, root, {"b": 2, "a": 1}) == keys[1]


def test_an_answer_is_kept_whether_a_plan_or_an_error(cache: PlanCache) -> None:
    assert cache.get("a") is None
    cache.put("a", ANSWER)
    cache.put("b", {"error": "no"})
    assert cache.get("a") == ANSWER
    assert cache.get("b") == {"error": "no"}


def test_a_plan_may_hold_secrets_so_only_its_user_can_read_it(cache: PlanCache) -> None:
    cache.put("a", ANSWER)
    (file,) = cache.directory.iterdir()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [0, 1, 10, 25, -1])
def test_a_part_of_an_answer_is_none(cache: PlanCache, cut: int) -> None:
    cache.put("a", ANSWER)
    (file,) = cache.directory.iterdir()
    file.write_bytes(file.read_bytes()[:cut])
    assert cache.get("a") is None


def test_a_damaged_answer_is_none_and_can_be_replaced(cache: PlanCache) -> None:
    cache.put("a", ANSWER)
    (file,) = cache.directory.iterdir()
    whole = file.read_bytes()
    for position in range(10, len(whole)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        assert cache.get("a") is None
    cache.put("a", ANSWER)
    assert cache.get("a") == ANSWER


def test_the_entries_that_were_not_used_for_the_longest_time_go_first(cache: PlanCache) -> None:
    for age, name in enumerate(["new", "middle", "old"]):
        cache.put(name, ANSWER)
        file = cache.directory / f"{name}.json.gz"
        os.utime(file, (1_000_000 - age, 1_000_000 - age))
    # Reading is use.
    assert cache.get("old") == ANSWER
    size = file.stat().st_size
    PlanCache(cache.directory, limit=2 * size).trim()
    assert cache.get("old") == ANSWER
    assert cache.get("new") == ANSWER
    assert cache.get("middle") is None


def test_within_the_limit_everything_stays(cache: PlanCache) -> None:
    cache.trim()
    cache.put("a", ANSWER)
    cache.trim()
    assert cache.get("a") == ANSWER


def test_what_a_killed_writer_left_goes_and_what_is_being_written_stays(cache: PlanCache) -> None:
    cache.put("a", ANSWER)
    old, new = cache.directory / ".old.part", cache.directory / ".new.part"
    for file in (old, new):
        file.touch()
    os.utime(old, (1, 1))
    cache.trim()
    assert not old.exists()
    assert new.exists()


def test_many_may_write_read_and_trim_at_once(cache: PlanCache) -> None:
    def work(number: int) -> None:
        for round_ in range(20):
            name = f"key-{(number + round_) % 5}"
            cache.put(name, ANSWER)
            assert cache.get(name) in (ANSWER, None)
            PlanCache(cache.directory, limit=300).trim()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert list(cache.directory.glob(".*")) == []


def test_one_that_is_off_keeps_and_knows_nothing(cache: PlanCache) -> None:
    cache.put("a", ANSWER)
    off = PlanCache(cache.directory, enabled=False)
    assert off.get("a") is None
    off.put("b", ANSWER)
    assert cache.get("b") is None


def test_a_directory_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = PlanCache(tmp_path / "file" / "plans")
    assert cache.get("a") is None
    with pytest.raises(SlipwayError, match=r"the plan cache cannot be written(?s:.*)--no-plan-cache"):
        cache.put("a", ANSWER)


def test_it_lies_in_the_cache_directory_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_directory() == tmp_path / "slipway" / "plans"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_directory() == tmp_path / ".cache" / "slipway" / "plans"
