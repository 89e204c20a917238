"""What is watched follows from what an environment has."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.monitored_databases import connections
from tests.unit.systems.roots import block, emitted
from tests.unit.systems.test_runner import BASE, FARGATE, HOST

FUNCTION = "environments: { test: {} }\n"
ASKED = "monitoring: { minutes: 7, services: { cpu_percentage: 70 }, disabled: [service-web-cpu] }\n"


def watched(directory: Path, lines: str) -> dict[str, str]:
    text = BASE.replace("{code_runner_url}", "{code_runner}") if lines == FUNCTION else BASE
    return emitted(directory, text + lines.replace("environments:", f"{ASKED}environments:"))


def test_nothing_is_watched_unless_it_is_asked_for(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + HOST)
    assert "monitoring.tf" not in files
    assert "alarm_subscriptions" not in files["variables.tf"]


def test_every_service_load_balancer_and_target_group_is_watched(tmp_path: Path) -> None:
    found = " ".join(block(watched(tmp_path, FUNCTION), "monitoring"))
    for name in ("api", "web"):
        assert (
            f"{name} = {{ cluster = module.cluster.name service = module.service_{name}.name cpu_percent = 70" in found
        )
        assert f'{name} = {{ arn = module.load_balancer.target_group_arns["{name}"]' in found
    assert "public = { arn = module.load_balancer.arn" in found
    assert "idle_timeout = 180" in found
    assert "minutes_to_alarm = 7" in found
    assert 'disabled_alarms = ["service-web-cpu"]' in found
    assert "subscriptions = var.alarm_subscriptions" in found
    assert "services = module.cluster.arn" in found


def test_a_function_is_watched_as_one(tmp_path: Path) -> None:
    found = block(watched(tmp_path, FUNCTION), "monitoring")
    line = "code-runner = { name = module.code_runner.function_name, timeout = 120, duration_percent = 90 }"
    assert line in found
    assert not any("autoscaling" in x or "internal" in x for x in found)


def test_a_runner_on_fargate_is_watched_as_a_service(tmp_path: Path) -> None:
    found = " ".join(block(watched(tmp_path, FARGATE), "monitoring"))
    assert 'code-runner = { cluster = "labs-test" service = "labs-test-code-runner" cpu_percent = 80' in found
    assert "functions" not in found


@pytest.mark.parametrize(
    ("rests", "watches"),
    [("", True), ('off_hours: { from: "20:00", until: "08:00", time_zone: Europe/Berlin }\n', False)],
)
def test_a_runner_that_rests_off_hours_may_have_no_tasks(tmp_path: Path, rests: str, watches: bool) -> None:
    found = watched(tmp_path, FARGATE.replace("environments:", f"{rests}environments:"))
    assert ("minimum_tasks" in " ".join(block(found, "monitoring"))) is watches


def test_a_host_is_watched_with_its_service_and_its_load_balancer(tmp_path: Path) -> None:
    found = " ".join(block(watched(tmp_path, HOST), "monitoring"))
    assert 'code-runner = { cluster = "labs-test-code-runner" service = "labs-test-code-runner"' in found
    assert (
        'name = module.code_runner.autoscaling_group_name instance_type = "t3.medium" cloudwatch_agent = true' in found
    )
    assert "internal = { arn = module.code_runner_load_balancer.arn, error_percent = 5, idle_timeout = 130 }" in found
    assert 'disabled_alarms = ["load-balancer-internal-latency", "service-web-cpu"]' in found
    assert ":cluster/labs-test-code-runner" in found


def test_a_service_that_may_have_no_task_has_no_alarm_for_it(tmp_path: Path) -> None:
    text = BASE.replace("    uses:", "    count: 0\n    uses:", 1) + HOST.replace(
        "environments:", f"{ASKED}environments:"
    )
    (api,) = [x for x in " ".join(block(emitted(tmp_path, text), "monitoring")).split(" } ") if "service_api.name" in x]
    assert "minimum_tasks" not in api


@pytest.mark.parametrize("endpoint", ["ops@example.org", "https://example.org/${x}"])
def test_subscribers_are_the_default_of_the_operators_variable(tmp_path: Path, endpoint: str) -> None:
    asked = f'monitoring: {{ subscribers: {{ team: "{endpoint}" }} }}\n'
    files = emitted(tmp_path, BASE + HOST.replace("environments:", f"{asked}environments:"))
    variable = files["variables.tf"].split('variable "alarm_subscriptions"')[1]
    assert endpoint.replace("${", "$${") in variable


DATABASE = """databases:
  main:
    version: "15"
    instance_class: db.r5.large
    storage: 100
    managed_password: false
    replicas: { reports: { instance_class: db.t3.medium } }
"""


def test_a_database_and_its_replicas_are_watched(tmp_path: Path) -> None:
    text = BASE.replace("uses: { code_runner: true }", "uses: { code_runner: true, databases: [main] }") + HOST
    asked = DATABASE + ASKED.replace("minutes: 7", "databases: { cpu_percentage: 75 }")
    found = " ".join(block(emitted(tmp_path, text.replace("environments:", f"{asked}environments:")), "monitoring"))
    assert (
        "main = { identifier = module.database_main.identifier allocated_storage = 100 max_connections = 1666" in found
    )
    assert 'main-reports = { identifier = "${module.database_main.identifier}-reports"' in found
    assert "max_connections = 396 cpu_percent = 75 free_storage_percent = 15 connections_percent = 80" in found


@pytest.mark.parametrize(
    ("engine", "kind", "found"),
    [
        ("postgres", "db.t3.micro", 78),
        ("postgres", "db.t3.small", 184),
        ("postgres", "db.r5.24xlarge", 5000),
        ("mysql", "db.m6g.2xlarge", 2545),
    ],
)
def test_connections_stay_below_what_the_class_certainly_has(engine: str, kind: str, found: int) -> None:
    assert connections(engine, kind) == found


def test_a_class_of_unknown_memory_is_no_number() -> None:
    with pytest.raises(ValueError, match="x2g"):
        connections("postgres", "db.x2g.large")


def test_the_key_of_the_alarms_encrypts_logs_where_it_is_said(tmp_path: Path) -> None:
    text = BASE + HOST.replace("environments:", f"{ASKED}logging: {{ customer_managed_key: true }}\nenvironments:")
    files = emitted(tmp_path, text)
    groups = '"/ecs/labs-test/%s" = { retention_days = 30, kms_key_arn = module.monitoring.key_arn }'
    assert {groups % "api", groups % "web"} <= set(block(files, "cluster"))
    assert "flow_logs_kms_key_arn = module.monitoring.key_arn" in block(files, "network")
    assert 'log_group_name = module.cluster.log_group_names["/ecs/labs-test/api"]' in block(files, "service_api")
