"""Where tasks run, how many and when, as the manifest says it and the module of services takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.manifest.off_hours import OffHours
from generator.systems.manifest.service import Count, Range
from generator.systems.tasks import capacity, scaling
from tests.unit.systems.roots import block, emitted

BASE = """
system: example
owner: team
region: us-west-2
registries: { repositories: [web] }
network:
  nat: single
  vpc:
    availability_zones: [us-west-2b, us-west-2a]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
services:
  web:
    image: { repository: web, port: 8080 }
environments: { test: {} }
"""
NIGHT = OffHours.model_validate({"time_zone": "Europe/Berlin"})


def count(least: int, most: int, *, spot_from: int | None = None, cpu_percentage: int | None = None) -> Count:
    return Count(range=Range(min=least, max=most, spot_from=spot_from), cpu_percentage=cpu_percentage)


@pytest.mark.parametrize(
    ("wanted", "shares"),
    [
        (count(1, 3), {}),
        (count(1, 3, spot_from=1), {"FARGATE_SPOT": {"weight": 1}}),
        (count(1, 3, spot_from=3), {"FARGATE": {"weight": 0, "base": 2}, "FARGATE_SPOT": {"weight": 1}}),
        (Count.model_validate({"spot": 2}), {"FARGATE_SPOT": {"weight": 1}}),
    ],
)
def test_tasks_before_the_first_on_spot_are_never_interrupted(wanted: Count, shares: dict[str, object]) -> None:
    assert capacity(wanted) == shares


def test_off_hours_put_the_number_to_nothing_and_back() -> None:
    found = scaling(count(2, 4, cpu_percentage=70), NIGHT)
    assert (found["minimum"], found["maximum"], found["cpu_percentage"]) == (2, 4, 70)
    zone = "Europe/Berlin"
    assert found["schedules"] == {
        "off-hours": {"schedule": "cron(0 20 ? * MON-FRI *)", "time_zone": zone, "minimum": 0, "maximum": 0},
        "working-hours": {"schedule": "cron(0 8 ? * MON-FRI *)", "time_zone": zone, "minimum": 2, "maximum": 4},
    }


def test_nothing_is_woken_that_never_runs() -> None:
    assert scaling(count(0, 0), NIGHT) == {"minimum": 0, "maximum": 0}
    assert scaling(count(1, 1), None) == {"minimum": 1, "maximum": 1}


def test_tasks_may_stay_in_the_zone_of_the_nat_gateway(tmp_path: Path) -> None:
    text = BASE.replace("  nat: single", "  nat: single\n  task_zones: first")
    files = emitted(tmp_path, text)
    assert 'subnet_ids = [module.network.private_subnet_ids["us-west-2b"]]' in block(files, "service_web")
    assert 'nat_gateway_zones = ["us-west-2b"]' in block(files, "network")
    everywhere = emitted(tmp_path, BASE)
    assert "subnet_ids = values(module.network.private_subnet_ids)" in block(everywhere, "service_web")


def test_traces_and_the_check_in_the_container_reach_the_module(tmp_path: Path) -> None:
    text = BASE.replace("services:\n", "observability: { tracing: awsxray }\nservices:\n").replace(
        "port: 8080 }", "port: 8080, healthcheck: { command: [CMD-SHELL, 'test ${1} = 1'], retries: 3 } }"
    )
    web = block(emitted(tmp_path, text), "service_web")
    assert "xray = true" in web
    assert 'command = ["CMD-SHELL", "test $${1} = 1"]' in web
    assert "retries = 3" in web
    plain = block(emitted(tmp_path, BASE), "service_web")
    assert not any(line.startswith(("xray", "health_check =", "capacity_providers")) for line in plain)
