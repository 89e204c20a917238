"""Checks of the code runner and of buckets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited


def test_a_run_that_outlasts_the_load_balancer_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("timeout: 60", "timeout: 191")).error("timeout: 191")
    assert error.what == "A run may take 191 s, but the load balancer in front of api hangs up after 200 s."
    assert error.cure == "Raise http.public.idle_timeout to at least 201, or lower the timeout to at most 190."


def test_an_idle_timeout_too_short_for_any_run_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("idle_timeout: 200", "idle_timeout: 10")).error("  timeout: 60")
    assert error.cure == "Raise http.public.idle_timeout to at least 70."


def test_ten_seconds_between_them_are_enough(tmp_path: Path) -> None:
    assert edited(tmp_path, ("timeout: 60", "timeout: 190")).resolve()


def test_a_run_that_no_load_balancer_waits_for_may_be_long(tmp_path: Path) -> None:
    changes = (("    uses: { code_runner: true }\n", ""), ("timeout: 60", "timeout: 900"))
    assert edited(tmp_path, *changes).resolve()


@pytest.mark.parametrize("name", ["a.b-{environment}", "a b {environment}", "ü-{environment}"])
def test_a_function_name_that_lambda_refuses_is_refused(tmp_path: Path, name: str) -> None:
    errors = edited(tmp_path, ("  timeout: 60", f'  timeout: 60\n  name: "{name}"')).errors()
    assert all(error.what.startswith("Lambda refuses the function name") for error in errors)


def test_versions_of_an_unversioned_bucket_cannot_expire(tmp_path: Path) -> None:
    change = ("traces: {}", "traces: { versioning: false, noncurrent_expiration_days: 3 }")
    assert edited(tmp_path, change).error("traces:").what == (
        "The bucket traces has no versions that could expire (environment dev)."
    )


EC2 = "  engine: ec2\n  host: { acknowledge_privileged: true, acknowledge_internet_egress: true }\n"
FARGATE = "  engine: fargate\n  cpu: 512\n"
INTERNAL = ("    idle_timeout: 200\n", "    idle_timeout: 200\n  internal: { idle_timeout: 70 }\n")


def with_engine(directory: Path, lines: str, *changes: tuple[str, str]) -> Edited:
    return edited(directory, ("  timeout: 60\n", "  timeout: 60\n" + lines), *changes)


def test_a_host_behind_a_load_balancer_that_hangs_up_is_refused(tmp_path: Path) -> None:
    error = with_engine(tmp_path, EC2).error("  timeout: 60")
    assert error.what == "A run may take 60 s, but the load balancer in front of the code runner hangs up after 60 s."
    assert error.cure == "Raise http.internal.idle_timeout to at least 70, or lower the timeout to at most 50."


def test_a_host_without_a_way_out_needs_isolated_subnets(tmp_path: Path) -> None:
    closed = EC2.replace(", acknowledge_internet_egress: true", "")
    gone = "          isolated: [10.0.20.0/24, 10.0.21.0/24]\n"
    assert with_engine(tmp_path, EC2, INTERNAL, (gone, "")).resolve()
    (error,) = with_engine(tmp_path, closed, INTERNAL, (gone, "")).errors()
    assert error.what == "network.vpc.subnets has no isolated subnets for the code runner (environment dev)."


def test_internet_without_nat_is_refused(tmp_path: Path) -> None:
    _, error = with_engine(tmp_path, EC2, INTERNAL, ("network:\n", "network:\n  nat: none\n")).errors()
    assert error.what == "The code runner's programs may fetch from the internet, but the network has no NAT gateway."


def test_small_private_subnets_take_no_internal_load_balancer(tmp_path: Path) -> None:
    small = ("private: [10.0.10.0/24, 10.0.11.0/24]", "private: [10.0.10.0/28, 10.0.11.0/24]")
    error = with_engine(tmp_path, EC2, INTERNAL, small).error("private: [10.0.10.0/28")
    assert error.what == "The private subnet 10.0.10.0/28 is too small for a load balancer (environment dev)."


@pytest.mark.parametrize(
    ("engine", "name", "what"),
    [
        (FARGATE, "Runner-{environment}", '"Runner-dev" cannot be a name'),
        (FARGATE, "a-name-that-is-very-much-too-long-for-it-{environment}", "cannot be a name"),
        (EC2, "ecs-{environment}", 'ECS keeps names that begin like "ecs-dev" for capacity of its own'),
        (EC2, "fargate-{environment}", "for capacity of its own"),
        (FARGATE, "{system}-{environment}-api", "The code runner has the same name as the service api"),
    ],
)
def test_a_name_that_ecs_refuses_is_refused(tmp_path: Path, engine: str, name: str, what: str) -> None:
    errors = with_engine(tmp_path, f'{engine}  name: "{name}"\n', INTERNAL, ("memory: 2048", "memory: 1024")).errors()
    assert any(what in error.what for error in errors), [error.what for error in errors]


def test_the_name_of_the_hosts_cluster_is_checked_too(tmp_path: Path) -> None:
    host = EC2.replace("host: {", 'host: { cluster: "ecs-{environment}",')
    assert {e.what for e in with_engine(tmp_path, host, INTERNAL).errors()} == {
        'ECS keeps names that begin like "ecs-dev" for capacity of its own (environment dev).',
        'ECS keeps names that begin like "ecs-live" for capacity of its own (environment live).',
    }


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("", "Fargate has no task with cpu 512 and memory 5000."),
        ("  count: { range: 3-1, cpu_percentage: 70 }\n", "code_runner.count.range begins at 3 and ends at 1."),
        ("  count: { range: 1-3 }\n", "code_runner.count.range has nothing that it scales by."),
        ("  user: root\n", "The code runner's programs would run as root."),
        ("  user: 0:0\n", "The code runner's programs would run as root."),
    ],
)
def test_a_task_that_fargate_does_not_run_is_refused(tmp_path: Path, lines: str, what: str) -> None:
    memory = "1024" if lines else "5000"
    errors = with_engine(tmp_path, FARGATE + lines, ("memory: 2048", f"memory: {memory}")).errors()
    assert [error.what for error in errors] == [what]


def test_a_service_that_nobody_uses_is_refused(tmp_path: Path) -> None:
    unused = ("    uses: { code_runner: true }\n", "")
    error = with_engine(tmp_path, FARGATE, ("memory: 2048", "memory: 1024"), unused).error("code_runner:")
    assert error.what == "Nobody reaches the code runner: no service uses it."
