"""Slow tests: all of them with `--full`, otherwise a sample that differs from commit to commit.

A test is slow when it is marked so (``@pytest.mark.slow``). Of each folder's slow tests at least a tenth runs, and at
least one; which ones, the commit decides. The end of the run says by name what was left out, and how to run it.
"""

from __future__ import annotations

import hashlib
import math
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

SHARE = 0.1
LEFT_OUT = pytest.StashKey[list[str]]()
SAMPLED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run every slow test instead of a sample")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: runs in the full suite; otherwise only when it is sampled")
    config.addinivalue_line("markers", "rehearsal(seconds): a long test that mostly waits; the longest starts first")
    config.addinivalue_line("markers", "proves(phrase, …, module=…): capabilities of tests/plan/capabilities.yaml")
    config.stash[LEFT_OUT], config.stash[SAMPLED] = [], []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_expected_seconds, reverse=True)
    named = any("::" in argument for argument in config.args)
    if config.getoption("--full") or named:
        return
    slow = [item.nodeid for item in items if item.get_closest_marker("slow")]
    sampled = set(sample(slow, commit(config.rootpath)))
    left_out = [item for item in items if item.nodeid in set(slow) - sampled]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    config.stash[LEFT_OUT] = sorted(item.nodeid for item in left_out)
    config.stash[SAMPLED] = sorted(sampled)


def sample(tests: Iterable[str], commit: str) -> list[str]:
    """Return at least a tenth of *tests* (ids such as ``tests/plan/test_x.py::test_y``), and one of every folder."""
    by_folder: dict[str, list[str]] = {}
    for test in tests:
        by_folder.setdefault(test.split("::", 1)[0].rsplit("/", 1)[0], []).append(test)
    return [test for folder in by_folder.values() for test in _chosen(folder, commit)]


def _chosen(folder: Sequence[str], commit: str) -> list[str]:
    by_hash = sorted(folder, key=lambda test: hashlib.sha256(f"{commit} {test}".encode()).digest())
    return by_hash[: math.ceil(len(folder) * SHARE)]


def _expected_seconds(item: pytest.Item) -> float:
    marker = item.get_closest_marker("rehearsal")
    return float(marker.args[0]) if marker else 0.0


def commit(root: Path) -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip()


# With xdist the workers collect; they hand their lists to the process that prints.


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"], output["sampled"] = session.config.stash[LEFT_OUT], session.config.stash[SAMPLED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] = output.get("left_out", [])
    node.config.stash[SAMPLED] = output.get("sampled", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out, sampled = config.stash[LEFT_OUT], config.stash[SAMPLED]
    if not left_out:
        return
    write = terminalreporter.write_line
    terminalreporter.section("slow tests")
    write(f"{len(sampled)} of {len(sampled) + len(left_out)} were sampled:")
    for name in sampled:
        write(f"  {name}")
    write("not run:")
    for name in left_out:
        write(f"  {name}")
    write("all of them: ./toxw run -e full        one: ./toxw run -e tests -- NAME")
