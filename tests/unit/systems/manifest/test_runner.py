"""The code runner's engines in a manifest: which fields each reads, and what each needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.modules.code_runner import CodeRunner as Module
from tests.unit.systems.manifest.manifests import Edited, edited

RUNNER = "code_runner:\n  repository: runner\n  memory: 2048\n  timeout: 60\n"
HOST = "  host: { acknowledge_privileged: true, acknowledge_internet_egress: true }\n"
LONG_ENOUGH = ("    idle_timeout: 200\n", "    idle_timeout: 200\n  internal: { idle_timeout: 70 }\n")


def with_runner(directory: Path, lines: str, *changes: tuple[str, str]) -> Edited:
    return edited(directory, (RUNNER, RUNNER + lines), *changes)


def test_a_function_is_the_default_and_no_service(tmp_path: Path) -> None:
    environment = edited(tmp_path).resolve()
    assert environment.code_runner is not None
    assert (environment.code_runner.engine, environment.code_runner.service) == ("lambda", False)
    assert not environment.code_runner.reaches_internet


def test_a_runner_on_a_host_has_a_cluster_of_its_own(tmp_path: Path) -> None:
    environment = with_runner(tmp_path, "  engine: ec2\n" + HOST, LONG_ENOUGH).resolve()
    assert environment.code_runner is not None
    assert environment.code_runner.service
    assert environment.code_runner.reaches_internet
    assert environment.code_runner_cluster == environment.code_runner_name == "lab-dev-code-runner"
    assert environment.internal_load_balancer_name == "lab-dev-code-runner"
    assert environment.code_runner_log_group == "/ecs/lab-dev/code-runner"
    assert environment.code_runner_callers == ("api",)


def test_a_runner_on_fargate_is_in_the_cluster_of_the_services(tmp_path: Path) -> None:
    environment = with_runner(tmp_path, "  engine: fargate\n", ("memory: 2048", "memory: 512")).resolve()
    assert environment.code_runner_cluster == environment.cluster_name == "lab-dev"


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("  cpu: 512\n", "code_runner has cpu, which the engine lambda does not read."),
        ("  count: 2\n", "code_runner has count, which the engine lambda does not read."),
        (HOST, "code_runner has host, which the engine lambda does not read."),
        (
            "  engine: fargate\n  reserved_concurrency: 5\n",
            "code_runner has reserved_concurrency, which the engine fargate does not read.",
        ),
        ("  engine: fargate\n" + HOST, "code_runner has host, which the engine fargate does not read."),
        ("  engine: ec2\n" + HOST + "  user: 1000\n", "code_runner has user, which the engine ec2 does not read."),
        ("  engine: ec2\n", "code_runner has the engine ec2, whose supervisor is root on its host."),
        (
            "  engine: ec2\n  host: { acknowledge_internet_egress: true }\n",
            "code_runner has the engine ec2, whose supervisor is root on its host.",
        ),
    ],
)
def test_a_field_that_the_engine_does_not_read_is_refused(tmp_path: Path, lines: str, what: str) -> None:
    found = with_runner(tmp_path, lines)
    (error,) = found.errors()
    assert error.what == what
    assert error.where is not None
    assert error.where.line == found.text.splitlines().index("code_runner:") + 1


def test_an_engine_is_one_of_three(tmp_path: Path) -> None:
    error = with_runner(tmp_path, "  engine: fargte\n").error("engine:")
    assert error.what == 'code_runner.engine must be one of lambda, fargate, ec2, not "fargte".'
    assert error.cure == 'Did you mean "fargate"?'


def test_names_may_be_others_than_system_and_environment(tmp_path: Path) -> None:
    names = 'names: { prefix: "{environment}-{system}", cluster: "{environment}-hosts" }\nservices:\n'
    environment = edited(tmp_path, ("services:\n", names)).resolve()
    assert (environment.prefix, environment.cluster_name) == ("dev-lab", "dev-hosts")
    assert (environment.load_balancer_name, environment.service_name("api")) == ("dev-lab", "dev-lab-api")


def test_a_function_runs_as_often_at_the_same_time_as_the_module_lets_it(tmp_path: Path) -> None:
    """The manifest's default is said in READMEs and asked of AWS: it must be what is made."""
    runner = edited(tmp_path).resolve().code_runner
    assert runner is not None
    assert runner.reserved_concurrency == Module.variables()["reserved_concurrency"].default
