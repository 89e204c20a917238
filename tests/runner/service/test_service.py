"""The service as it is started: its server, its end, and load upon it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.runner.house import FIRST, UNSHARE, needs_house
from tests.runner.programs import python_environment


def loaded(requests: int) -> dict[str, Any]:
    command = [*UNSHARE, *FIRST, sys.executable, "-m", "tests.runner.service.load", str(requests)]
    done = subprocess.run(command, env=python_environment(), stdout=subprocess.PIPE, text=True, check=True)
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@needs_house
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("requests", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_load_with_a_third_of_it_hostile_gets_right_answers_and_leaves_nothing(requests: int) -> None:
    seen = loaded(requests)
    print(json.dumps({name: seen[name] for name in ("seconds", "p50", "p95", "direct", "before", "after")}))
    assert seen["wrong"] == []
    assert seen["codes"] == {"200": requests}
    assert seen["counted"] == requests + 10
    before, after = seen["before"], seen["after"]
    assert after["processes"] <= before["processes"]
    assert after["descriptors"] <= before["descriptors"] + 2  # a connection that has not been closed yet
    assert (after["files"], after["mounts"]) == (before["files"], before["mounts"])
    assert after["kilobytes"] < before["kilobytes"] + 16 * 1024
    assert (seen["ended"], seen["left"]) == (-signal.SIGTERM, [])  # which uvicorn hands on once all has ended


@pytest.mark.parametrize(
    ("environment", "message"),
    [({"RUNNER_PORT": "x"}, "RUNNER_PORT is 'x'"), ({"RUNNER_REQUIRE": "cgroup"}, "cgroup (not had here)")],
)
def test_service_that_cannot_start_says_why(environment: dict[str, str], message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runner.service"],
        env=python_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
