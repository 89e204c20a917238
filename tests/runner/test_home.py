"""What a home is found to give, and what is required of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from runner.errors import RunnerError
from runner.home import REQUIRE, Home, check_required, current_home
from runner.layers import KNOWN_LAYERS, PROBED
from tests.runner.programs import needs_root, python_environment, run_cpp
from tests.runner.test_without_prctl import run_without_prctl

PREPARE = """
from runner.engine import prepare
from runner.errors import RunnerError
try:
    prepare()
    print("started")
except RunnerError as error:
    print(error)
"""


def prepared(**environment: str) -> str:
    command = [sys.executable, "-c", PREPARE]
    done = subprocess.run(command, env=python_environment(**environment), capture_output=True, text=True, check=True)
    return done.stdout


def test_every_layer_that_may_be_refused_is_probed() -> None:
    here = current_home()
    assert set(PROBED) <= set(KNOWN_LAYERS)
    assert not set(here.refused) & here.layers


@needs_root
def test_as_root_with_a_kernel_of_these_days_everything_holds() -> None:
    assert {"own-user", "no-new-privileges", "seccomp"} <= current_home().layers
    assert not current_home().degraded


def test_required_layers_that_hold_let_it_start() -> None:
    assert prepared(RUNNER_REQUIRE="resource-limits, own-session,scrubbed-environment") == "started\n"
    assert prepared(RUNNER_REQUIRE="") == "started\n"


def test_required_layer_that_does_not_hold_is_a_refusal_to_start() -> None:
    answer = prepared(RUNNER_REQUIRE="seccomp,cgroup")
    assert "cgroup (not had here)" in answer
    assert "local" in answer
    assert "seccomp (" not in answer or "seccomp" not in current_home().layers


def test_unknown_layer_is_a_refusal_to_start() -> None:
    answer = prepared(RUNNER_REQUIRE="secomp")
    assert f"{REQUIRE} names 'secomp'" in answer
    assert "landlock" in answer


def test_refusal_names_the_reason() -> None:
    bare = Home("lambda", frozenset({"adopted-orphans"}), {"seccomp": "EPERM"})
    check_required(bare, "adopted-orphans")
    with pytest.raises(RunnerError, match=r"\(lambda\) does not give: seccomp \(EPERM\), landlock \(not had here\)"):
        check_required(bare, "seccomp,landlock")


def test_engine_runs_nothing_where_a_required_layer_is_missing() -> None:
    script = """
import json
from runner.contract import Request
from runner.engine import run
print(json.dumps(run(Request("int main() {}")).to_json()))
"""
    environment = python_environment(RUNNER_REQUIRE="cgroup")
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["timings"]["compile"]) == ("internal_error", None)
    assert "cgroup" in answer["error"]


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "local"),
        ({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}, "lambda"),
        ({"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"}, "fargate"),
        ({"AWS_EXECUTION_ENV": "AWS_ECS_EC2"}, "ec2"),
    ],
)
def test_name_of_the_home_is_that_of_the_place(environment: dict[str, str], name: str) -> None:
    script = "from runner.home import current_home; print(current_home().name)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=python_environment(**environment), capture_output=True, text=True, check=True)
    assert done.stdout == f"{name}\n"


@needs_root
def test_without_a_look_into_other_users_processes_no_disk_is_watched() -> None:
    script = "from runner.home import current_home; print(sorted(current_home().layers))"
    command = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", sys.executable, "-c", script]
    done = subprocess.run(command, env=python_environment(), capture_output=True, text=True, check=True)
    assert "'own-user'" in done.stdout
    assert "'disk-watch'" not in done.stdout
    assert "disk-watch" in current_home().layers


def test_what_ends_first_when_memory_is_short_can_be_required() -> None:
    assert prepared(RUNNER_REQUIRE="first-out-of-memory") == "started\n"


@pytest.mark.usefixtures("alone")
def test_home_without_prctl_is_degraded_and_says_so() -> None:
    isolation = run_without_prctl("int main() {}")["isolation"]
    assert isolation["degraded"]
    assert {"seccomp", "landlock", "no-new-privileges"} <= set(isolation["absent"])


def test_answer_names_the_home() -> None:
    isolation = run_cpp("int main() {}").to_json()["isolation"]
    assert (isolation["home"], isolation["degraded"]) == (current_home().name, current_home().degraded)
