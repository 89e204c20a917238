"""SDT's environments are what its document and the decisions about it say."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.manifest import load_manifest

MANIFEST = Path(__file__).parents[3] / "envs/sdt/system.yaml"
ENVIRONMENTS = load_manifest(MANIFEST).resolved
SERVICES = ("auth-service", "content-service", "submission-service")


@pytest.mark.parametrize(
    ("name", "cidr", "nat", "retention", "https", "tracing"),
    [
        ("dev", "10.0.0.0/16", "single", 30, False, None),
        ("staging", "10.1.0.0/16", "single", 60, False, "awsxray"),
        ("production", "10.2.0.0/16", "per_az", 90, True, "awsxray"),
    ],
)
def test_network_and_what_is_watched(
    name: str, cidr: str, nat: str, retention: int, https: bool, tracing: str | None
) -> None:
    environment = ENVIRONMENTS[name]
    network, second = environment.network, cidr.split(".")[1]
    assert (environment.region, str(network.vpc.cidr), network.nat) == ("us-east-1", cidr, nat)
    assert [str(s) for s in network.vpc.subnets.isolated] == [f"10.{second}.{third}.0/24" for third in (20, 21)]
    assert (environment.logging.retention, environment.http.public.https) == (retention, https)
    assert (environment.observability.container_insights, environment.observability.tracing) == (True, tracing)
    assert {environment.log_group(s) for s in SERVICES} == {f"/ecs/sdt-{name}/{s}" for s in SERVICES}


@pytest.mark.parametrize(("name", "tasks"), [("dev", (1, 3)), ("staging", (1, 5)), ("production", (2, 10))])
def test_services_and_runner_scale_on_cpu_and_memory(name: str, tasks: tuple[int, int]) -> None:
    environment = ENVIRONMENTS[name]
    runner = environment.code_runner
    assert runner is not None
    assert runner.count is not None
    for count in (*(environment.services[service].count for service in SERVICES), runner.count):
        assert (count.range.min, count.range.max) == tasks
        assert (count.cpu_percentage, count.memory_percentage) == (70, 80)
        assert (count.cooldown.in_, count.cooldown.out) == (300, 60)
    assert {(environment.services[s].cpu, environment.services[s].memory) for s in SERVICES} == {(256, 512)}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_matches_no_route_is_not_found(name: str) -> None:
    environment = ENVIRONMENTS[name]
    assert {route.service: route.patterns for route in environment.routes()} == {
        "auth-service": ("/auth*",),
        "content-service": ("/content*",),
        "submission-service": ("/submissions*",),
    }
    assert environment.http.public.default_service is None
    assert {environment.services[s].image.port for s in SERVICES} == {8080}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_only_submissions_reach_the_sandbox_which_reaches_nobody(name: str) -> None:
    environment = ENVIRONMENTS[name]
    assert environment.code_runner is not None
    assert (environment.code_runner.engine, environment.code_runner.reaches_internet) == ("fargate", False)
    assert environment.code_runner_callers == ("submission-service",)
    assert environment.code_runner_name == f"sdt-{name}-sandbox-runner"
    assert environment.code_runner_log_group == f"/ecs/sdt-{name}/sandbox-runner"
    assert "{code_runner_url}" in str(environment.services["submission-service"].variables["SANDBOX_RUNNER_URL"])


@pytest.mark.parametrize(
    ("name", "instance_class", "storage", "backups", "multi_az", "replicas"),
    [
        ("dev", "db.t3.micro", 20, 7, False, []),
        ("staging", "db.t3.small", 50, 14, False, []),
        ("production", "db.r5.large", 100, 30, True, ["reader"]),
    ],
)
def test_the_database_grows_with_the_environment(
    name: str, instance_class: str, storage: int, backups: int, multi_az: bool, replicas: list[str]
) -> None:
    database = ENVIRONMENTS[name].databases["main"]
    assert (database.engine, database.version, database.instance_class) == ("postgres", "15", instance_class)
    assert (database.storage, database.backup_retention, database.multi_az) == (storage, backups, multi_az)
    assert list(database.replicas) == replicas
    assert all(ENVIRONMENTS[name].services[s].uses.databases == ("main",) for s in SERVICES)


@pytest.mark.parametrize(("name", "days"), [("dev", 90), ("staging", 180), ("production", 365)])
def test_buckets_archive_and_expire(name: str, days: int) -> None:
    buckets = ENVIRONMENTS[name].buckets
    assert set(buckets) == {"uploads", "static", "logs"}
    logs, uploads = buckets["logs"], buckets["uploads"]
    assert (logs.expiration_days, logs.transitions, logs.load_balancer_logs) == (days, {"GLACIER": 30}, True)
    assert (uploads.versioning, uploads.transitions, bool(uploads.cors)) == (True, {"GLACIER": 90}, True)
    assert buckets["static"].versioning
