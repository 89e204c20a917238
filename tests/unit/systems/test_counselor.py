"""Counselor's environments are what its document and the decisions about it say."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.manifest import Environment, load_manifest

MANIFEST = Path(__file__).parents[3] / "envs/counselor/system.yaml"
ENVIRONMENTS = load_manifest(MANIFEST).resolved


@pytest.mark.parametrize(
    ("name", "cidr", "nat", "zones", "retention"),
    [
        ("dev", "10.0.0.0/16", "single", "first", 7),
        ("test", "10.1.0.0/16", "single", "first", 14),
        ("prod", "10.2.0.0/16", "per_az", "all", 30),
    ],
)
def test_network_and_logs(name: str, cidr: str, nat: str, zones: str, retention: int) -> None:
    environment = ENVIRONMENTS[name]
    network = environment.network
    assert (environment.region, str(network.vpc.cidr), network.nat) == ("us-east-1", cidr, nat)
    assert (network.task_zones, environment.logging.retention) == (zones, retention)
    second = cidr.split(".")[1]
    assert [str(s) for s in network.vpc.subnets.public] == [f"10.{second}.{third}.0/24" for third in (1, 2)]
    assert [str(s) for s in network.vpc.subnets.private] == [f"10.{second}.{third}.0/24" for third in (10, 11)]
    assert environment.shared_log_groups() == {f"/ecs/counselor-{name}": retention}
    assert not environment.observability.container_insights


@pytest.mark.parametrize("service", ["frontend", "backend"])
@pytest.mark.parametrize(
    ("name", "size", "tasks", "cpu", "spot"),
    [
        ("dev", (256, 512), (1, 1), None, 1),
        ("test", (256, 512), (1, 1), None, None),
        ("prod", (512, 1024), (2, 4), 70, None),
    ],
)
def test_tasks(
    service: str, name: str, size: tuple[int, int], tasks: tuple[int, int], cpu: int | None, spot: int | None
) -> None:
    wanted = ENVIRONMENTS[name].services[service]
    count = wanted.count
    assert (wanted.cpu, wanted.memory) == size
    assert ((count.range.min, count.range.max), count.cpu_percentage, count.spot) == (tasks, cpu, spot)
    assert not wanted.runs_as_root
    assert wanted.storage.readonly_fs


@pytest.mark.parametrize("name", ["dev", "test"])
def test_dev_and_test_sleep_at_night_and_on_weekends(name: str) -> None:
    off = ENVIRONMENTS[name].off_hours
    assert off is not None
    assert (off.from_, off.until, off.weekends, off.time_zone) == ("20:00", "08:00", True, "America/New_York")


def test_production_never_sleeps() -> None:
    assert ENVIRONMENTS["prod"].off_hours is None


def routes(environment: Environment) -> dict[str, tuple[str, int | None, str]]:
    return {
        name: (service.http.path, service.image.port, service.http.healthcheck.path)
        for name, service in environment.services.items()
        if service.http is not None
    }


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_api_is_the_backends_and_all_else_the_frontends(name: str) -> None:
    environment = ENVIRONMENTS[name]
    assert routes(environment) == {"frontend": ("/", 3000, "/health"), "backend": ("/api*", 3001, "/health")}
    assert environment.http.public.default_service == "frontend"
    assert environment.http.public.https == (name == "prod")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_one_secret_has_a_copy_where_production_is_recovered(name: str) -> None:
    (secret,) = ENVIRONMENTS[name].secrets().values()
    assert (secret.store, secret.name.render(ENVIRONMENTS[name].values)) == (
        "secretsmanager",
        f"counselor/{name}/openai-api-key",
    )
    assert secret.replicas == (("us-west-2",) if name == "prod" else ())
