"""Checks of Fargate sizes, users and ports, counts, storage, environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.systems.manifest.checks.services import FARGATE_MEMORY, fargate_memory
from tests.unit.systems.manifest.manifests import Edited, edited

SIZE = "cpu: 512\n    memory: 1024"


@pytest.mark.parametrize(
    ("cpu", "sizes"),
    [
        (256, [512, 1024, 2048]),
        (512, [1024, 2048, 3072, 4096]),
        (1024, [2048, 3072, 4096, 5120, 6144, 7168, 8192]),
        (2048, list(range(4096, 16385, 1024))),
        (4096, list(range(8192, 30721, 1024))),
        (8192, list(range(16384, 61441, 4096))),
        (16384, list(range(32768, 122881, 8192))),
    ],
)
def test_the_sizes_are_those_of_fargate(cpu: int, sizes: list[int]) -> None:
    assert fargate_memory(cpu) == sizes


@pytest.mark.parametrize(
    ("cpu", "memory", "cure"),
    [
        (256, 1536, "With cpu 256, memory is 512, 1024 or 2048 MiB."),
        (256, 4096, "With cpu 256, memory is 512, 1024 or 2048 MiB."),
        (512, 512, "With cpu 512, memory is 1024 to 4096 MiB in steps of 1024."),
        (2048, 4100, "With cpu 2048, memory is 4096 to 16384 MiB in steps of 1024."),
        (8192, 17408, "With cpu 8192, memory is 16384 to 61440 MiB in steps of 4096."),
        (16384, 131072, "With cpu 16384, memory is 32768 to 122880 MiB in steps of 8192."),
    ],
)
def test_a_size_that_fargate_does_not_offer_is_refused(tmp_path: Path, cpu: int, memory: int, cure: str) -> None:
    error = edited(tmp_path, (SIZE, f"cpu: {cpu}\n    memory: {memory}")).error(f"memory: {memory}")
    assert error.what == f"Fargate has no task with cpu {cpu} and memory {memory}."
    assert error.cure == cure


@settings(deadline=None)
@given(st.sampled_from(sorted(FARGATE_MEMORY)), st.data())
def test_every_size_that_fargate_offers_loads(
    tmp_path_factory: pytest.TempPathFactory, cpu: int, data: st.DataObject
) -> None:
    memory = data.draw(st.sampled_from(fargate_memory(cpu)))
    manifest = edited(tmp_path_factory.getbasetemp(), (SIZE, f"cpu: {cpu}\n    memory: {memory}"))
    assert manifest.resolve().services["api"].memory == memory


@pytest.mark.parametrize("user", ["", "\n    user: 1000", "\n    user: nginx"])
def test_a_port_below_1024_needs_root_said(tmp_path: Path, user: str) -> None:
    error = edited(tmp_path, ("port: 8000 }", f"port: 1023 }}{user}")).error("port: 1023")
    assert error.what == "Port 1023 of api is below 1024, which only root can bind."


@pytest.mark.parametrize("line", ["port: 80 }\n    user: root", "port: 80 }\n    user: 0", "port: 1024 }"])
def test_root_and_higher_ports_are_taken(tmp_path: Path, line: str) -> None:
    assert edited(tmp_path, ("port: 8000 }", line)).resolve()


def test_a_service_with_a_route_needs_a_port(tmp_path: Path) -> None:
    error = edited(tmp_path, ("repository: api, port: 8000", "repository: api")).error("repository: api")
    assert error.what == "services.api.image needs the key port, because api has a route."


def test_a_range_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("range: 2-6", "range: 6-2")).error("range: 6-2")
    assert error.what == "services.web.count.range begins at 6 and ends at 2 (environment live)."


def test_a_range_without_anything_to_scale_by_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("range: 2-6, cpu_percentage: 70", "range: 2-6")).error("range: 2-6")
    assert error.what == "services.web.count.range has nothing that it scales by (environment live)."
    assert (
        edited(tmp_path, ("range: 2-6, cpu_percentage: 70", "range: 2-2")).resolve("live").services["web"].count.fixed
    )


def test_the_first_task_on_spot_is_one_of_the_range(tmp_path: Path) -> None:
    def manifest(first: int) -> Edited:
        return edited(tmp_path, ("range: 2-6", f"range: {{ min: 2, max: 6, spot_from: {first} }}"))

    error = manifest(7).error("spot_from: 7")
    assert error.what == (
        "services.web.count.range.spot_from is 7, but web never has more than 6 tasks (environment live)."
    )
    assert manifest(6).resolve("live").services["web"].count.range.spot_from == 6


def test_services_that_share_a_log_keep_it_alike(tmp_path: Path) -> None:
    shared = ("services:\n", "logging: { group: '/lab/{environment}' }\nservices:\n")
    error = edited(tmp_path, shared, ("cpu: 512", "logging: { retention: 7 }\n    cpu: 512")).errors()[0]
    assert error.what == "web keeps the log group /lab/dev 30 days, api 7 (environment dev)."
    assert edited(tmp_path, shared).resolve().shared_log_groups() == {"/lab/dev": 30}
    assert edited(tmp_path).resolve().shared_log_groups() == {}


def test_a_code_runner_has_its_name_for_itself(tmp_path: Path) -> None:
    error = edited(tmp_path, ("services:\n", "services:\n  code-runner:\n    image: { repository: web }\n")).error(
        "code-runner:"
    )
    assert error.what == "code-runner is what releases call the code runner."


def test_a_code_runner_on_ecs_has_its_log_for_itself(tmp_path: Path) -> None:
    shared = ("services:\n", "logging: { group: '/lab/{environment}' }\nservices:\n")
    runner = ("  memory: 2048\n", "  memory: 512\n  engine: fargate\n")
    error = edited(tmp_path, shared, runner).errors()[0]
    assert error.what == 'The code runner and web would share the log group "/lab/dev" (environment dev).'
    own = ("  memory: 2048\n", "  memory: 512\n  engine: fargate\n  logging: { group: '/runs/{environment}' }\n")
    assert edited(tmp_path, shared, own).resolve().code_runner_log_group == "/runs/dev"
    # A function writes to Lambda's own.
    assert edited(tmp_path, shared).resolve()


def test_a_health_check_that_waits_longer_than_its_interval_is_refused(tmp_path: Path) -> None:
    change = ("healthcheck: /health", "healthcheck: { interval: 10, timeout: 10 }")
    error = edited(tmp_path, change).error("timeout: 10 }")
    assert error.what == "The health check of api waits 10 s but is repeated every 10 s."


def test_exec_needs_a_writable_root(tmp_path: Path) -> None:
    assert "writable root" in edited(tmp_path, ("cpu: 512", "exec: true\n    cpu: 512")).error("exec: true").what
    change = ("cpu: 512", "exec: true\n    storage: { readonly_fs: false }\n    cpu: 512")
    assert edited(tmp_path, change).resolve().services["api"].exec


def test_a_name_that_is_variable_and_secret_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("cpu: 512", "secrets: { MODE: 'ssm:/{environment}/mode' }\n    cpu: 512")).error(
        "MODE: 'ssm"
    )
    assert error.what == "MODE of api is both a variable and a secret."


@pytest.mark.parametrize("group", ["/lab/{environment}/{service} x", "/lab/{environment}/{service}*"])
def test_a_log_group_name_that_cloudwatch_refuses_is_refused(tmp_path: Path, group: str) -> None:
    errors = edited(tmp_path, ("services:\n", f'logging: {{ group: "{group}" }}\nservices:\n')).errors()
    assert all(error.what.startswith("CloudWatch refuses the log group name") for error in errors)


def test_the_log_group_of_one_service_is_refused_where_it_is_written(tmp_path: Path) -> None:
    error = edited(tmp_path, ("cpu: 512", "logging: { group: 'a b {environment}' }\n    cpu: 512")).errors()[0]
    assert "a b dev" in error.what
    assert error.where is not None
    assert error.where.line == edited(tmp_path).line("cpu: 512")
